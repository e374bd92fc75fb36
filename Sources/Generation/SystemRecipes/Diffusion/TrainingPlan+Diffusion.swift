import Kernels
import Training

extension TrainingPlan {
  /// How the systems' networks are trained: AdamW, a rate that rises to its peak and falls like a cosine, gradients of
  /// length 1 at most, averaged weights.
  ///
  /// - Parameters:
  ///   - steps: steps in all.
  ///   - batchSize: samples of a step.
  ///   - seed: decides the order of samples and the seeds of batches.
  ///   - peak: the largest rate.
  ///   - minimum: the last one.
  ///   - warmupSteps: steps to the peak, or a quarter of all where that is less.
  ///   - emaDecay: of the averages.
  ///   - filterArithmetic: which algorithms the gradients of convolutions' filters may use.
  /// - Returns: the plan.
  static func diffusion(
    steps: Int, batchSize: Int, seed: UInt64, peak: Float = 1e-3, minimum: Float = 2e-5,
    warmupSteps: Int = 200, emaDecay: Float = 0.999,
    filterArithmetic: Arithmetic = .fast
  ) -> TrainingPlan {
    TrainingPlan(
      steps: steps, batchSize: batchSize, seed: seed,
      optimizer: .adamW(beta2: 0.99, weightDecay: 0.01),
      schedule: .cosine(
        peak: peak, warmupSteps: min(warmupSteps, steps / 4), totalSteps: steps,
        minimum: minimum), maximumGradientNorm: 1, emaDecay: emaDecay,
      filterArithmetic: filterArithmetic)
  }
}

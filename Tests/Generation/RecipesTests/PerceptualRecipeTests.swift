import Checkpoints
import Essentials
import Foundation
import Kernels
import Recipes
import Tensors
import TestSupport
import Testing

@Suite struct PerceptualRecipeTests {
  /// Drawing faces, training trunk and heads, writing: all of it again, to the bytes that the program holds.
  @Test(.enabled(if: CPULevel.current != .portable, "portable sums do not fuse, so bits differ"))
  func theSmallestNetworkIsTrainedToTheShippedBytes() throws {
    let folder = try TemporaryFolder()
    let recipe = PerceptualRecipe()
    let curves = try recipe.train(in: TrainingEnvironment(folder: folder.url.path))
    for name in recipe.fileNames {
      let made = try RegularFile(folder.url.appendingPathComponent(name).path).contents()
      let shipped = try #require(CompactWeights.bytes(of: CompactWeights.prefix + name))
      #expect(FileDigest.sha256(of: made) == FileDigest.sha256(of: shipped), "\(name)")
    }
    for curve in curves {
      let (first, last) = (try #require(curve.points.first), try #require(curve.points.last))
      // The heads begin with weights of 1, which order most pairs already.
      let share = curve.name == recipe.name ? 0.5 : 1
      #expect(last.loss < share * first.loss, "\(curve.name): \(first.loss) … \(last.loss)")
    }
  }
}

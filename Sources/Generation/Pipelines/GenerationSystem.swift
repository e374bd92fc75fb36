import Models
import Tensors
import Terms

/// One of the papers' systems: what it can do, which options it takes, which files it needs.
///
/// A system is a value that costs nothing; ``open(_:in:)`` reads weights and gives what makes images.
package protocol GenerationSystem: Sendable {
  /// As `builtin:ID` and `evalkit systems` spell it, for example `sdg`.
  var id: String { get }
  /// The system's name in its paper.
  var title: String { get }
  /// One line on what it does.
  var summary: String { get }
  /// Authors, title and number of the paper.
  var source: String { get }
  /// What can be chosen; ``SystemOption/mode(_:)`` first if there are several modes.
  var options: [SystemOption] { get }

  /// What of a request a choice of options reads; everything unless a system says otherwise.
  ///
  /// Callers pass nothing else on, and an image that is not read cannot make another image out of date.
  func conditions(for options: SystemOptions) -> Set<ImageCondition>

  /// Refuses options that do not go together; none unless a system says otherwise.
  ///
  /// - Throws: ``SystemError``.
  func check(_ options: SystemOptions) throws

  /// The networks that a choice of options needs, whether or not it goes together.
  func roles(for options: SystemOptions) -> [WeightRole]

  /// Reads the weights and gives what makes images; refuses what ``check(_:)`` refuses.
  ///
  /// - Throws: ``SystemError``, errors of files and weights.
  func open(_ options: SystemOptions, in context: SystemContext) throws -> any ImagePipeline
}

extension GenerationSystem {
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    Set(ImageCondition.allCases)
  }

  package func check(_ options: SystemOptions) throws {}
}

/// Something that an image can be made from, beside its seed.
package enum ImageCondition: String, CaseIterable, Sendable {
  /// A caption or another text.
  case text
  /// An image to edit or to be guided by.
  case image
  /// What an image shows and what it is to show.
  case edit
  /// A label map.
  case labels
  /// Strokes.
  case scribble
}

/// What opening a system needs to know.
package struct SystemContext: Sendable {
  /// Where networks come from.
  package var loader: ModelLoader
  /// Threads; no bit depends on them.
  package var workers: Workers
  /// Fine-tunes models for edits where none are given; nil where nothing may be trained.
  package var tuner: EditTuner?

  /// A context.
  package init(loader: ModelLoader, workers: Workers, tuner: EditTuner? = nil) {
    self.loader = loader
    self.workers = workers
    self.tuner = tuner
  }
}

/// A system that is ready: conditions become images, a group at a time.
package protocol ImagePipeline: Sendable {
  /// Everything that can move a pixel beside a request, as one line of text.
  var fingerprint: String { get }
  /// Width and height in pixels of what it makes.
  var imageSize: Int { get }
  /// How many images one call makes best; no bit depends on it.
  var groupSize: Int { get }
  /// What its user should know of how it was opened, in sentences without full stops.
  var notes: [String] { get }

  /// Makes the images of a group.
  ///
  /// An image depends on its request alone: not on the others, their order or the workers.
  ///
  /// - Parameters:
  ///   - requests: what is wanted.
  ///   - workers: threads.
  ///   - shouldStop: asked after every step.
  /// - Returns: an image `[S, S, 3]` or a failure for each request, in their order.
  /// - Throws: `CancellationError` once `shouldStop` says so; what is wrong with the group as a whole, whose images are then tried one by one.
  func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>]
}

extension ImagePipeline {
  package var notes: [String] { [] }
}

/// What one image is made from.
package struct ImageRequest: Sendable {
  /// Names the image in messages.
  package let id: String
  /// Everything random follows from it.
  package let seed: UInt64
  /// The text, for example a caption; nil where there is none.
  package let text: String?
  /// Reads the image to edit or to be guided by, RGB at any size; nil where there is none.
  package let image: (@Sendable () throws -> Raster)?
  /// What is to become of the image; nil where nothing is said of that.
  package let edit: EditTexts?
  /// Reads the label map, one channel of classes 0…18 at any size; nil where there is none.
  package let labels: (@Sendable () throws -> Raster)?
  /// Reads the scribble, white strokes on black at any size; nil where there is none.
  package let scribble: (@Sendable () throws -> Raster)?

  /// A request.
  package init(
    id: String, seed: UInt64, text: String? = nil, image: (@Sendable () throws -> Raster)? = nil,
    edit: EditTexts? = nil, labels: (@Sendable () throws -> Raster)? = nil,
    scribble: (@Sendable () throws -> Raster)? = nil
  ) {
    self.id = id
    self.seed = seed
    self.text = text
    self.image = image
    self.edit = edit
    self.labels = labels
    self.scribble = scribble
  }
}

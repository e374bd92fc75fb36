import Datasets
import Foundation
import Store

/// The paths of a run's images, where the run records them and the files still exist.
///
/// Reports link to them; nothing is measured from them.
package struct ImagePlaces {
  private let real: [String: String]
  private let made: [String: [String: String]]

  /// Lists the folders that a run was measured from.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - results: folder of the images that external commands made.
  package init(_ run: StoredRun, results: String) {
    func images(in folder: String) -> [String: String] {
      (try? ImageFolder(directory: folder))?.paths ?? [:]
    }
    real = Self.realImages(of: run, in: images)
    made = Dictionary(
      run.methods.map { method in
        switch method.kind {
        case .folder: (method.name, images(in: String(method.specification.dropFirst(7))))
        case .command: (method.name, images(in: "\(results)/generated/\(method.name)"))
        default: (method.name, [:])
        }
      }, uniquingKeysWith: { $1 })
  }

  /// Absolute path of a method's image.
  package func image(_ id: String, of method: String) -> String? { made[method]?[id] }

  /// Absolute path of a real image.
  package func realImage(_ id: String) -> String? { real[id] }

  /// Datasets whose images are files as they are; others would have to be made first.
  private static func realImages(
    of run: StoredRun, in images: (String) -> [String: String]
  ) -> [String: String] {
    let name = run.settings.dataset
    if run.isScore { return images(name) }
    switch try? DatasetSpecification(parsing: name) {
    case .folder, .pairs:
      var choices = DatasetChoices()
      choices.allowsOutside = true  // The run has opened them.
      let dataset = try? DatasetSpecification(parsing: name).open(cache: "", choosing: choices)
      return Dictionary(
        (dataset?.pairs ?? []).compactMap { pair in
          pair.imagePath.map { (pair.id, Paths.absolute($0)) }
        }, uniquingKeysWith: { $1 })
    default: return [:]
    }
  }
}

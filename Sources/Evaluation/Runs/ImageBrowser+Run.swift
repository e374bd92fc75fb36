import Datasets
import Foundation
import Measurement
import Reports
import Store
import Terms

extension ImageBrowser {
  /// Reads the images of a stored run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - columns: those of its report; the ones that images have are shown.
  ///   - store: where it is stored.
  ///   - results: folder of the images that external commands made.
  ///   - page: the path of the page, from which images are linked to.
  /// - Throws: errors of the store.
  init(
    _ run: StoredRun, columns: [ReportColumn], in store: Store, results: String, page: String
  ) throws {
    guard !run.isPruned else {
      self.init(metrics: [], methods: [])
      return
    }
    let scores = Dictionary(grouping: try store.scores(ofRun: run.record.id), by: \.method)
    let present = Set(scores.values.joined().map(\.score.metric))
    let shown = columns.filter { column in
      column.detail == nil && column.metric.map(present.contains) == true
    }
    let places = ImagePlaces(run, results: results)
    let link = Paths.links(from: page)
    let methods = try run.methods.map { method in
      let values = Dictionary(grouping: scores[method.name] ?? [], by: \.imageID).mapValues {
        Dictionary($0.map { ($0.score.metric, $0.score.value.number) }) { first, _ in first }
      }
      let images = try store.images(ofRun: run.record.id, method: method.name).map { image in
        var failure: String?
        if case .failed(let reason) = image.outcome { failure = reason.reason }
        return Image(
          id: image.imageID,
          values: shown.map { column in
            (values[image.imageID]?[column.metric ?? ""] ?? nil).map { $0 * column.factor }
          }, failure: failure, made: places.image(image.imageID, of: method.name).map(link),
          real: places.realImage(image.imageID).map(link))
      }
      return Method(name: method.name, images: images)
    }
    self.init(metrics: shown.map { Metric($0.printed) }, methods: methods)
  }
}

import Datasets
import Essentials
import Generators
import Images
import Provenance
import Reports
import Store
import Tensors

/// The contact sheet of a run, `sheets/RUN.jpg` in the results folder.
package struct SheetFile {
  private let run: StoredRun
  private let path: String
  private let plan: SheetPlan

  /// - Throws: errors of the store.
  package init(_ run: StoredRun, in store: Store, results: String) throws {
    self.run = run
    path = "\(results)/sheets/\(run.record.id).jpg"
    plan = try SheetPlan(run, in: store)
  }

  /// Paints and writes it, from the pairs and methods of the run.
  ///
  /// - Throws: ``HarnessError`` and `FileError` if the file cannot be written.
  package func write(_ pairs: [Pair], _ methods: [any Method], workers: Workers) throws {
    guard !plan.rows.isEmpty else { return }
    try OutputPlace(isReplacing: true).prepare(path, as: .picture)
    let sheet = SheetPainter(plan: plan, pairs: pairs, methods: methods).paint(workers)
    try AtomicFile.write(ImageEncoder.jpeg(sheet, quality: 85), to: path)
  }

  /// What a report shows of it; nil where the file is gone.
  var shown: TableReport.ContactSheet? {
    // A report without pictures is better than none.
    guard let bytes = try? RegularFile(path).contents() else { return nil }
    return TableReport.ContactSheet(caption: plan.caption, jpeg: bytes)
  }
}

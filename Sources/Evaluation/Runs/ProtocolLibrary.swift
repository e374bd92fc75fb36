import Essentials
import Foundation
import Measurement
import Provenance
import Tables

/// Finds the folder `Protocols/` and the tables in it.
package enum ProtocolLibrary {
  /// The folder: `EVALKIT_PROTOCOLS`, else `Protocols` here, else beside the program's package or in its
  /// installation's `share/evalkit`.
  ///
  /// - Throws: ``HarnessError`` naming every place that was looked at.
  package static func folder() throws -> ProtocolFolder {
    let places = candidates()
    for place in places where PathKind(at: place.path) == .folder {
      return ProtocolFolder(place, metrics: MetricRegistry.metrics)
    }
    throw HarnessError(
      .runtime,
      "no Protocols folder was found at "
        + places.map(\.path).joined(separator: ", ") + "; name one with EVALKIT_PROTOCOLS")
  }

  private static func candidates() -> [URL] {
    if let named = ProcessInfo.processInfo.environment["EVALKIT_PROTOCOLS"] {
      return [URL(fileURLWithPath: named)]
    }
    var places = [URL(fileURLWithPath: "Protocols")]
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var folder = program.deletingLastPathComponent()
    places.append(
      folder.deletingLastPathComponent().appendingPathComponent("share/evalkit/Protocols"))
    for _ in 0..<4 {
      folder = folder.deletingLastPathComponent()
      places.append(folder.appendingPathComponent("Protocols"))
    }
    return places
  }
}

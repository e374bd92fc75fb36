import Essentials
import Foundation

/// What a folder holds of one published file.
package struct WeightVerification: Equatable, Sendable {
  /// Verdict on a file.
  package enum State: Equatable, Sendable {
    /// Neither its name nor any other of its names is there.
    case missing
    /// Its digest, or as much as is known of it, agrees.
    case ok(sha256: String)
    /// Its length differs, so it was not hashed.
    case wrongSize(found: Int, expected: Int)
    /// Its digest differs.
    case wrongHash(found: String, expected: String)
    /// There is no published digest to compare with.
    case unknownHash(found: String)
    /// The system refuses to read it.
    case unreadable(String)
  }

  /// The catalogue's entry.
  package let weights: PublishedWeights
  /// Where the file was found; nil where it is missing.
  package let path: String?
  /// The verdict.
  package let state: State
}

extension WeightCatalogue {
  /// Looks for every file of the catalogue in a folder and hashes those that are there.
  package static func verify(_ folder: String) -> [WeightVerification] {
    files.map { verify($0, in: folder) }
  }

  /// Looks for one published file in a folder, under any of its names.
  package static func verify(
    _ weights: PublishedWeights, in folder: String
  ) -> WeightVerification {
    guard let path = path(of: weights, in: folder) else {
      return WeightVerification(weights: weights, path: nil, state: .missing)
    }
    return WeightVerification(weights: weights, path: path, state: state(of: weights, at: path))
  }

  /// Where a published file lies in a folder; nil where it is missing.
  package static func path(of weights: PublishedWeights, in folder: String) -> String? {
    ([weights.fileName] + weights.otherNames).map { "\(folder)/\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// Compares one file with what is known of a published one, whatever its name.
  package static func state(
    of weights: PublishedWeights, at path: String
  ) -> WeightVerification.State {
    var status = stat()
    if let expected = weights.bytes, stat(path, &status) == 0, status.st_size != expected {
      return .wrongSize(found: Int(status.st_size), expected: expected)
    }
    let found: String
    do {
      found = try FileDigest.sha256(ofFile: path)
    } catch {
      return .unreadable(CheckpointError(error).reason)
    }
    switch weights.digest {
    case .exact(let expected):
      return found == expected
        ? .ok(sha256: found) : .wrongHash(found: found, expected: expected)
    case .prefix(let expected):
      return found.hasPrefix(expected)
        ? .ok(sha256: found) : .wrongHash(found: found, expected: "\(expected)…")
    case .md5(let expected):
      guard let md5 = try? FileDigest.md5(ofFile: path) else { return .unknownHash(found: found) }
      return md5 == expected ? .ok(sha256: found) : .wrongHash(found: md5, expected: expected)
    case .unknown: return .unknownHash(found: found)
    }
  }
}

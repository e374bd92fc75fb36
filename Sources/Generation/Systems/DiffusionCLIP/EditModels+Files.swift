import Essentials
import Foundation
import Pipelines

extension EditModels {
  private static let extensions = ["safetensors", "pth", "pt"]

  /// Fine-tuned models in a folder, called like their edits' targets.
  ///
  /// - Parameters:
  ///   - folder: has a file for each edit, as `tanned-face.safetensors`.
  ///   - original: what they were fine-tuned from.
  /// - Returns: the models.
  /// - Throws: `SystemError.conflict` for a folder without models; errors of files.
  static func files(in folder: String, tunedFrom original: DiffusionModel) throws -> EditModels {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { name in extensions.contains { name.hasSuffix(".\($0)") } }.sorted()
    guard !names.isEmpty else {
      throw SystemError.conflict(
        system: "diffusionclip", reason: "the folder \(folder) of 'models' holds no model")
    }
    let files = try names.map { name in
      "\(name)=\(try FileDigest.sha256(ofFile: "\(folder)/\(name)"))"
    }
    return EditModels(fingerprint: "models \(files.joined(separator: " "))") { texts in
      let candidates = extensions.map { "\(texts.fileName).\($0)" }
      guard let name = candidates.first(where: names.contains) else {
        throw SystemError.conflict(
          system: "diffusionclip",
          reason:
            "\(folder) has no model of '\(texts.target)'; one would be called \(candidates[0])")
      }
      return try original.tuned(by: "\(folder)/\(name)")
    }
  }
}

import Datasets
import Images
import Tensors

/// A folder of images that somebody made before, matched to pairs by file stem.
package struct FolderMethod: Method {
  package let name: String
  package let missing: [String]
  package let surplus: [String]
  /// The images' folder.
  package let folder: ImageFolder
  /// What the folder holds that is not read, and ids that it spells otherwise.
  package let findings: [DatasetFinding]

  /// Lists a folder and compares it with the ids that are wanted.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - directory: the images' folder.
  ///   - ids: all ids of the table; others are surplus.
  ///   - measured: those of them that this process measures and may miss; nil means all.
  /// - Throws: `MethodError.file` if the folder cannot be listed or two images share an id.
  package init(
    name: String, directory: String, expecting ids: [String], measuring measured: Set<String>? = nil
  ) throws(MethodError) {
    do {
      folder = try ImageFolder(directory: directory)
    } catch {
      throw .file(error)
    }
    let match = folder.matched(to: ids)
    self.name = name
    missing = match.missing.filter { measured?.contains($0) ?? true }
    surplus = match.surplus
    findings = [.unread(folder.unread), match.spelling(of: "images are named")].filter {
      !$0.isEmpty
    }
  }

  /// Images count by their content, so a folder adds nothing to the fingerprint.
  package var fingerprint: String { "folder" }

  package var times: [String: GenerationTime] { GenerationTime.receipts(of: folder) }
  package func origin(of pair: Pair) -> ImageOrigin? { folder.paths[pair.id].map(ImageOrigin.file) }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    guard let path = folder.paths[pair.id] else {
      throw .missing(
        id: pair.id, directory: folder.directory, hint: folder.unread.hint(for: pair.id))
    }
    do {
      return try ImageDecoder.rgb(contentsOf: path)
    } catch {
      throw .image(error)
    }
  }
}

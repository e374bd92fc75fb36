import Checkpoints
import Essentials
import Foundation
import Provenance
import Yams

/// The set of weight files that a run makes and measures images with.
///
/// `published:DIR` is a folder with the files under their published names; a `weights.yaml` inside it,
/// or a manifest given by path, names other files, networks, results or preprocessings:
///
///     directory: weights            # optional, relative to the manifest
///     note: what a reader must know
///     roles:
///       fid: {file: inception.pth, tap: "768"}
///       parser: {onnx: parser.onnx, preprocessing: unet-small-256, classes: unet-small}
///       id: {file: training.pth, part: model}   # a set of tensors in it; averaged ones unless named
///       clip: {onnx: visual.onnx, preprocessing: clip-224, network: clip-vit-b32, file: ViT-B-32.pt}
///       denoiser: {file: denoiser.safetensors}  # for `builtin:denoise`; the program's own unless named
///       unet: {network: adm-lsun, file: lsun_cat.pt}  # for systems; `adm-ffhq` unless named
///       guide: {file: clip_cat.pt}
///       guiding-clip: {network: clip-vit-b16}   # what systems follow; the metric's CLIP unless named
package struct WeightSuite: Sendable {
  /// As given on the command line.
  package let name: String
  /// Folder in which file names are looked up.
  package let directory: String
  /// What a reader of any number must know.
  package let note: String?
  /// What the manifest says of each role.
  package let roles: [WeightRole: RoleChoice]

  /// Where published weights lie unless a folder is named: `$XDG_DATA_HOME/evalkit/weights`.
  package static var defaultDirectory: String {
    let environment = ProcessInfo.processInfo.environment
    // The XDG specification tells to ignore relative values.
    let base =
      environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? "") + "/.local/share"
    return base + "/evalkit/weights"
  }

  /// Understands `compact`, `published`, `published:DIR` or `DIR`, or the path of a manifest.
  ///
  /// - Throws: ``HarnessError`` for folders and manifests that are missing or not understood.
  package init(parsing text: String) throws {
    if text == Self.compact.name {
      self = .compact
    } else if let (name, folder) = Self.folder(text) {
      try self.init(name: name, folder: folder)
    } else {
      try self.init(name: text, manifest: text)
    }
  }

  /// As `init(parsing:)`, but a folder that is not there is one without files.
  ///
  /// - Throws: ``HarnessError`` for manifests that are missing or not understood.
  package static func expected(_ text: String) throws -> WeightSuite {
    if let (name, folder) = folder(text), !FileManager.default.fileExists(atPath: folder) {
      return WeightSuite(name: name, directory: folder, note: nil, roles: [:])
    }
    return try WeightSuite(parsing: text)
  }

  private static let published = "published"

  /// The folder of published weights that a text names, and the suite's one name for it; nil for other texts.
  private static func folder(_ text: String) -> (name: String, folder: String)? {
    if text == published { return (text, defaultDirectory) }
    let prefix = "\(published):"
    if text.hasPrefix(prefix) { return (text, String(text.dropFirst(prefix.count))) }
    return PathKind(at: text) == .folder ? (prefix + text, text) : nil
  }

  private init(name: String, folder: String) throws {
    guard PathKind(at: folder) == .folder else {
      throw HarnessError(
        .runtime,
        "there is no weights folder at \(folder); 'evalkit weights list' names the files "
          + "that belong there")
    }
    let manifest = folder + "/weights.yaml"
    if FileManager.default.fileExists(atPath: manifest) {
      try self.init(name: name, manifest: manifest)
    } else {
      self.init(name: name, directory: folder, note: nil, roles: [:])
    }
  }

  init(name: String, directory: String, note: String?, roles: [WeightRole: RoleChoice]) {
    self.name = name
    self.directory = directory
    self.note = note
    self.roles = roles
  }

  private init(name: String, manifest path: String) throws {
    let bytes: [UInt8]
    do { bytes = try RegularFile(path).contents() } catch {
      throw HarnessError(
        .usage,
        "--weights \(path) is neither compact, published, a folder of weights nor a manifest "
          + "that can be read (\(error.reason))")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw HarnessError(.runtime, "\(path) is not UTF-8 text")
    }
    let manifest: WeightManifest
    do { manifest = try WeightManifest(yaml: text) } catch {
      throw HarnessError(.runtime, "\(path): \(error)")
    }
    let folder = PathText.folder(of: path)
    self.init(
      name: name, directory: Self.resolve(manifest.directory ?? ".", in: folder),
      note: manifest.note, roles: manifest.roles)
  }

  private static func resolve(_ path: String, in folder: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix(CompactWeights.prefix) { return path }
    let base = folder.isEmpty ? "." : folder
    return ("\(base)/\(path)" as NSString).standardizingPath
  }

  /// The role of the CLIP that a system follows: `guiding-clip` where the suite names it.
  ///
  /// - Parameter measured: the role whose metric measures what the system follows, which does otherwise.
  /// - Returns: the role to load.
  package func guiding(_ measured: WeightRole) -> WeightRole {
    roles[.guidingCLIP] == nil ? measured : .guidingCLIP
  }

  /// The path of a file of the suite.
  package func path(_ file: String) -> String { Self.resolve(file, in: directory) }
}

/// The content of a weights manifest, decoded strictly.
struct WeightManifest {
  let directory: String?
  let note: String?
  let roles: [WeightRole: RoleChoice]

  /// - Throws: ``HarnessError`` naming what is not understood.
  init(yaml: String) throws {
    if let reason = YAMLLimits.objection(to: yaml) {
      throw HarnessError(.runtime, "not YAML that is read: \(reason)")
    }
    let root: Node?
    do { root = try Yams.compose(yaml: yaml) } catch let error as YamlError {
      throw HarnessError(
        .runtime,
        "not YAML: " + "\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    guard let manifest = root.flatMap(Self.entries) else {
      throw HarnessError(.runtime, "a weights manifest is a mapping with the key 'roles'")
    }
    try Self.refuseUnknown(
      manifest.keys, knowing: ["directory", "note", "roles"], in: "the manifest")
    directory = try Self.text(manifest["directory"], "directory")
    note = try Self.text(manifest["note"], "note")
    guard let entries = manifest["roles"].flatMap(Self.entries) else {
      throw HarnessError(.runtime, "the key 'roles' is missing or no mapping")
    }
    var roles: [WeightRole: RoleChoice] = [:]
    for (name, value) in entries {
      guard let role = WeightRole(rawValue: name), let settings = Self.entries(value) else {
        let known = WeightRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw HarnessError(.runtime, "'\(name)' is not one of the roles \(known), or no mapping")
      }
      roles[role] = try Self.choice(settings, role: name)
    }
    self.roles = roles
  }

  /// What a mapping whose keys are texts holds; nil for anything else.
  ///
  /// Yams' own dictionaries stop the program where a key is no text.
  private static func entries(_ node: Node) -> [String: Node]? {
    guard let mapping = node.mapping else { return nil }
    var entries: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else { return nil }
      entries[name] = value
    }
    return entries
  }

  private static func choice(_ settings: [String: Node], role: String) throws -> RoleChoice {
    try refuseUnknown(
      settings.keys,
      knowing: [
        "network", "file", "part", "onnx", "heads", "tap", "preprocessing", "classes", "note",
      ], in: "role '\(role)'")
    var choice = RoleChoice()
    choice.network = try text(settings["network"], "network")
    choice.file = try text(settings["file"], "file")
    choice.part = try text(settings["part"], "part")
    choice.onnx = try text(settings["onnx"], "onnx")
    choice.heads = try text(settings["heads"], "heads")
    choice.tap = try text(settings["tap"], "tap")
    choice.preprocessing = try text(settings["preprocessing"], "preprocessing")
    choice.classes = try text(settings["classes"], "classes")
    choice.note = try text(settings["note"], "note")
    return choice
  }

  /// A text, or a whole number as it is written.
  private static func text(_ node: Node?, _ key: String) throws -> String? {
    guard let node else { return nil }
    let kinds = [Tag.Name.str, .int].map(\.rawValue)
    guard let scalar = node.scalar, kinds.contains(node.tag.description) else {
      throw HarnessError(.runtime, "the value of '\(key)' must be text")
    }
    return scalar.string
  }

  private static func refuseUnknown(
    _ keys: some Sequence<String>, knowing known: [String], in place: String
  ) throws {
    for key in keys where !known.contains(key) {
      throw HarnessError(
        .runtime,
        "\(place) has the unknown key '\(key)'; known are \(known.joined(separator: ", "))")
    }
  }
}

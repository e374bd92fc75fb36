/// The only names that a pickle's data may be made with.
///
/// Each stands for data or for a way to arrange data; none is looked up, imported or run. What any other
/// name makes is an inert record (`PickleValue.foreign`), which a state dict must not hold.
enum PickleGlobal: Hashable, Sendable {
  case orderedDictionary
  case size
  case device
  case rebuildTensor
  case rebuildTensorWithHooks
  case rebuildTensorWithType
  case rebuildParameter
  case storage(ElementType)
  case untypedStorage
  case elementType(ElementType)
  /// A class whose code lies in the same TorchScript archive; only its attributes are read.
  case scriptClass
  /// TorchScript's typed list: returns its argument.
  case scriptList
  /// NVIDIA's record of a module: its argument tells class, source and attributes.
  case persistentModule
  /// A class of modules; only attributes are read.
  case moduleClass
  /// A dictionary whose items are attributes, too.
  case easyDictionary
  /// A storage as a PyTorch file of its own.
  case embeddedStorage
  /// A set, of which only the members matter.
  case set
  /// NumPy's numbers and their types, which are not read.
  case numPyNumber, numPyType

  /// Recognizes a name of the list; nil for everything else.
  ///
  /// - Parameters:
  ///   - module: where Python would look.
  ///   - name: what it would look for.
  ///   - allowsScript: whether the pickle is part of a TorchScript archive.
  ///   - allowsModules: whether it is one of whole modules.
  init?(module: String, name: String, allowsScript: Bool, allowsModules: Bool = false) {
    switch (module, name) {
    case _ where allowsModules && Self.ofModules(module, name) != nil:
      guard let known = Self.ofModules(module, name) else { return nil }
      self = known
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorWithHooks
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorWithType
    case ("torch._utils", "_rebuild_parameter"),
      ("torch._utils", "_rebuild_parameter_with_state"),
      ("torch.nn.parameter", "Parameter"), ("torch.nn", "Parameter"):
      self = .rebuildParameter
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .untypedStorage
    case ("torch", _), ("torch.cuda", _), ("torch.storage", _):
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if module == "torch", let type = Self.elementTypes[name] {
        self = .elementType(type)
      } else {
        return nil
      }
    case ("torch.jit._pickle", _) where allowsScript && Self.scriptLists.contains(name):
      self = .scriptList
    case _ where allowsScript && (module == "__torch__" || module.hasPrefix("__torch__.")):
      self = .scriptClass
    default: return nil
    }
  }

  /// Names that pickles of whole modules use.
  ///
  /// Source: `NVlabs/stylegan2-ada-pytorch`, `torch_utils/persistence.py`.
  private static func ofModules(_ module: String, _ name: String) -> PickleGlobal? {
    switch (module, name) {
    case ("torch_utils.persistence", "_reconstruct_persistent_obj"): .persistentModule
    case ("dnnlib.util", "EasyDict"): .easyDictionary
    case ("torch.storage", "_load_from_bytes"): .embeddedStorage
    case ("builtins", "set"): .set
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): .numPyNumber
    case ("numpy", "dtype"): .numPyType
    case _ where ["training.", "torch.nn.modules."].contains(where: module.hasPrefix): .moduleClass
    default: nil
    }
  }

  private static let storages: [String: ElementType] = [
    "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32,
    "DoubleStorage": .float64, "CharStorage": .int8, "ShortStorage": .int16,
    "IntStorage": .int32, "LongStorage": .int64, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let elementTypes: [String: ElementType] = [
    "float16": .float16, "half": .float16, "bfloat16": .bfloat16, "float32": .float32,
    "float": .float32, "float64": .float64, "double": .float64, "int8": .int8, "int16": .int16,
    "int32": .int32, "int64": .int64, "uint8": .uint8, "uint16": .uint16, "uint32": .uint32,
    "uint64": .uint64, "bool": .bool,
  ]

  private static let scriptLists: Set = [
    "build_intlist", "build_doublelist", "build_boollist", "build_tensorlist", "restore_type_tag",
  ]
}

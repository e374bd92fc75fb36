/// What a pickle describes: plain data and nothing else.
///
/// Containers live in the machine's list of objects and are named by their index. That gives them
/// the identity that a pickle's memo needs, and lets cycles and deep nests be freed without
/// recursion. Large and rare values lie elsewhere, so that a byte of a pickle costs little memory.
enum PickleValue: Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// An integer beyond 64 bits, two's complement, little-endian.
  case wideInteger([UInt8])
  case real(Double)
  case text(String)
  case bytes
  /// Bytes that may be read again; of pickles of whole modules alone.
  indirect case data(ByteSlice)
  case object(Int)
  case global(PickleGlobal)
  /// A name outside the list, or what such a name would make: an inert record, by its place in
  /// `PickleMachine.foreign`.
  case foreign(Int)
  indirect case storage(StorageReference)
  indirect case tensor(TensorRecord)
}

/// A container of a pickle.
enum PickleObject: Sendable {
  case tuple([PickleValue])
  case list([PickleValue])
  case dictionary([(key: PickleValue, value: PickleValue)])
  /// An object of a class whose code is not read: its attributes, once known.
  case instance(state: PickleValue)
}

/// A name that a pickle asks for and that is not on the list.
struct ForeignName: Sendable {
  /// Module and name.
  let name: String
  /// Where in the pickle it is asked for.
  let offset: Int
}

/// A block of elements that tensors are views of.
struct StorageReference: Hashable, Sendable {
  /// Name of the block in the file.
  let key: String
  /// Type of its elements; nil for an untyped block, whose size is in bytes.
  let elementType: ElementType?
  /// Elements in the block.
  let count: Int
  /// Elements of the block before the part that is meant (legacy files only).
  var offset = 0
  /// Length of that part; nil for the whole block.
  var viewCount: Int?
}

/// A tensor as a pickle describes it, not yet checked against its storage.
struct TensorRecord: Sendable {
  let storage: StorageReference
  let elementType: ElementType
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

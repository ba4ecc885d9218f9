/// A value of a pickle. Containers are indices of a `PickleHeap`, so that a value may contain itself and
/// releasing it does not recurse.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case node(Int)
}

/// A shared value.
struct PickleNode {
  enum Kind {
    case tuple, list, set
    /// Elements are alternating keys and values; the last of duplicate keys counts.
    case dict
    /// The name of a class or function; it is never looked up.
    case global(module: String, name: String)
    /// An object of an unknown class. Elements are its states, mostly dicts.
    case object(className: String)
    case storage(TorchStorage)
    case tensor(TorchTensor)
    /// A tensor of an unsupported kind, in words: `a sparse tensor`.
    case unread(String)
  }

  var kind: Kind
  var elements: [PickleValue] = []
}

/// The shared values of one pickle.
struct PickleHeap {
  var nodes: [PickleNode] = []

  subscript(_ value: PickleValue) -> PickleNode? {
    guard case .node(let place) = value, nodes.indices.contains(place) else { return nil }
    return nodes[place]
  }

  /// The entries of a dict by text keys, without duplicates; numbers become their digits, other keys their
  /// index.
  func entries(_ value: PickleValue) -> [(key: String, value: PickleValue)]? {
    guard let node = self[value], case .dict = node.kind else { return nil }
    var entries: [(key: String, value: PickleValue)] = []
    var places: [String: Int] = [:]
    var index = 0
    while index + 1 < node.elements.count {
      defer { index += 2 }
      let key: String
      switch node.elements[index] {
      case .string(let text): key = text
      case .int(let number): key = String(number)
      case .bool(let flag): key = String(flag)
      case .float(let number): key = String(number)
      default: key = "entry \(index / 2)"
      }
      if let place = places[key] {
        entries[place].value = node.elements[index + 1]
      } else {
        places[key] = entries.count
        entries.append((key, node.elements[index + 1]))
      }
    }
    return entries
  }
}

/// Numbers of one type in an entry of the archive.
struct TorchStorage: Sendable {
  /// PyTorch's name for it, such as `FloatStorage`.
  let className: String
  /// nil for unsupported types, and for untyped storages, where the tensor has the type.
  let type: StorageType?
  /// The entry's name below `data/`.
  let key: String
  /// In elements; in bytes if the tensor has the type.
  let count: Int
}

/// A view of a storage.
struct TorchTensor: Sendable {
  let storage: TorchStorage
  let type: StorageType
  /// In elements, as strides are.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  let count: Int
}

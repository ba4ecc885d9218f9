/// What a pickle describes. Containers are places in a `PickleHeap`, so that a value may contain itself and
/// nothing is deep when it is released.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case node(Int)
}

/// A value that others can share.
struct PickleNode {
  enum Kind {
    case tuple, list, set
    /// Elements are key and value in turn; of equal keys the last counts.
    case dict
    /// The name of a class or function; nothing is ever looked up by it.
    case global(module: String, name: String)
    /// Something of a class that means nothing here. Elements are the states it was given, dicts for the most
    /// part.
    case object(className: String)
    case storage(TorchStorage)
    case tensor(TorchTensor)
    /// A tensor of a kind that is not read here, in words: `a sparse tensor`.
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

  /// A dict's entries under text keys, each key once; numbers count as their digits, other keys as their
  /// place.
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

/// A run of numbers of one type, in an entry of the archive of its own.
struct TorchStorage: Sendable {
  /// How PyTorch calls it, such as `FloatStorage`.
  let className: String
  /// nil for types that have no name in a weight file here, and for bytes whose type the tensor tells.
  let type: StorageType?
  /// The entry's name below `data/`.
  let key: String
  /// In elements; in bytes where the type is told by the tensor.
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

/// The tensors in the value that a pickle describes, by name.
struct TorchContents {
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  /// What stands beside the tensors, and why it is not read.
  private(set) var others: [(name: String, reason: String)] = []
  /// Numbers and texts at the top, such as `epoch`.
  private(set) var values: [(name: String, text: String)] = []

  private let heap: PickleHeap
  private let path: String
  private var places: [String: Int] = [:]
  private var visits = 0

  private static let depthLimit = 64
  private static let visitLimit = 1 << 18
  private static let tensorLimit = 100_000
  /// Where checkpoints keep the parameters.
  private static let wrappers = ["state_dict", "model_state_dict", "model"]

  /// - Throws: E0502 for a value that contains itself, or endlessly much.
  init(_ value: PickleValue, heap: PickleHeap, path: String) throws {
    self.heap = heap
    self.path = path
    guard let entries = heap.entries(value) else {
      try visit(value, name: "", depth: 0)
      return
    }
    let wrapper = TorchContents.wrappers.first { name in
      entries.contains { $0.key == name && isContainer($0.value) }
    }
    for (key, value) in entries {
      if let wrapper {
        if key == wrapper {
          try visit(value, name: "", depth: 1)
        } else {
          note(key, value, reason: "beside \(wrapper)")
        }
      } else if isScalar(value) {
        note(key, value, reason: "no tensor")
      } else {
        try visit(value, name: key, depth: 1)
      }
    }
  }

  private func isContainer(_ value: PickleValue) -> Bool {
    guard let node = heap[value] else { return false }
    switch node.kind {
    case .dict: return true
    case .object: return !node.elements.isEmpty
    default: return false
    }
  }

  private func isScalar(_ value: PickleValue) -> Bool { if case .node = value { false } else { true } }

  private mutating func note(_ name: String, _ value: PickleValue, reason: String) {
    others.append((name, reason))
    switch value {
    case .bool(let flag): values.append((name, String(flag)))
    case .int(let number): values.append((name, String(number)))
    case .float(let number): values.append((name, String(number)))
    case .string(let text): values.append((name, text))
    default: break
    }
  }

  private mutating func visit(_ value: PickleValue, name: String, depth: Int) throws {
    visits += 1
    guard depth <= TorchContents.depthLimit, visits <= TorchContents.visitLimit else {
      throw CLIPError.corrupt(
        path,
        visits > TorchContents.visitLimit
          ? "it describes endlessly many things" : "it is nested endlessly deep")
    }
    guard let node = heap[value] else { return }
    func inner(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
    switch node.kind {
    case .tensor(let tensor): try add(tensor, name: name)
    case .dict:
      for (key, value) in heap.entries(value) ?? [] { try visit(value, name: inner(key), depth: depth + 1) }
    case .list, .tuple:
      for (index, value) in node.elements.enumerated() where !isScalar(value) {
        try visit(value, name: inner(String(index)), depth: depth + 1)
      }
    case .object(let className):
      if node.elements.isEmpty, !name.isEmpty { others.append((name, "\(className), which is not read")) }
      for state in node.elements { try visitState(state, name: name, depth: depth) }
    case .global, .storage, .set: break
    }
  }

  /// The state of a module: of a scripted one its attributes, else its parameters, buffers and parts.
  private mutating func visitState(_ state: PickleValue, name: String, depth: Int) throws {
    guard let entries = heap.entries(state) else { return }
    let parts = entries.filter { ["_parameters", "_buffers", "_modules"].contains($0.key) }
    if parts.isEmpty { return try visit(state, name: name, depth: depth + 1) }
    for part in parts { try visit(part.value, name: name, depth: depth + 1) }
  }

  private mutating func add(_ tensor: TorchTensor, name: String) throws {
    guard places.updateValue(tensors.count, forKey: name) == nil else {
      throw CLIPError.corrupt(path, "two tensors are named \(name)")
    }
    guard tensors.count < TorchContents.tensorLimit else {
      throw CLIPError.corrupt(path, "it holds more than \(TorchContents.tensorLimit) tensors")
    }
    tensors.append((name, tensor))
  }
}

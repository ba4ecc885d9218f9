import MocoBase

/// The tensors in the value of a pickle, by name.
struct TorchContents {
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  /// Tensors outside the parameters of a checkpoint, by their full names.
  private(set) var beside: [(name: String, tensor: TorchTensor)] = []
  /// Tensors of unsupported kinds, with their kinds.
  private(set) var unread: [UnreadTensor] = []
  /// The prefix of the names of `tensors` in the file: `state_dict.`, or empty.
  private(set) var root = ""
  /// Other entries, and why they are not read.
  private(set) var others: [(name: String, reason: String)] = []
  /// Numbers and strings at the top level, such as `epoch`, and lists of strings as JSON.
  private(set) var values: [(name: String, text: String)] = []

  private let heap: PickleHeap
  private let path: String
  private var places: [String: Int] = [:]
  private var visits = 0
  private var isBeside = false

  private static let depthLimit = 64
  private static let visitLimit = 1 << 18
  private static let tensorLimit = 100_000
  /// The keys of checkpoints with the parameters.
  private static let wrappers = ["state_dict", "model_state_dict", "model"]

  /// - Throws: E0502 for a cyclic value, or one that is too large.
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
    root = wrapper.map { "\($0)." } ?? ""
    for (key, value) in entries where wrapper == nil || key == wrapper {
      if wrapper != nil {
        try visit(value, name: "", depth: 1)
      } else if isScalar(value) {
        note(key, value, reason: "not a tensor")
      } else {
        let known = found
        try visit(value, name: key, depth: 1)
        if found == known { note(key, value, reason: "contains no tensor") }
      }
    }
    guard let wrapper else { return }
    isBeside = true
    visits = 0
    for (key, value) in entries where key != wrapper {
      note(key, value, reason: "outside \(wrapper)")
      // Nothing in it is needed, so that unusual values are not an error of the file.
      if !isScalar(value) { try? visit(value, name: key, depth: 1) }
    }
  }

  /// How much was found up to now.
  private var found: Int { tensors.count + others.count }

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
    default:
      if let texts = texts(value) {
        values.append((name, Json.array(texts.map { .string($0) }).serialized()))
      }
    }
  }

  /// The strings of a list or tuple of strings only.
  private func texts(_ value: PickleValue) -> [String]? {
    guard let node = heap[value], !node.elements.isEmpty else { return nil }
    switch node.kind {
    case .list, .tuple: break
    default: return nil
    }
    let texts = node.elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    return texts.count == node.elements.count ? texts : nil
  }

  /// - Parameter isState: whether this is the state of an object, whose numbers and texts are its own.
  private mutating func visit(
    _ value: PickleValue, name: String, depth: Int, isState: Bool = false
  ) throws {
    visits += 1
    guard depth <= TorchContents.depthLimit, visits <= TorchContents.visitLimit else {
      throw Failure.corrupt(
        path,
        visits > TorchContents.visitLimit
          ? "it contains too many values" : "it is nested too deeply or cyclic")
    }
    guard let node = heap[value] else { return }
    func inner(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
    switch node.kind {
    case .tensor(let tensor): try add(tensor, name: name)
    case .unread(let kind):
      if isBeside {
        if unread.count < TorchContents.tensorLimit {
          unread.append(UnreadTensor(name: name, kind: kind, isBeside: true))
        }
        return
      }
      unread.append(UnreadTensor(name: name, kind: kind))
      others.append((name, "\(kind), which is not supported"))
    case .dict:
      for (key, value) in heap.entries(value) ?? [] {
        if isScalar(value), depth > 0 {
          if !isBeside, !isState { others.append((inner(key), "not a tensor")) }
        } else {
          try visit(value, name: inner(key), depth: depth + 1)
        }
      }
    case .list, .tuple:
      for (index, value) in node.elements.enumerated() where !isScalar(value) {
        try visit(value, name: inner(String(index)), depth: depth + 1)
      }
    case .object(let className):
      let known = found
      for state in node.elements { try visitState(state, name: name, depth: depth) }
      // Modules without parameters are part of every model.
      let isModule =
        className.hasPrefix("__torch__.")
        || node.elements.contains { heap.entries($0)?.contains { $0.key == "_parameters" } ?? false }
      if found == known, !name.isEmpty, !isBeside, !isModule {
        others.append((name, "\(className), which is not supported"))
      }
    case .global, .storage, .set: break
    }
  }

  /// The state of a module: the attributes of a scripted one, otherwise its parameters, buffers and submodules.
  private mutating func visitState(_ state: PickleValue, name: String, depth: Int) throws {
    guard let entries = heap.entries(state) else { return }
    let parts = entries.filter { ["_parameters", "_buffers", "_modules"].contains($0.key) }
    if parts.isEmpty { return try visit(state, name: name, depth: depth + 1, isState: true) }
    for part in parts { try visit(part.value, name: name, depth: depth + 1, isState: true) }
  }

  private mutating func add(_ tensor: TorchTensor, name: String) throws {
    if isBeside {
      if beside.count < TorchContents.tensorLimit { beside.append((name, tensor)) }
      return
    }
    guard places.updateValue(tensors.count, forKey: name) == nil else {
      throw Failure.corrupt(path, "two tensors are named \(name)")
    }
    guard tensors.count < TorchContents.tensorLimit else {
      throw Failure.corrupt(path, "it contains more than \(TorchContents.tensorLimit) tensors")
    }
    tensors.append((name, tensor))
  }
}

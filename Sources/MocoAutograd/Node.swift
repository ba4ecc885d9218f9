import MocoBase
import MocoTensor
import Synchronization

/// An operation on the tape.
final class Node {
  private static let created = Atomic<UInt64>(0)

  /// Order of creation: inputs always have smaller numbers.
  let number: UInt64
  let name: String
  private(set) var inputs: [Variable]
  private var needs: [Bool]
  // The storage that the rule reads, and its number of writes when the operation was recorded.
  private var guards: [(storage: Storage, writes: Int)]
  private var rule: ((Tensor, [Bool]) throws -> [Tensor?])?
  // The gradient accumulated so far during a backward pass.
  private var pending: Tensor?
  private var ownsPending = false
  private var visit: UInt64 = 0

  init(
    _ name: String, inputs: [Variable], saved: [Tensor],
    backward: @escaping (Tensor, [Bool]) throws -> [Tensor?]
  ) {
    number = Node.created.wrappingAdd(1, ordering: .relaxed).newValue
    self.name = name
    self.inputs = inputs
    guards = saved.map { ($0.storage, $0.storage.writes) }
    needs = inputs.map(\.requiresGrad)
    rule = backward
  }

  private var isOverwritten: Bool { guards.contains { $0.storage.writes != $0.writes } }

  /// The nodes that this one depends on, newest first.
  private func reachable() -> [Node] {
    let mark = Node.created.wrappingAdd(1, ordering: .relaxed).newValue
    var found: [Node] = []
    var open = [self]
    visit = mark
    while let node = open.popLast() {
      found.append(node)
      for (input, needed) in zip(node.inputs, node.needs) where needed {
        guard let next = input.node, next.visit != mark else { continue }
        next.visit = mark
        open.append(next)
      }
    }
    found.sort { $0.number > $1.number }
    return found
  }

  /// The leaves that this one depends on and that gradients would flow to.
  func leaves() -> [Variable] {
    reachable().flatMap { node in
      zip(node.inputs, node.needs).compactMap { input, needed in needed && input.node == nil ? input : nil }
    }
  }

  /// The nodes that this one depends on, newest first; all of them unused and with unchanged saved values.
  ///
  /// - Throws: E0207.
  private func intactOrder() throws -> [Node] {
    let order = reachable()
    if let used = order.first(where: { $0.rule == nil }) {
      throw Failure(
        "E0207", "backward() was already called through '\(used.name)'; its saved values have been freed",
        help: "compute the value again before the second backward, or add the losses and call it once")
    }
    if let changed = order.first(where: \.isOverwritten) {
      throw Failure(
        "E0207", "backward: a value used by '\(changed.name)' was changed in place after it was computed",
        help: "write into x.copy(), or write after backward()")
    }
    return order
  }

  func run(_ seed: Tensor) throws {
    let order = try intactOrder()
    defer { for node in order { node.pending = nil } }
    pending = seed
    for node in order {
      try Cancellation.check()
      guard let gradient = node.pending, let rule = node.rule else { continue }
      node.pending = nil
      node.rule = nil
      node.guards = []
      var gradients = try rule(gradient, node.needs)
      var inputs = node.inputs
      node.inputs = []
      for i in inputs.indices where node.needs[i] && i < gradients.count {
        guard let gradient = gradients[i] else { continue }
        gradients[i] = nil
        guard gradient.shape == inputs[i].shape else {
          throw Failure(
            "E0205",
            "\(node.name): shape mismatch: gradient \(Shape.text(gradient.shape)), input "
              + Shape.text(inputs[i].shape))
        }
        if let next = inputs[i].node {
          try next.collect(gradient)
        } else {
          try inputs[i].accumulate(gradient)
        }
      }
      Node.release(&inputs)
    }
  }

  /// Gradients of `seed` times this with respect to some variables, nil if it does not depend on them. The graph is
  /// kept, and no leaf's `grad` changes. Only paths to the targets are visited.
  func gradients(_ seed: Tensor, of targets: [Variable]) throws -> [Tensor?] {
    let order = try intactOrder()
    defer { for node in order { node.pending = nil } }
    var leaves: [ObjectIdentifier: Int] = [:]
    var wanted: [ObjectIdentifier: Int] = [:]
    for (place, target) in targets.enumerated() {
      if let node = target.node {
        wanted[ObjectIdentifier(node)] = wanted[ObjectIdentifier(node)] ?? place
      } else {
        leaves[ObjectIdentifier(target)] = leaves[ObjectIdentifier(target)] ?? place
      }
    }
    // From the oldest node on: marks the nodes that depend on a target.
    var leading = Set<ObjectIdentifier>()
    func leads(_ input: Variable) -> Bool {
      guard let node = input.node else { return leaves[ObjectIdentifier(input)] != nil }
      let id = ObjectIdentifier(node)
      return wanted[id] != nil || leading.contains(id)
    }
    for node in order.reversed() where zip(node.inputs, node.needs).contains(where: { $1 && leads($0) }) {
      leading.insert(ObjectIdentifier(node))
    }
    var found = [Tensor?](repeating: nil, count: targets.count)
    pending = seed
    for node in order {
      try Cancellation.check()
      guard let gradient = node.pending, let rule = node.rule else { continue }
      node.pending = nil
      if let place = wanted[ObjectIdentifier(node)] { found[place] = gradient }
      guard leading.contains(ObjectIdentifier(node)) else { continue }
      let needs = zip(node.inputs, node.needs).map { $1 && leads($0) }
      let gradients = try rule(gradient, needs)
      for (i, input) in node.inputs.enumerated() where needs[i] && i < gradients.count {
        guard let gradient = gradients[i] else { continue }
        guard gradient.shape == input.shape else {
          throw Failure(
            "E0205",
            "\(node.name): shape mismatch: gradient \(Shape.text(gradient.shape)), input "
              + Shape.text(input.shape))
        }
        if let next = input.node {
          try next.collect(gradient)
        } else if let place = leaves[ObjectIdentifier(input)] {
          found[place] = try found[place].map { try Tensor.add($0, gradient) } ?? gradient
        }
      }
    }
    for (place, target) in targets.enumerated() {
      let first = target.node.map { wanted[ObjectIdentifier($0)] } ?? leaves[ObjectIdentifier(target)]
      if let first, first != place { found[place] = found[first] }
    }
    return found
  }

  private func collect(_ gradient: Tensor) throws {
    guard let sum = pending else {
      pending = gradient
      ownsPending = false
      return
    }
    guard ownsPending else {
      pending = try Tensor.add(sum, gradient)
      ownsPending = true
      return
    }
    let addend = try gradient.contiguous()
    try sum.withMutableFloats { sum in
      try addend.withFloats { values in
        guard let y = sum.baseAddress, let x = values.baseAddress else { return }
        Kernels.addScaled(1, x, y, count: sum.count)
      }
    }
  }

  deinit { Node.release(&inputs) }

  // MARK: Release without recursion: a graph may be a hundred thousand operations deep.

  static func takeApart(_ node: inout Node?) {
    guard isKnownUniquelyReferenced(&node), let last = node else { return }
    var inputs = last.inputs
    last.inputs = []
    release(&inputs)
  }

  private static func release(_ stack: inout [Variable]) {
    while var variable = stack.popLast() {
      guard isKnownUniquelyReferenced(&variable), var node = variable.node else { continue }
      variable.node = nil
      guard isKnownUniquelyReferenced(&node) else { continue }
      stack.append(contentsOf: node.inputs)
      node.inputs = []
    }
  }
}

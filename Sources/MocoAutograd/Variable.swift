import CKernels
import CThreads
import MocoBase
import MocoTensor
import Synchronization

/// A tensor that records how it was computed, so that gradients can flow back.
///
/// Reverse-mode differentiation: every operation on a variable that needs a gradient leaves a node;
/// `backward` visits the nodes from the newest to the oldest. Each node is used once: its saved values are freed
/// as soon as its gradient has been passed on.
///
/// - Safety: one thread at a time builds a graph and traverses it; other threads only read values, while that
///   one waits.
public final class Variable: @unchecked Sendable {
  /// The value; a leaf's may be replaced (by an optimizer, say) between steps.
  public var value: Tensor
  /// The gradient accumulated by `backward`; leaves only.
  public var grad: Tensor?
  private var marked: Bool
  // Cleared only while a graph is released.
  var node: Node?

  /// A leaf.
  public init(_ value: Tensor, requiresGrad: Bool = false) {
    self.value = value
    marked = requiresGrad
  }

  init(_ value: Tensor, node: Node) {
    self.value = value
    marked = true
    self.node = node
  }

  deinit { Node.takeApart(&node) }

  /// Whether gradients flow to or through this; can be set on leaves only.
  public var requiresGrad: Bool {
    get { marked }
    set { if node == nil { marked = newValue } }
  }

  /// Whether this was created by the user and not by an operation.
  public var isLeaf: Bool { node == nil }

  /// The value's sizes, outermost dimension first; [] for a single number.
  public var shape: [Int] { value.shape }

  /// The leaves that a gradient of this would flow to through unused nodes; itself for a trainable
  /// leaf.
  public func trainedLeaves() -> [Variable] {
    guard requiresGrad else { return [] }
    return node?.leaves() ?? [self]
  }

  /// The same value without a history.
  public func detach() -> Variable { Variable(value) }

  /// Records an operation: a value, and how a gradient of it becomes gradients of the inputs.
  ///
  /// `backward` gets the gradient in the value's shape and which inputs need one; it returns a gradient of
  /// each input's shape, or nil, in the inputs' order. It must capture tensors, not variables: a captured
  /// variable would keep its history alive. `saved` names every captured tensor whose memory a program can
  /// reach (an input's, a mask's, the value's own): overwriting one before `backward` is an error. Nothing is
  /// recorded where no input needs a gradient, or inside `Autograd.noGrad`.
  public static func custom(
    _ name: String, inputs: [Variable], value: Tensor, saved: [Tensor],
    backward: @escaping (_ grad: Tensor, _ needs: [Bool]) throws -> [Tensor?]
  ) -> Variable {
    guard inputs.contains(where: \.requiresGrad) else { return Variable(value) }
    guard Autograd.isEnabled else {
      UnrecordedUses.note()
      return Variable(value)
    }
    return Variable(value, node: Node(name, inputs: inputs, saved: saved, backward: backward))
  }

  /// Adds the gradient of this with respect to every leaf that needs one to the leaf's `grad`.
  ///
  /// - Parameter seed: the gradient of a later result with respect to this; 1 for a scalar.
  /// - Throws: E0207 without anything that needs a gradient, or a second time through the same part of a
  ///   graph; E0206 without a seed for more than one number; E0205 for a seed of another shape; E0406 when
  ///   interrupted.
  public func backward(_ seed: Tensor? = nil) throws {
    let start = try start(seed, "backward")
    guard let node else { return try accumulate(start) }
    try Autograd.noGrad { try node.run(start) }
  }

  /// The gradients of this with respect to some variables, leaves or not; nil for those that it does not depend on.
  ///
  /// No `grad` changes, and the graph can be traversed again.
  /// - Parameter seed: the gradient of a later result with respect to this; 1 for a scalar.
  /// - Throws: as `backward`.
  public func gradients(of targets: [Variable], seed: Tensor? = nil) throws -> [Tensor?] {
    let start = try start(seed, "gradients")
    guard let node else { return targets.map { $0 === self ? start : nil } }
    return try Autograd.noGrad {
      try Autograd.keepingGraph { try node.gradients(start, of: targets) }
    }
  }

  private func start(_ seed: Tensor?, _ name: String) throws -> Tensor {
    guard requiresGrad else {
      throw Failure(
        "E0207", "\(name): the value does not depend on a parameter",
        help: "create trainable tensors with parameter(…), and compute outside no_grad")
    }
    guard let seed else {
      guard value.count == 1 else {
        throw Failure(
          "E0206", "\(name) needs a single number, not shape \(Shape.text(shape))",
          help: "reduce it with sum() or mean()")
      }
      return try Tensor.full(shape, 1)
    }
    guard seed.shape == shape else {
      throw Failure(
        "E0205",
        "\(name): shape mismatch: gradient \(Shape.text(seed.shape)), value \(Shape.text(shape))",
        operandLabels: (Shape.text(shape), Shape.text(seed.shape)))
    }
    return seed
  }

  // A leaf's gradient has its own memory: optimizers and clipping write into it. If a program still holds
  // the earlier sum, perhaps in a recorded operation, that one keeps its numbers.
  func accumulate(_ new: Tensor) throws {
    guard var old = grad else {
      var new = new
      grad = new.isContiguous && new.isUnshared() ? new : try new.copy()
      return
    }
    grad = nil
    defer { if grad == nil { grad = old } }
    guard old.isUnshared(), old.isContiguous, old.shape == new.shape else {
      grad = try Tensor.add(old, new)
      return
    }
    let addend = try new.contiguous()
    try old.withMutableFloats { sum in
      try addend.withFloats { values in
        guard let y = sum.baseAddress, let x = values.baseAddress else { return }
        Kernels.addScaled(1, x, y, count: sum.count)
      }
    }
  }
}

/// The switch for recording.
public enum Autograd {
  /// Whether operations on this thread are recorded.
  public static var isEnabled: Bool { moco_no_grad_depth() == 0 }

  /// Runs `body` without recording; for evaluation, and for updates of parameters.
  public static func noGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    moco_no_grad_enter()
    defer { moco_no_grad_leave() }
    return try body()
  }

  /// Whether the backward pass that runs on this thread keeps its graph: saved values of a rule must
  /// be kept for the next one.
  public static var keepsGraph: Bool { moco_keep_graph_depth() > 0 }

  static func keepingGraph<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    moco_keep_graph_enter()
    defer { moco_keep_graph_leave() }
    return try body()
  }
}

import MocoAutograd
import MocoBase
import MocoDocument
import MocoLang
import MocoTensor

/// A tensor of the language: numbers of any rank, with a gradient if requested.
///
/// Views share their numbers, as in NumPy: writing into `t[0]` changes `t`.
final class TensorValue: HostObject {
  let variable: Variable
  /// The parts of a loss: `loss.parts.class`.
  var parts: Fields?

  init(_ variable: Variable) { self.variable = variable }
  convenience init(_ tensor: Tensor) { self.init(Variable(tensor)) }

  var tensor: Tensor { variable.value }
  /// The numbers for operations that are not recorded in a graph.
  private var read: Tensor {
    if variable.requiresGrad { UnrecordedUses.note() }
    return variable.value
  }
  var typeName: String { "Tensor" }
  /// The size of the numbers, of which a view may show many more than are stored, and of their owner: a tensor of
  /// one number needs some hundred bytes, with a history some thousand.
  var byteCount: Int {
    min(tensor.byteCount, tensor.storageByteCount) + (variable.requiresGrad ? 2_000 : 500)
  }

  // MARK: Members

  private static let fields = ["shape", "rank", "dtype", "T", "grad", "requires_grad", "parts"]
  var memberNames: [String] { TensorValue.fields + TensorValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "shape": return .list(tensor.shape)
    case "rank": return .int(tensor.rank)
    case "dtype": return .string(tensor.dtype.rawValue)
    case "T": return .host(TensorValue(try F.transpose(variable)))
    case "grad": return variable.grad.map { .host(TensorValue($0)) } ?? .nil
    case "requires_grad": return .bool(variable.requiresGrad)
    case "parts": return parts.map { .record($0) }
    default: return nil
    }
  }

  func setMember(_ name: String, to value: AnyValue) throws -> Bool {
    switch name {
    case "requires_grad":
      guard let flag = value.asBool else {
        throw Failure("E0303", "requires_grad must be true or false, not \(Arguments.describe(value))")
      }
      guard variable.isLeaf else {
        throw Failure(
          "E0207", "cannot set requires_grad of a tensor that was computed from others",
          help: "use detach() for a tensor without history")
      }
      guard tensor.dtype == .float32 else {
        throw Failure(
          "E0207", "only a float32 tensor can have a gradient, not \(tensor.dtype.rawValue)")
      }
      variable.requiresGrad = flag
      return true
    case "grad":
      if value.isNil {
        variable.grad = nil
      } else {
        let gradient = try TensorReading.tensor(value, "grad").cast(to: .float32)
        guard gradient.shape == tensor.shape else {
          throw Failure(
            "E0205",
            "shape mismatch: gradient \(Shape.text(gradient.shape)), tensor \(Shape.text(tensor.shape))"
          )
        }
        variable.grad = try gradient.copy()
      }
      return true
    default: return false
    }
  }

  func method(_ name: String) -> NativeFunction? { TensorValue.methods.bind(name, to: self) }

  static let methods = MethodTable<TensorValue> { table in
    table.add(
      "item()",
      doc: "The number of a tensor with one element, as a Float or Int.\n\n```\ntensor([2.5]).item()\n```"
    ) { value, _ in
      try TensorReading.number(value.read)
    }
    table.add(
      "backward(gradient = nil)",
      doc: """
        Adds the gradient of this number to the `.grad` of every parameter that it depends on. With `gradient`, of
        its product with `gradient`.

        ```
        let w = parameter([1.0, 2.0])
        (w * w).sum().backward()
        print(w.grad.to_list())
        ```
        """
    ) { value, arguments in
      if let seed = arguments["gradient"], !seed.isNil {
        try value.variable.backward(TensorReading.tensor(seed, "gradient").cast(to: .float32))
      } else {
        try value.variable.backward()
      }
      return .nil
    }
    table.add(
      "detach()", doc: "The same numbers without a history.\n\n```\nlet fixed = features.detach()\n```"
    ) { value, _ in
      // A copy, if writing into the numbers would change values that backward needs.
      value.variable.requiresGrad
        ? .host(TensorValue(try value.read.copy())) : .host(TensorValue(value.variable.detach()))
    }
    table.add(
      "copy()", doc: "A copy of the tensor, without history.\n\n```\nlet before = w.copy()\n```"
    ) {
      value, _ in
      .host(TensorValue(try value.read.copy()))
    }
    table.add("to_list()", doc: "The numbers as nested lists.\n\n```\nzeros([2, 2]).to_list()\n```") {
      value, arguments in
      try TensorReading.list(value.read, in: arguments.interpreter)
    }
    table.add("float()", doc: "The same numbers as float32.\n\n```\narange(3).float()\n```") { value, _ in
      value.tensor.dtype == .float32 ? .host(value) : .host(TensorValue(try value.read.cast(to: .float32)))
    }
    table.add(
      "int()", doc: "The same numbers as integers, truncated towards zero.\n\n```\n(t * 10).int()\n```"
    ) {
      value, _ in
      .host(TensorValue(try value.read.cast(to: .int64)))
    }
    table.add(
      "assign(values)",
      doc: """
        Assigns new numbers of the same shape to a parameter; its gradient is not changed.

        ```
        let w = parameter([1.0, 2.0])
        (w * w).sum().backward()
        w.assign(w - 0.1 * w.grad)
        ```
        """
    ) { value, arguments in
      guard value.variable.isLeaf else {
        throw arguments.failure(
          "E0207", "cannot assign to a tensor that was computed from others",
          help: "assign to a parameter")
      }
      let new = try arguments.tensor("values").cast(to: value.tensor.dtype)
      guard new.shape == value.tensor.shape else {
        throw arguments.failure(
          "E0205",
          "shape mismatch: new numbers \(Shape.text(new.shape)), tensor \(Shape.text(value.tensor.shape))",
          at: "values")
      }
      value.variable.value = try new.copy()
      return .nil
    }
    table.add(
      "logical_not()", doc: "True where the number is zero.\n\n```\n(tensor([1, 2]) > 1).logical_not()\n```"
    ) {
      value, _ in .host(TensorValue(try value.read.logicalNot()))
    }
    table.add("zero_grad()", doc: "Clears the gradient.\n\n```\nw.zero_grad()\n```") { value, _ in
      value.variable.grad = nil
      return .nil
    }
    table.add(
      "argmax(axis = nil)",
      doc: "The index of the largest number, along an axis or of all.\n\n```\nlogits.argmax(axis: 1)\n```"
    ) { value, arguments in
      try TensorReading.argExtreme(.max, value.read, axis: arguments.optionalInt("axis"))
    }
    table.onlyGiving("item", "detach", "copy", "to_list", "float", "int", "logical_not", "argmax")
  }

  // MARK: Operators

  func negated() throws -> AnyValue? { .host(TensorValue(try F.neg(variable))) }

  func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue? {
    guard let operand = try TensorReading.operand(other, like: tensor) else { return nil }
    let left = reversed ? operand : variable
    let right = reversed ? variable : operand
    switch op {
    case .add: return .host(TensorValue(try F.add(left, right)))
    case .subtract: return .host(TensorValue(try F.sub(left, right)))
    case .multiply: return .host(TensorValue(try F.mul(left, right)))
    case .divide: return .host(TensorValue(try F.div(left, right)))
    case .power: return .host(TensorValue(try F.pow(left, right)))
    case .modulo: return .host(TensorValue(try F.binary(.modulo, left, right)))
    case .matrixProduct: return .host(TensorValue(try F.matmul(left, right)))
    case .equal: return try compared(.equal, left, right)
    case .notEqual: return try compared(.notEqual, left, right)
    case .less: return try compared(.less, left, right)
    case .lessOrEqual: return try compared(.lessEqual, left, right)
    case .greater: return try compared(.greater, left, right)
    case .greaterOrEqual: return try compared(.greaterEqual, left, right)
    }
  }

  private func compared(_ op: Kernels.Comparison, _ left: Variable, _ right: Variable) throws -> AnyValue {
    if left.requiresGrad || right.requiresGrad { UnrecordedUses.note() }
    return .host(TensorValue(try Tensor.compare(op, left.value, right.value)))
  }

  func isEqual(to other: AnyValue) throws -> Bool? {
    guard let other = try TensorReading.operand(other, like: tensor) else { return false }
    return try read.isEqual(to: other.value)
  }

  func number() throws -> AnyValue? { try TensorReading.number(read) }
  func copied() throws -> AnyValue? { .host(TensorValue(try read.copy())) }

  // MARK: Elements

  var count: Int? { tensor.shape.first }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    .host(TensorValue(try F.index(variable, items.map(TensorReading.indexItem))))
  }

  func setIndex(_ items: [HostIndex], to value: AnyValue) throws -> Bool {
    guard !variable.requiresGrad else {
      throw Failure(
        "E0207", "a tensor with a gradient cannot be changed in place",
        help: "write into x.copy(), or assign new numbers to a parameter: w.assign(…)")
    }
    try tensor.assign(
      items.map(TensorReading.indexItem),
      TensorReading.operand(value, like: tensor)?.value
        ?? TensorReading.tensor(value, "value"))
    return true
  }

  func unshared() throws -> AnyValue? {
    variable.requiresGrad ? nil : .host(TensorValue(try tensor.copy()))
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    guard let length = tensor.shape.first else {
      throw Failure(
        "E0205", "a tensor of rank 0 cannot be iterated over", help: "use item() to get its number")
    }
    var place = 0
    return { [variable] in
      guard place < length else { return nil }
      defer { place += 1 }
      return .host(TensorValue(try F.index(variable, [.index(place)])))
    }
  }

  func contains(_ value: AnyValue) throws -> Bool? {
    guard let operand = try TensorReading.operand(value, like: tensor) else { return false }
    return try Tensor.compare(.equal, read, operand.value).toBools().contains(true)
  }

  // MARK: Display

  var shortDescription: String { TensorText.short(tensor) }
  func shortDescription(width: Int) -> String { TensorText.short(tensor, width: width) }
  func document(_ limits: DocumentLimits) -> Document {
    TensorText.document(tensor, gradient: variable.requiresGrad, limits)
  }
}

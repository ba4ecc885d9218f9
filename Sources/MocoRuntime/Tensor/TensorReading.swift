import MocoAutograd
import MocoBase
import MocoLang
import MocoTensor

/// Conversion of values of the language to tensors, and back.
enum TensorReading {
  /// A tensor, number, or nested list of numbers as a tensor.
  ///
  /// - Throws: E0303 for anything else, E0205 for ragged lists.
  static func tensor(_ value: AnyValue, _ name: String) throws -> Tensor {
    let variable = try variable(value, name)
    if variable.requiresGrad { UnrecordedUses.note() }
    return variable.value
  }

  /// The same, with its history if it has one.
  static func variable(_ value: AnyValue, _ name: String) throws -> Variable {
    if let tensor: TensorValue = value.asHost() { return tensor.variable }
    if let scalar = try scalar(value) { return Variable(scalar) }
    if value.asList != nil || value.asRange != nil { return try fromList(value, name) }
    throw Failure(
      "E0303", "'\(name)' must be a tensor, a number or a list of numbers, not \(Arguments.describe(value))",
      help: value.typeName == "Record"
        ? "write values(r) for a record's numbers, max(keys(r), by: k => r[k]) for the key of the largest"
        : nil,
      argument: name)
  }

  /// The other operand of an operator: a tensor, or a number in the matching dtype; nil for anything else.
  static func operand(_ value: AnyValue, like tensor: Tensor) throws -> Variable? {
    if let other: TensorValue = value.asHost() { return other.variable }
    switch value.kind {
    case .int(let number):
      return Variable(
        tensor.dtype == .float32 ? try Tensor(Float(number)) : try Tensor([number] as [Int], shape: []))
    case .float(let number): return Variable(try Tensor(Float(number)))
    case .bool(let flag): return tensor.dtype == .bool ? Variable(try Tensor([flag], shape: [])) : nil
    // Lists of numbers, however nested; other lists are not operands.
    case .list where holdsNumbers(value, 0): return try fromList(value, "list")
    default: return nil
    }
  }

  private static func holdsNumbers(_ value: AnyValue, _ depth: Int) -> Bool {
    guard depth < 32 else { return false }
    if let list = value.asList { return !list.isEmpty && list.allSatisfy { holdsNumbers($0, depth + 1) } }
    return value.asFloat != nil || value.asBool != nil || value.asHost(TensorValue.self) != nil
  }

  private static func scalar(_ value: AnyValue) throws -> Tensor? {
    switch value.kind {
    case .int(let number): return try Tensor([number] as [Int], shape: [])
    case .float(let number): return try Tensor(Float(number))
    case .bool(let flag): return try Tensor([flag], shape: [])
    default: return nil
    }
  }

  private static func fromList(_ value: AnyValue, _ name: String) throws -> Variable {
    var shape: [Int] = []
    var leaves: [AnyValue] = []
    try collect(value, 0, &shape, &leaves, name)
    // Lists that hold tensors are stacked, with their history.
    if leaves.contains(where: { $0.asHost(TensorValue.self) != nil }) {
      let parts = try leaves.map { try variable($0, name) }
      let stacked = try F.stack(
        parts.map { part in
          part.value.dtype == .float32 ? part : Variable(try part.value.cast(to: .float32))
        })
      let inner = parts.first?.shape ?? []
      return shape.count == 1 ? stacked : try F.reshape(stacked, shape + inner)
    }
    if leaves.contains(where: { if case .float = $0.kind { true } else { false } }) || leaves.isEmpty {
      return Variable(
        try Tensor(leaves.map { Float($0.asFloat ?? ($0.asBool == true ? 1 : 0)) }, shape: shape))
    }
    if !leaves.isEmpty, leaves.allSatisfy({ $0.asBool != nil }) {
      return Variable(try Tensor(leaves.map { $0.asBool ?? false }, shape: shape))
    }
    return Variable(try Tensor(leaves.map { $0.asInt ?? ($0.asBool == true ? 1 : 0) } as [Int], shape: shape))
  }

  /// The number of elements of the lists that become one tensor. Parts may occur in several places, so short programs
  /// can request very many.
  private static let mostElements = 1 << 25

  private static func collect(
    _ value: AnyValue, _ depth: Int, _ shape: inout [Int], _ leaves: inout [AnyValue], _ name: String
  ) throws {
    let elements: [AnyValue]
    if let list = value.asList {
      elements = list
    } else if let range = value.asRange {
      guard range.count <= mostElements else {
        throw Failure("E0405", "the range \(range.description) has too many elements", argument: name)
      }
      elements = (0..<range.count).map { .int(range.element($0)) }
    } else {
      switch value.kind {
      case .int, .float, .bool: break
      case .host(let object) where object is TensorValue: break
      default:
        throw Failure(
          "E0303", "'\(name)' must contain numbers, but contains \(Arguments.describe(value))",
          argument: name)
      }
      guard depth == shape.count else {
        throw Failure(
          "E0205", "'\(name)' is ragged: found a number, expected a list of length \(shape[depth])",
          argument: name)
      }
      if leaves.isEmpty {
        var total = 1
        for length in shape {
          let (product, overflow) = total.multipliedReportingOverflow(by: length)
          guard !overflow, product <= mostElements else {
            throw Failure(
              "E0405", "'\(name)' has more than \(mostElements) elements",
              help: "use zeros, full or arange for large tensors",
              argument: name)
          }
          total = product
        }
      }
      leaves.append(value)
      if leaves.count & 0xFFFF == 0 { try Cancellation.check() }
      return
    }
    guard depth < 32 else {
      throw Failure(
        "E0205", "'\(name)' is nested more than 32 levels deep, or is cyclic", argument: name)
    }
    if depth == shape.count {
      guard leaves.isEmpty else {
        throw Failure(
          "E0205", "'\(name)' is ragged: found a list, expected a number", argument: name)
      }
      shape.append(elements.count)
    } else if shape[depth] != elements.count {
      throw Failure(
        "E0205", "'\(name)' is ragged: one list has \(shape[depth]) elements, another \(elements.count)",
        argument: name)
    }
    for element in elements { try collect(element, depth + 1, &shape, &leaves, name) }
  }

  /// The only number.
  static func number(_ tensor: Tensor) throws -> AnyValue {
    let value = try tensor.item()
    switch tensor.dtype {
    // Exact, so that differences of items are exact too.
    case .float32: return .float(Double(value))
    case .int64: return .int(try tensor.toInts().first ?? 0)
    case .bool: return .bool(value != 0)
    }
  }

  /// Nested lists; a number for rank 0.
  /// - Throws: E0405 if the values exceed the memory that a program may use.
  static func list(_ tensor: Tensor, in interpreter: Interpreter) throws -> AnyValue {
    // A value in a Swift array, and afterwards a value of the language.
    try interpreter.checkRoom(for: tensor.count, each: 80)
    return try list(tensor)
  }

  private static func list(_ tensor: Tensor) throws -> AnyValue {
    let leaves: [AnyValue]
    switch tensor.dtype {
    case .float32: leaves = try tensor.toFloats().map { .float(Double($0)) }
    case .int64: leaves = try tensor.toInts().map { .int($0) }
    case .bool: leaves = try tensor.toBools().map { .bool($0) }
    }
    guard !tensor.shape.isEmpty else { return leaves.first ?? .nil }
    return nested(leaves[...], tensor.shape[...])
  }

  private static func nested(_ leaves: ArraySlice<AnyValue>, _ shape: ArraySlice<Int>) -> AnyValue {
    guard shape.count > 1, let length = shape.first else { return .list(Array(leaves)) }
    let rest = shape.dropFirst()
    let size = rest.reduce(1, *)
    return .list(
      (0..<length).map { place in
        let start = leaves.startIndex + place * size
        return nested(leaves[start..<start + size], rest)
      })
  }

  /// `t[…]` as indices of the tensor library.
  static func indexItem(_ item: HostIndex) throws -> MocoTensor.IndexItem {
    switch item {
    case .int(let place): return .index(place)
    case .all: return .all
    case .range(let range): return try indexRange(range.start, range.end, range.isClosed, range.step)
    case .name(let name):
      throw Failure(
        "E0202", "a tensor cannot be indexed with \"\(name)\"", help: "use Ints, Ranges or masks")
    case .value(let value):
      if let range = value.asRange {
        return try indexRange(range.start, range.end, range.isClosed, range.step)
      }
      if let flag = value.asBool {
        throw Failure(
          "E0202", "a tensor cannot be indexed with \(flag)", help: "use a mask, a tensor or List of Bools")
      }
      let places = try tensor(value, "index")
      switch places.dtype {
      case .bool: return .mask(places)
      case .int64:
        if places.rank == 0, let place = try places.toInts().first { return .index(place) }
        guard places.rank == 1 else {
          throw Failure(
            "E0202", "an index of shape \(Shape.text(places.shape)) has more than one dimension",
            help: "use a flat List")
        }
        return .list(try places.toInts())
      case .float32:
        if places.count == 0 { return .list([]) }
        throw Failure(
          "E0202", "indices must be Ints, not Floats", help: "use int() to truncate them")
      }
    }
  }

  private static func indexRange(
    _ start: Int?, _ end: Int?, _ isClosed: Bool, _ step: Int
  ) throws -> MocoTensor.IndexItem {
    guard isClosed, let end else { return .range(from: start, to: end, step: step) }
    if step < 0 {
      let (before, overflow) = end.subtractingReportingOverflow(1)
      guard !overflow else { throw Failure("E0202", "index \(end) is out of range") }
      return .range(from: start, to: before, step: step)
    }
    // `0...-1` extends to the end.
    return .range(from: start, to: end == -1 ? nil : end &+ 1, step: step)
  }

  static func argExtreme(_ sign: Tensor.Extreme, _ tensor: Tensor, axis: Int?) throws -> AnyValue {
    if let axis { return .host(TensorValue(try tensor.extreme(sign, axis: axis, keep: false).indices)) }
    let flat = try tensor.reshaped([tensor.count])
    return try number(flat.extreme(sign, axis: 0, keep: false).indices)
  }

  /// A shape from a list of Ints, one Int, or a tensor's shape.
  static func shape(_ value: AnyValue, _ name: String) throws -> [Int] {
    if let length = value.asInt { return [length] }
    guard let list = value.asList else {
      throw Failure(
        "E0303", "'\(name)' must be a List of Ints such as [2, 3], not \(Arguments.describe(value))",
        argument: name)
    }
    return try list.map {
      guard let length = $0.asInt else {
        throw Failure(
          "E0303", "'\(name)' must contain Ints, but contains \(Arguments.describe($0))", argument: name)
      }
      return length
    }
  }
}

extension Arguments {
  /// A tensor, number or nested list, with its history.
  func variable(_ name: String) throws -> Variable { try TensorReading.variable(value(name), name) }

  /// The same as float32.
  func floatVariable(_ name: String) throws -> Variable {
    let variable = try variable(name)
    return variable.value.dtype == .float32 ? variable : Variable(try variable.value.cast(to: .float32))
  }

  func tensor(_ name: String) throws -> Tensor {
    let variable = try variable(name)
    if variable.requiresGrad { UnrecordedUses.note() }
    return variable.value
  }
  func optionalVariable(_ name: String) throws -> Variable? {
    guard let value = self[name], !value.isNil else { return nil }
    return try TensorReading.variable(value, name)
  }
}

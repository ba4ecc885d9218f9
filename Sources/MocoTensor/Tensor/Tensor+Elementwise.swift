import CKernels
import MocoBase

extension Tensor {
  // MARK: Two operands

  /// An operation on every pair of elements, with NumPy's broadcasting.
  ///
  /// Integers stay integers except under `/`, and bools among themselves stay bools under `*` (and) and `+`
  /// (or); mixed with float32 both become float32. `%` has the sign of the right side. A float divided by
  /// zero is infinite or NaN.
  ///
  /// - Throws: E0204 for shapes that do not broadcast, E0402 when an integer result overflows, E0403 for an
  ///   integer modulo zero, E0405.
  public static func binary(_ op: Kernels.Binary, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let shape = try Shape.broadcast(a.shape, b.shape, for: op.symbol)
    if a.dtype == .float32 || b.dtype == .float32 || op == .divide { return try floatBinary(op, a, b, shape) }
    if a.dtype == .bool, b.dtype == .bool, let logical = op.logical {
      return try intBinary(logical, a.cast(to: .int64), b.cast(to: .int64), shape).cast(to: .bool)
    }
    if op == .power, try b.hasNegative() { return try floatBinary(op, a, b, shape) }
    return try intBinary(op, a.cast(to: .int64), b.cast(to: .int64), shape)
  }

  private static func floatBinary(
    _ op: Kernels.Binary, _ a: Tensor, _ b: Tensor, _ shape: [Int]
  ) throws -> Tensor {
    let out = try Tensor(uninitialized: shape)
    let x = try a.cast(to: .float32).expanded(to: shape)
    let y = try b.cast(to: .float32).expanded(to: shape)
    withExtendedLifetime((x.storage, y.storage, out.storage)) {
      let loop = Strided.Loop(shape, [out.strides, x.strides, y.strides])
      let xStep = loop.innerStride(1)
      let yStep = loop.innerStride(2)
      let (o, p, q) = (out.floats, x.floats, y.floats)
      loop.run { at, n in moco_binary(op.rawValue, n, p + at[1], xStep, q + at[2], yStep, o + at[0]) }
    }
    return out
  }

  private static func intBinary(
    _ op: Kernels.Binary, _ a: Tensor, _ b: Tensor, _ shape: [Int]
  ) throws -> Tensor {
    let out = try Tensor(uninitialized: shape, .int64)
    let x = try a.expanded(to: shape).contiguous()
    let y = try b.expanded(to: shape).contiguous()
    try withExtendedLifetime((x.storage, y.storage, out.storage)) {
      for i in 0..<out.count {
        let p = x.ints[i]
        let q = y.ints[i]
        var (value, overflow): (Int64, Bool)
        switch op {
        case .add: (value, overflow) = p.addingReportingOverflow(q)
        case .subtract: (value, overflow) = p.subtractingReportingOverflow(q)
        case .multiply: (value, overflow) = p.multipliedReportingOverflow(by: q)
        case .maximum: (value, overflow) = (max(p, q), false)
        case .minimum: (value, overflow) = (min(p, q), false)
        case .power: (value, overflow) = power(p, q)
        case .modulo, .divide:
          guard q != 0 else {
            throw Failure("E0403", "\(op.symbol): an element of the right side is zero")
          }
          // Int.min % -1 traps although its value is 0.
          (value, overflow) = (q == -1 ? 0 : p % q, false)
          if value != 0, (value < 0) != (q < 0) { value += q }
        }
        guard !overflow else {
          throw Failure(
            "E0402", "\(p) \(op.symbol) \(q) is out of range for a 64-bit integer",
            help: "use a tensor of floats")
        }
        out.ints[i] = value
      }
    }
    return out
  }

  private static func power(_ base: Int64, _ exponent: Int64) -> (Int64, Bool) {
    var result: Int64 = 1
    var factor = base
    var rest = exponent
    var over = false
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { return (0, true) }
        result = product
      }
      rest >>= 1
      if rest > 0 {
        let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
        over = overflow
        if over { return (0, true) }
        factor = square
      }
    }
    return (result, false)
  }

  private func hasNegative() throws -> Bool {
    guard dtype == .int64 else { return false }
    let flat = try contiguous()
    return withExtendedLifetime(flat.storage) { (0..<flat.count).contains { flat.ints[$0] < 0 } }
  }

  /// a + b; types, broadcasting and errors as `binary`.
  public static func add(_ a: Tensor, _ b: Tensor) throws -> Tensor { try binary(.add, a, b) }
  /// a − b; types, broadcasting and errors as `binary`.
  public static func subtract(_ a: Tensor, _ b: Tensor) throws -> Tensor { try binary(.subtract, a, b) }
  /// a · b by element; types, broadcasting and errors as `binary`.
  public static func multiply(_ a: Tensor, _ b: Tensor) throws -> Tensor { try binary(.multiply, a, b) }
  /// a / b by element, always float32; broadcasting and errors as `binary`.
  public static func divide(_ a: Tensor, _ b: Tensor) throws -> Tensor { try binary(.divide, a, b) }

  // MARK: Comparisons and masks

  /// A bool tensor; NumPy's broadcasting.
  ///
  /// - Throws: E0204.
  public static func compare(_ op: Kernels.Comparison, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let shape = try Shape.broadcast(a.shape, b.shape, for: op.symbol)
    let out = try Tensor(uninitialized: shape, .bool)
    if a.dtype != .float32, b.dtype != .float32 {
      let x = try a.cast(to: .int64).expanded(to: shape).contiguous()
      let y = try b.cast(to: .int64).expanded(to: shape).contiguous()
      withExtendedLifetime((x.storage, y.storage, out.storage)) {
        for i in 0..<out.count { out.bytes[i] = op.holds(x.ints[i], y.ints[i]) ? 1 : 0 }
      }
      return out
    }
    let x = try a.cast(to: .float32).expanded(to: shape)
    let y = try b.cast(to: .float32).expanded(to: shape)
    withExtendedLifetime((x.storage, y.storage, out.storage)) {
      let loop = Strided.Loop(shape, [out.strides, x.strides, y.strides])
      let xStep = loop.innerStride(1)
      let yStep = loop.innerStride(2)
      let (o, p, q) = (out.bytes, x.floats, y.floats)
      loop.run { at, n in moco_compare(op.rawValue, n, p + at[1], xStep, q + at[2], yStep, o + at[0]) }
    }
    return out
  }

  /// Elements of `a` where the condition is not zero, otherwise of `b`; all three broadcast.
  ///
  /// - Throws: E0204.
  public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let both = try Shape.broadcast(a.shape, b.shape, for: "where")
    let shape = try Shape.broadcast(condition.shape, both, for: "where")
    let type: DType =
      a.dtype == b.dtype ? a.dtype : a.dtype == .float32 || b.dtype == .float32 ? .float32 : .int64
    let mask = try condition.cast(to: .bool).expanded(to: shape).contiguous()
    let x = try a.cast(to: type).expanded(to: shape).contiguous()
    let y = try b.cast(to: type).expanded(to: shape).contiguous()
    let out = try Tensor(uninitialized: shape, type)
    withExtendedLifetime((mask.storage, x.storage, y.storage, out.storage)) {
      switch type {
      case .float32:
        let (m, p, q, o) = (mask.bytes, x.floats, y.floats, out.floats)
        for i in 0..<out.count { o[i] = m[i] != 0 ? p[i] : q[i] }
      case .int64: for i in 0..<out.count { out.ints[i] = mask.bytes[i] != 0 ? x.ints[i] : y.ints[i] }
      case .bool: for i in 0..<out.count { out.bytes[i] = mask.bytes[i] != 0 ? x.bytes[i] : y.bytes[i] }
      }
    }
    return out
  }

  /// Whether shapes and all elements are equal. NaN equals nothing; -0 equals 0.
  public func isEqual(to other: Tensor) throws -> Bool {
    guard shape == other.shape else { return false }
    let same = try Tensor.compare(.equal, self, other)
    return withExtendedLifetime(same.storage) { (0..<same.count).allSatisfy { same.bytes[$0] != 0 } }
  }

  // MARK: One operand

  /// An operation on every element. The result is float32, except that negation, abs, sign and rounding keep
  /// integers.
  ///
  /// - Throws: E0402 for the negation of the least integer, E0405.
  public func unary(_ op: Kernels.Unary) throws -> Tensor {
    if dtype != .float32 {
      switch op {
      case .negate: return try Tensor.binary(.subtract, Tensor([0] as [Int], shape: []), self)
      case .floor, .ceil, .round: return try cast(to: .int64)
      case .abs:
        let ints = try cast(to: .int64)
        return try Tensor.binary(.maximum, ints, ints.unary(.negate))
      case .sign:
        let ints = try cast(to: .int64)
        return try Tensor.binary(
          .maximum, Tensor([-1] as [Int], shape: []),
          Tensor.binary(.minimum, Tensor([1] as [Int], shape: []), ints))
      default: return try cast(to: .float32).unary(op)
      }
    }
    let out = try Tensor(uninitialized: shape)
    withExtendedLifetime((storage, out.storage)) {
      let loop = Strided.Loop(shape, [out.strides, strides])
      let step = loop.innerStride(1)
      let (o, p) = (out.floats, floats)
      loop.run { at, n in moco_unary(op.rawValue, n, p + at[1], step, o + at[0]) }
    }
    return out
  }

  /// alpha · self + beta, as float32.
  public func affine(_ alpha: Float, _ beta: Float = 0) throws -> Tensor {
    let source = try cast(to: .float32).contiguous()
    let out = try Tensor(uninitialized: shape)
    withExtendedLifetime((source.storage, out.storage)) {
      Kernels.affine(alpha, source.floats, beta, out.floats, count: count)
    }
    return out
  }

  /// Every element limited to low ... high.
  public func clamped(_ low: Float, _ high: Float) throws -> Tensor {
    try Tensor.binary(.minimum, Tensor.binary(.maximum, self, Tensor(low)), Tensor(high))
  }

  /// True where the element is zero.
  public func logicalNot() throws -> Tensor {
    try Tensor.compare(.equal, cast(to: .bool), Tensor([false], shape: []))
  }
}

extension Kernels.Binary {
  // Operations that treat bools like the numbers 0 and 1.
  var logical: Kernels.Binary? {
    switch self {
    case .add, .maximum: return .maximum
    case .multiply, .minimum: return .minimum
    default: return nil
    }
  }

  /// The symbol in the language.
  public var symbol: String {
    switch self {
    case .add: return "+"
    case .subtract: return "-"
    case .multiply: return "*"
    case .divide: return "/"
    case .maximum: return "maximum"
    case .minimum: return "minimum"
    case .power: return "**"
    case .modulo: return "%"
    }
  }
}

extension Kernels.Comparison {
  /// The symbol in the language.
  public var symbol: String {
    switch self {
    case .equal: return "=="
    case .notEqual: return "!="
    case .less: return "<"
    case .lessEqual: return "<="
    case .greater: return ">"
    case .greaterEqual: return ">="
    }
  }

  func holds(_ a: Int64, _ b: Int64) -> Bool {
    switch self {
    case .equal: return a == b
    case .notEqual: return a != b
    case .less: return a < b
    case .lessEqual: return a <= b
    case .greater: return a > b
    case .greaterEqual: return a >= b
    }
  }
}

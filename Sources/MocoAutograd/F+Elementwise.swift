import MocoTensor

extension F {
  // MARK: Two operands, with NumPy's broadcasting

  /// a op b, element by element; if a shape was broadcast, its gradient is summed over the repeats.
  ///
  /// Where both operands of a maximum or minimum are equal, the left one gets the gradient. The gradient of a
  /// modulo passes to the left unchanged, and to the right times −⌊a / b⌋.
  ///
  /// - Throws: E0204 for shapes that do not broadcast, E0402 when integers overflow, E0403 for an integer
  ///   modulo zero, E0405.
  public static func binary(_ op: Kernels.Binary, _ a: Variable, _ b: Variable) throws -> Variable {
    let value = try Tensor.binary(op, a.value, b.value)
    guard a.isTracked || b.isTracked else { return Variable(value) }
    let (x, y) = (a.value, b.value)
    let saved: [Tensor] =
      switch op {
      case .add, .subtract: []
      case .multiply: (a.requiresGrad ? [y] : []) + (b.requiresGrad ? [x] : [])
      default: [x, y, value]
      }
    return Variable.custom(op.symbol, inputs: [a, b], value: value, saved: saved) { g, needs in
      func left(_ grad: @autoclosure () throws -> Tensor) throws -> Tensor? {
        needs[0] ? try grad().reduced(to: x.shape) : nil
      }
      func right(_ grad: @autoclosure () throws -> Tensor) throws -> Tensor? {
        needs[1] ? try grad().reduced(to: y.shape) : nil
      }
      switch op {
      case .add: return [try left(g), try right(g)]
      case .subtract: return [try left(g), try right(g.unary(.negate))]
      case .multiply: return [try left(Tensor.multiply(g, y)), try right(Tensor.multiply(g, x))]
      case .divide:
        let share = try Tensor.divide(g, y)
        return [try left(share), try right(Tensor.multiply(share, Tensor.divide(x, y)).unary(.negate))]
      case .maximum, .minimum:
        // Where both are equal the left one gets the gradient.
        let first = try Tensor.compare(op == .maximum ? .greaterEqual : .lessEqual, x, y)
        let zero = try Tensor(Float(0))
        return [try left(Tensor.select(first, g, zero)), try right(Tensor.select(first, zero, g))]
      case .power:
        let slope = try left(
          Tensor.multiply(
            g, Tensor.multiply(y, Tensor.binary(.power, x, Tensor.subtract(y, Tensor(Float(1)))))))
        guard needs[1] else { return [slope, nil] }
        // x^y ln x, which is 0 at x = 0.
        let zero = try Tensor(Float(0))
        let log = try Tensor.select(Tensor.compare(.equal, x, zero), zero, x.unary(.log))
        return [slope, try right(Tensor.multiply(g, Tensor.multiply(value, log)))]
      case .modulo:
        let whole = try Tensor.divide(x, y).unary(.floor)
        return [try left(g), try right(Tensor.multiply(g, whole).unary(.negate))]
      }
    }
  }

  /// a + b, with NumPy's broadcasting; errors as `binary`.
  public static func add(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.add, a, b) }
  /// a − b, with NumPy's broadcasting; errors as `binary`.
  public static func sub(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.subtract, a, b) }
  /// a · b by element, with NumPy's broadcasting; errors as `binary`.
  public static func mul(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.multiply, a, b) }
  /// a / b by element, always float32; a division by zero gives infinity or NaN, not an error.
  public static func div(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.divide, a, b) }
  /// a to the power b by element. The gradient with respect to b is aᵇ ln a, with ln 0 taken as 0; it is NaN
  /// where a is negative.
  public static func pow(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.power, a, b) }
  /// The larger of each pair of elements, NaN if either is; the left one gets the gradient of a tie.
  public static func maximum(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.maximum, a, b) }
  /// The smaller of each pair of elements, NaN if either is; the left one gets the gradient of a tie.
  public static func minimum(_ a: Variable, _ b: Variable) throws -> Variable { try binary(.minimum, a, b) }

  /// x · factor + shift.
  public static func affine(_ x: Variable, _ factor: Float, _ shift: Float = 0) throws -> Variable {
    unary("scale", x, try x.value.affine(factor, shift)) { try $0.affine(factor) }
  }

  /// x · factor.
  public static func scale(_ x: Variable, _ factor: Float) throws -> Variable { try affine(x, factor) }

  /// Elements of `a` where the condition is true, otherwise of `b`.
  public static func select(_ condition: Tensor, _ a: Variable, _ b: Variable) throws -> Variable {
    let value = try Tensor.select(condition, a.value, b.value)
    guard a.isTracked || b.isTracked else { return Variable(value) }
    let (aShape, bShape) = (a.shape, b.shape)
    return Variable.custom("where", inputs: [a, b], value: value, saved: [condition]) { g, needs in
      let zero = try Tensor(Float(0))
      return [
        needs[0] ? try Tensor.select(condition, g, zero).reduced(to: aShape) : nil,
        needs[1] ? try Tensor.select(condition, zero, g).reduced(to: bShape) : nil,
      ]
    }
  }

  /// `select` under its name in the language and in NumPy.
  public static func `where`(_ condition: Tensor, _ a: Variable, _ b: Variable) throws -> Variable {
    try select(condition, a, b)
  }

  /// Every element limited to low ... high; the gradient passes through elements within the bounds.
  public static func clip(_ x: Variable, _ low: Float, _ high: Float) throws -> Variable {
    let value = try x.value.clamped(low, high)
    guard x.isTracked else { return Variable(value) }
    let source = x.value
    return unary("clip", x, value, saved: [source, value]) { g in
      try Tensor.select(Tensor.compare(.equal, source, value), g, Tensor(Float(0)))
    }
  }

  // MARK: One operand

  /// op(x) by element, in x's shape. If x is tracked, its values and the result are saved for the gradient.
  ///
  /// The gradient of rounding and of sign is zero everywhere, that of abs and relu is zero at zero.
  ///
  /// - Throws: E0402 for the negation of the least integer, E0405.
  public static func unary(_ op: Kernels.Unary, _ x: Variable) throws -> Variable {
    let value = try x.value.unary(op)
    guard x.isTracked else { return Variable(value) }
    let source = try x.value.cast(to: .float32).contiguous()
    return unary("\(op)", x, value, saved: op == .negate ? [] : [source, value]) { g in
      let grad = try g.contiguous()
      let out = try Tensor(uninitialized: g.shape)
      withExtendedLifetime((source, value, grad, out)) {
        Kernels.unaryBackward(
          op, x: source.floats, y: value.floats, dy: grad.floats, out.floats, count: out.count)
      }
      return out
    }
  }

  /// −x; integers stay integers.
  public static func neg(_ x: Variable) throws -> Variable { try unary(.negate, x) }
  /// eˣ, within 2 units in the last place; infinite above about 88.7.
  public static func exp(_ x: Variable) throws -> Variable { try unary(.exp, x) }
  /// The natural logarithm; −infinity at 0 and NaN below.
  public static func log(_ x: Variable) throws -> Variable { try unary(.log, x) }
  /// The square root; NaN below 0. Its gradient is infinite at 0.
  public static func sqrt(_ x: Variable) throws -> Variable { try unary(.sqrt, x) }
  /// x², as float32.
  public static func square(_ x: Variable) throws -> Variable { try unary(.square, x) }
  /// |x|; the gradient is 0 at 0. Integers stay integers.
  public static func abs(_ x: Variable) throws -> Variable { try unary(.abs, x) }
  /// The hyperbolic tangent, within 2 units in the last place.
  public static func tanh(_ x: Variable) throws -> Variable { try unary(.tanh, x) }
  /// 1 / (1 + e⁻ˣ).
  public static func sigmoid(_ x: Variable) throws -> Variable { try unary(.sigmoid, x) }
  /// max(x, 0); the gradient is 0 at 0.
  public static func relu(_ x: Variable) throws -> Variable { try unary(.relu, x) }
  /// x Φ(x), exact.
  public static func gelu(_ x: Variable) throws -> Variable { try unary(.gelu, x) }
  /// x σ(1.702 x).
  public static func quickGelu(_ x: Variable) throws -> Variable { try unary(.quickGelu, x) }
  /// The sine of an angle in radians.
  public static func sin(_ x: Variable) throws -> Variable { try unary(.sin, x) }
  /// The cosine of an angle in radians.
  public static func cos(_ x: Variable) throws -> Variable { try unary(.cos, x) }
  /// The error function 2/√π ∫₀ˣ exp(−t²) dt, within 2 units in the last place.
  public static func erf(_ x: Variable) throws -> Variable { try unary(.erf, x) }
}

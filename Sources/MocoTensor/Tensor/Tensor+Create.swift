import MocoBase

extension Tensor {
  /// A tensor of zeros (false for bool).
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  public static func zeros(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor {
    try Tensor(uninitialized: shape, dtype, zeroed: true)
  }

  /// A tensor of ones (true for bool).
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  public static func ones(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor {
    switch dtype {
    case .float32: return try full(shape, 1)
    case .int64: return try full(shape, int: 1)
    case .bool: return try full(shape, bool: true)
    }
  }

  /// A float32 tensor of one value.
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  public static func full(_ shape: [Int], _ value: Float) throws -> Tensor {
    let out = try Tensor(uninitialized: shape)
    withExtendedLifetime(out.storage) { Kernels.fill(out.floats, value, count: out.count) }
    return out
  }

  /// An int64 tensor of one value.
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  public static func full(_ shape: [Int], int value: Int) throws -> Tensor {
    let out = try Tensor(uninitialized: shape, .int64)
    withExtendedLifetime(out.storage) { out.ints.update(repeating: Int64(value), count: out.count) }
    return out
  }

  /// A bool tensor of one value.
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  public static func full(_ shape: [Int], bool value: Bool) throws -> Tensor {
    let out = try Tensor(uninitialized: shape, .bool)
    withExtendedLifetime(out.storage) { out.bytes.update(repeating: value ? 1 : 0, count: out.count) }
    return out
  }

  /// start, start + step, … before `end`, as floats: start + i · step in double precision, rounded once.
  ///
  /// - Throws: E0205 for a step of zero or numbers that are not finite.
  public static func arange(_ start: Double, _ end: Double, by step: Double = 1) throws -> Tensor {
    guard start.isFinite, end.isFinite, step.isFinite, step != 0 else {
      throw Failure(
        "E0205", "arange: from \(start) to \(end) by \(step) never ends",
        help: "use a step other than 0")
    }
    let length = max(0, ((end - start) / step).rounded(.up))
    guard let count = Int(exactly: length) else { throw Failure.absurd("arange: \(length) values") }
    let out = try Tensor(uninitialized: [count])
    withExtendedLifetime(out.storage) {
      for i in 0..<count { out.floats[i] = Float(start + Double(i) * step) }
    }
    return out
  }

  /// start, start + step, … before `end`, as integers.
  ///
  /// - Throws: E0205 for a step of zero.
  public static func arange(_ start: Int, _ end: Int, by step: Int = 1) throws -> Tensor {
    guard step != 0 else {
      throw Failure("E0205", "arange: a step of 0 never ends", help: "use a step other than 0")
    }
    let (distance, overflow) = end.subtractingReportingOverflow(start)
    guard !overflow else { throw Failure.absurd("arange: from \(start) to \(end)") }
    let goes = step > 0 ? distance > 0 : distance < 0
    let length = goes ? (distance.magnitude - 1) / step.magnitude + 1 : 0
    guard let count = Int(exactly: length) else { throw Failure.absurd("arange: \(length) values") }
    let out = try Tensor(uninitialized: [count], .int64)
    withExtendedLifetime(out.storage) { for i in 0..<count { out.ints[i] = Int64(start &+ i &* step) } }
    return out
  }

  /// Ones on the diagonal. Shape: [n, m], square by default.
  public static func eye(_ n: Int, _ m: Int? = nil) throws -> Tensor {
    let out = try zeros([n, m ?? n])
    withExtendedLifetime(out.storage) { for i in 0..<min(n, m ?? n) { out.floats[i * (m ?? n) + i] = 1 } }
    return out
  }

  /// Normal numbers, mean 0 and standard deviation 1, drawn in row-major order.
  public static func randn(_ shape: [Int], _ random: inout Philox) throws -> Tensor {
    let out = try Tensor(uninitialized: shape)
    try out.fill { random.nextNormal() }
    return out
  }

  /// Uniform numbers in [0, 1), drawn in row-major order.
  public static func rand(_ shape: [Int], _ random: inout Philox) throws -> Tensor {
    let out = try Tensor(uninitialized: shape)
    try out.fill { random.nextUniform() }
    return out
  }

  /// Writes numbers in row-major order, and checks for an interrupt from time to time.
  private func fill(_ next: () -> Float) throws {
    var start = 0
    while start < count {
      try Cancellation.check()
      let end = min(start + (1 << 20), count)
      for i in start..<end { floats[i] = next() }
      start = end
    }
  }
}

extension Failure {
  static func absurd(_ what: String) -> Failure {
    Failure("E0405", "\(what): too large for memory", help: "use a smaller size")
  }
}

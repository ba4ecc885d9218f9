import CKernels
import MocoBase

/// A dense array of numbers of any rank.
///
/// A value that shares storage: slices, transposes and reshapes are views if possible. Operations return
/// new tensors; the only writes in place are `withMutableFloats` and `assign`, which every view of the
/// storage sees.
///
/// - Safety: as its storage.
public struct Tensor: @unchecked Sendable {
  /// The memory of the elements, shared with every view of them.
  package private(set) var storage: Storage
  /// The type of the elements.
  public let dtype: DType
  /// Sizes, outermost dimension first; [] for a single number.
  public let shape: [Int]
  /// In elements; zero along a dimension that is repeated.
  package let strides: [Int]
  /// In elements.
  package let offset: Int
  /// Number of elements.
  public let count: Int

  /// A view of existing storage. Nothing is checked: every element that shape, strides and offset can reach
  /// must lie inside the storage, and `count` must be the product of the shape.
  package init(storage: Storage, dtype: DType, shape: [Int], strides: [Int], offset: Int, count: Int) {
    self.storage = storage
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.count = count
  }

  /// Uninitialised memory, or zeros.
  ///
  /// - Throws: E0205 for an invalid shape, E0405 if memory is insufficient.
  package init(uninitialized shape: [Int], _ dtype: DType = .float32, zeroed: Bool = false) throws {
    let count = try Shape.count(shape)
    let storage = try Storage(bytes: count * dtype.size, zeroed: zeroed)
    self.init(
      storage: storage, dtype: dtype, shape: shape, strides: Shape.strides(shape), offset: 0, count: count)
  }

  /// Row-major values.
  ///
  /// - Throws: E0205 if their number is not that of the shape.
  public init(_ values: [Float], shape: [Int]) throws {
    try Tensor.checkCount(values.count, shape)
    try self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { floats.update(from: base, count: source.count) }
    }
  }

  /// Row-major int64 values. A literal of whole numbers prefers the float32 initializer.
  ///
  /// - Throws: E0205 if their number is not that of the shape.
  @_disfavoredOverload
  public init(_ values: [Int], shape: [Int]) throws {
    try Tensor.checkCount(values.count, shape)
    try self.init(uninitialized: shape, .int64)
    for (i, value) in values.enumerated() { ints[i] = Int64(value) }
  }

  /// Row-major bool values.
  ///
  /// - Throws: E0205 if their number is not that of the shape.
  public init(_ values: [Bool], shape: [Int]) throws {
    try Tensor.checkCount(values.count, shape)
    try self.init(uninitialized: shape, .bool)
    for (i, value) in values.enumerated() { bytes[i] = value ? 1 : 0 }
  }

  /// A scalar, shape [].
  public init(_ value: Float) throws { try self.init([value], shape: []) }

  private static func checkCount(_ found: Int, _ shape: [Int]) throws {
    let count = try Shape.count(shape)
    guard found == count else {
      throw Failure("E0205", "shape \(Shape.text(shape)) needs \(count) values, found \(found)")
    }
  }

  /// Number of dimensions; 0 for a single number.
  public var rank: Int { shape.count }

  /// Bytes of the elements (not of storage shared with others).
  public var byteCount: Int { count * dtype.size }
  /// Bytes of the entire storage, including the parts that only other views use.
  public var storageByteCount: Int { storage.byteCount }

  /// Whether elements are in row-major order without gaps.
  public var isContiguous: Bool {
    var expected = 1
    var i = shape.count - 1
    while i >= 0 {
      let size = shape[i]
      if size == 0 { return true }
      if size != 1 {
        if strides[i] != expected { return false }
        expected *= size
      }
      i -= 1
    }
    return true
  }

  // MARK: Pointers, valid while the tensor lives

  /// The first element as float32; only for a tensor of that type. Further elements follow by `strides`.
  package var floats: UnsafeMutablePointer<Float> {
    storage.base.assumingMemoryBound(to: Float.self) + offset
  }
  /// The first element as int64; only for a tensor of that type. Further elements follow by `strides`.
  package var ints: UnsafeMutablePointer<Int64> { storage.base.assumingMemoryBound(to: Int64.self) + offset }
  /// The first element as one byte, 0 or 1; only for a tensor of bools. Further elements follow by `strides`.
  package var bytes: UnsafeMutablePointer<UInt8> { storage.base.assumingMemoryBound(to: UInt8.self) + offset }

  /// The elements as floats in row-major order: in place if they are in that order, else in a copy.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) throws -> R {
    let flat = try cast(to: .float32).contiguous()
    return try withExtendedLifetime(flat.storage) {
      try body(UnsafeBufferPointer(start: flat.floats, count: flat.count))
    }
  }

  /// The elements themselves, for writing. Every view of the storage sees the change.
  ///
  /// - Throws: E0205 unless the tensor is contiguous float32.
  public func withMutableFloats<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) throws -> R {
    guard dtype == .float32, isContiguous else {
      throw Failure("E0205", "only a contiguous float32 tensor can be written in place")
    }
    storage.writes &+= 1
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: floats, count: count))
    }
  }

  /// The elements in row-major order; integers are rounded to the nearest float, bools are 0 and 1.
  public func toFloats() throws -> [Float] { try withFloats { Array($0) } }

  /// The elements in row-major order; floats are truncated towards zero, bools are 0 and 1.
  ///
  /// - Throws: E0402 for a float that is not a number or beyond Int.
  public func toInts() throws -> [Int] {
    let flat = try cast(to: .int64).contiguous()
    return withExtendedLifetime(flat.storage) { (0..<flat.count).map { Int(flat.ints[$0]) } }
  }

  /// The elements in row-major order; a number is true unless it is zero.
  public func toBools() throws -> [Bool] {
    let flat = try cast(to: .bool).contiguous()
    return withExtendedLifetime(flat.storage) { (0..<flat.count).map { flat.bytes[$0] != 0 } }
  }

  /// The only element.
  ///
  /// - Throws: E0206 if there are more, or none.
  public func item() throws -> Float {
    try checkScalar()
    switch dtype {
    case .float32: return floats[0]
    case .int64: return Float(ints[0])
    case .bool: return Float(bytes[0])
    }
  }

  /// Checks that there is exactly one element.
  ///
  /// - Throws: E0206 if there are more, or none.
  package func checkScalar() throws {
    guard count == 1 else {
      throw Failure(
        "E0206", "a tensor of shape \(Shape.text(shape)) is not a single number",
        help: count == 0 ? "it is empty" : "reduce it with sum() or mean(), or select an element")
    }
  }

  // MARK: Copies

  /// The tensor itself if its elements are in order, else a copy.
  public func contiguous() throws -> Tensor { isContiguous ? self : try copy() }

  /// A copy with its own storage, row-major.
  public func copy() throws -> Tensor {
    let out = try Tensor(uninitialized: shape, dtype)
    Strided.copy(self, to: out)
    return out
  }

  /// The same values in another dtype. Float to int truncates towards zero; to bool means "not zero".
  ///
  /// - Throws: E0402 for a float that is out of range for int64.
  public func cast(to type: DType) throws -> Tensor {
    if type == dtype { return self }
    let source = try contiguous()
    let out = try Tensor(uninitialized: shape, type)
    try withExtendedLifetime(source.storage) {
      switch (dtype, type) {
      case (.int64, .float32): for i in 0..<count { out.floats[i] = Float(source.ints[i]) }
      case (.bool, .float32): for i in 0..<count { out.floats[i] = source.bytes[i] == 0 ? 0 : 1 }
      case (.bool, .int64): for i in 0..<count { out.ints[i] = source.bytes[i] == 0 ? 0 : 1 }
      case (.float32, .bool): for i in 0..<count { out.bytes[i] = source.floats[i] == 0 ? 0 : 1 }
      case (.int64, .bool): for i in 0..<count { out.bytes[i] = source.ints[i] == 0 ? 0 : 1 }
      case (.float32, .int64):
        for i in 0..<count {
          guard let value = Int64(exactly: source.floats[i].rounded(.towardZero)) else {
            throw Failure("E0402", "\(source.floats[i]) is out of range for Int")
          }
          out.ints[i] = value
        }
      default: break
      }
    }
    return out
  }
}

extension Tensor {
  /// Whether the storage has no other references.
  package mutating func isUnshared() -> Bool { isKnownUniquelyReferenced(&storage) }
}

import CKernels
import MocoBase
import MocoTensor

extension StorageType {
  /// The numbers in `bytes`, which hold `count` of them: float32, or int64 for integers and booleans.
  ///
  /// - Parameter name: the name of the tensor in messages.
  /// - Shape: [count]
  /// - Throws: E0505 for a finite number that float32 cannot represent; E0405 if memory runs out.
  func tensor(_ bytes: UnsafeRawBufferPointer, count: Int, of name: String) throws -> Tensor {
    guard isFloating else { return try Tensor(ints(bytes), shape: [count]) }
    if self == .f64 {
      for index in 0..<bytes.count / 8 {
        let value = bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
        guard !value.isFinite || Float(value).isFinite else {
          throw Failure(
            "E0505", "\(name) contains \(value) (element \(index)), which float32 cannot represent",
            help: "scale the numbers before saving them; moco computes in float32")
        }
      }
    }
    let result = try Tensor.zeros([count])
    try result.withMutableFloats { floats(bytes, into: $0) }
    return result
  }

  private func floats(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) {
    let count = min(bytes.count / byteCount, floats.count)
    guard let base = bytes.baseAddress, let out = floats.baseAddress, count > 0 else { return }
    switch self {
    case .f32: UnsafeMutableRawPointer(out).copyMemory(from: base, byteCount: 4 * count)
    case .f16: moco_float_from_half(out, base, count)
    case .bf16: moco_float_from_bfloat(out, base, count)
    default:
      for index in 0..<count {
        out[index] = Float(base.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
      }
    }
  }

  private func ints(_ bytes: UnsafeRawBufferPointer) -> [Int] {
    func load<Element: FixedWidthInteger>(_ type: Element.Type) -> [Int] {
      let size = MemoryLayout<Element>.size
      return (0..<bytes.count / size).map {
        Int(truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: $0 * size, as: type))
      }
    }
    switch self {
    case .i64: return load(Int64.self)
    case .i32: return load(Int32.self)
    case .i16: return load(Int16.self)
    case .i8: return load(Int8.self)
    case .u32: return load(UInt32.self)
    case .u16: return load(UInt16.self)
    default: return load(UInt8.self)
    }
  }
}

/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
/// as 1, 2, 3, SC 2011).
///
/// A generator is identified by (seed, stream, epoch, index), so its numbers do not depend on what was drawn
/// elsewhere or before, and are the same on every machine: only exactly rounded operations are used.
public struct Philox: RandomNumberGenerator, Sendable {
  @usableFromInline var key: (UInt32, UInt32)
  @usableFromInline let high: (UInt32, UInt32)
  @usableFromInline var block: UInt64 = 0
  @usableFromInline var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  @usableFromInline var left = 0
  @usableFromInline var spareNormal: Double?

  /// The sequence with this key from its beginning.
  ///
  /// - Parameters:
  ///   - stream: the purpose of the numbers, so that uses with one seed do not share them.
  ///   - epoch: such as the pass over the data.
  ///   - index: such as the index of an image in the data.
  @inlinable public init(seed: UInt64, stream: UInt64, epoch: Int = 0, index: Int = 0) {
    let epoch = UInt64(bitPattern: Int64(epoch))
    let index = UInt64(bitPattern: Int64(index))
    // Values that do not fit in the counter go into the key, so that truncation never makes two sequences equal.
    let rest = (epoch >> 32) << 32 | index >> 32
    let mixed = Philox.mix(
      Philox.mix(seed) &+ Philox.mix(stream ^ 0x9E37_79B9_7F4A_7C15) ^ Philox.mix(rest &+ 1))
    key = (UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
    high = (UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: index))
  }

  /// The sequence of a stream with a name; its number is the 64-bit FNV-1a hash of the UTF-8 bytes.
  @inlinable public init(seed: UInt64, stream: String, epoch: Int = 0, index: Int = 0) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    self.init(seed: seed, stream: hash, epoch: epoch, index: index)
  }

  // The finalizer of SplitMix64, a bijection.
  @inlinable static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The block function: ten rounds on a counter under a key.
  @inlinable package static func block(
    _ counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let p = UInt64(c.0) &* 0xD251_1F53
      let q = UInt64(c.2) &* 0xCD9E_8D57
      c = (
        UInt32(truncatingIfNeeded: q >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: q),
        UInt32(truncatingIfNeeded: p >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: p)
      )
      k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return c
  }

  /// The next 32 random bits: the four words of each block in turn.
  @inlinable public mutating func nextWord() -> UInt32 {
    if left == 0 {
      words = Philox.block(
        (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), high.0, high.1), key: key
      )
      block &+= 1
      left = 4
    }
    left -= 1
    switch left {
    case 3: return words.0
    case 2: return words.1
    case 1: return words.2
    default: return words.3
    }
  }

  @inlinable public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return UInt64(nextWord()) << 32 | low
  }

  /// Uniform in [0, 1), 24 bits.
  @inlinable public mutating func nextUniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// Uniform in [0, 1), 53 bits.
  @inlinable public mutating func nextDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Normal, mean 0 and standard deviation 1 (Box and Muller).
  @inlinable public mutating func nextNormal() -> Float { Float(nextNormalDouble()) }

  /// Normal, mean 0 and standard deviation 1, with 53 bits. Two uniform numbers give two normal ones; the second is
  /// kept for the next call.
  @inlinable public mutating func nextNormalDouble() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * ExactMath.log(1 - nextDouble())).squareRoot()
    let (sine, cosine) = ExactMath.sineCosine(turns: nextDouble())
    spareNormal = radius * sine
    return radius * cosine
  }

  /// Uniform in 0 ..< bound without bias; 0 for a bound below 1.
  @inlinable public mutating func nextInt(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// Fisher and Yates.
  @inlinable public mutating func shuffle<T>(_ items: inout [T]) {
    var i = items.count - 1
    while i > 0 {
      items.swapAt(i, nextInt(below: i + 1))
      i -= 1
    }
  }

  /// 0 ..< n in random order.
  @inlinable public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<Swift.max(n, 0))
    shuffle(&order)
    return order
  }
}

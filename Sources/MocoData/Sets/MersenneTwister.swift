/// CPython's random numbers: MT19937 seeded as `random.seed(n)`, and `random.sample`.
///
/// Used only to draw the same few-shot subsets as published results.
/// Source: M. Matsumoto, T. Nishimura, *Mersenne Twister*, 1998 (generator and `init_by_array`); the
/// documented behaviour of CPython 3.11's `random` for what is made of its 32-bit numbers.
public struct MersenneTwister: Sendable {
  private var state = [UInt32](repeating: 0, count: 624)
  private var position = 624

  /// As `random.seed(seed)`: the absolute value's 32-bit digits, lowest first, are the key.
  public init(seed: Int) {
    var rest = UInt64(seed.magnitude)
    var key: [UInt32] = []
    repeat {
      key.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    } while rest > 0
    initialize(19_650_218)
    var i = 1
    var j = 0
    for _ in 0..<max(624, key.count) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_664_525)) &+ key[j] &+ UInt32(j)
      i += 1
      j += 1
      if i >= 624 {
        state[0] = state[623]
        i = 1
      }
      if j >= key.count { j = 0 }
    }
    for _ in 0..<623 {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_566_083_941)) &- UInt32(i)
      i += 1
      if i >= 624 {
        state[0] = state[623]
        i = 1
      }
    }
    state[0] = 0x8000_0000
  }

  private mutating func initialize(_ seed: UInt32) {
    state[0] = seed
    for i in 1..<624 { state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i) }
  }

  /// The next 32 bits.
  public mutating func next() -> UInt32 {
    if position >= 624 {
      for i in 0..<624 {
        let mixed = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff)
        state[i] = state[(i + 397) % 624] ^ (mixed >> 1) ^ (mixed & 1 == 0 ? 0 : 0x9908_b0df)
      }
      position = 0
    }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  /// A number below `bound` (1 … 2³²), by drawing as many bits as `bound` has until one is small enough.
  public mutating func below(_ bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    let bits = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let draw = Int(next() >> UInt32(32 - min(bits, 32)))
      if draw < bound { return draw }
    }
  }

  /// As `random.sample(range(count), k)`, for k ≤ count.
  public mutating func sample(_ count: Int, _ k: Int) -> [Int] {
    let k = min(max(k, 0), count)
    var setSize = 21
    if k > 5 {
      // 4 to the power ⌈log₄ 3k⌉; 3k is never a power of 4.
      var power = 1
      while power < 3 * k { power *= 4 }
      setSize += power
    }
    var result: [Int] = []
    result.reserveCapacity(k)
    if count <= setSize {
      var pool = Array(0..<count)
      for i in 0..<k {
        let j = below(count - i)
        result.append(pool[j])
        pool[j] = pool[count - i - 1]
      }
    } else {
      var selected = Set<Int>()
      for _ in 0..<k {
        var j = below(count)
        while !selected.insert(j).inserted { j = below(count) }
        result.append(j)
      }
    }
    return result
  }
}

// Random numbers: counter-based, so that what a program draws depends on the seed and on how often it drew,
// and on nothing else. Each kind of draw has a stream of its own.

import MocoBase

/// The state of a program's random numbers.
package struct RandomState {
  package var seed: UInt64 = 0
  /// How often each kind was drawn since the seed was set.
  var draws: [UInt64] = [0, 0, 0]

  enum Stream: Int {
    case random, shuffle, choice
    var name: String { ["random", "shuffle", "choice"][rawValue] }
  }

  /// The generator of the next draw of a kind.
  mutating func next(_ stream: Stream) -> PhiloxSequence {
    let index = draws[stream.rawValue]
    draws[stream.rawValue] = index &+ 1
    return PhiloxSequence(seed: seed, stream: stream.name, index: index)
  }
}

extension CoreBuiltins {
  static var chance: [NativeFunction] {
    [
      NativeFunction(
        core: "seed(n)",
        doc: """
          Sets where random numbers begin. The same seed gives the same numbers on every machine.

          ```
          seed(1)
          ```
          """
      ) { machine, arguments in
        let seed = try machine.intArgument(arguments[0], "n", "seed")
        machine.random = RandomState(seed: UInt64(bitPattern: Int64(seed)))
        machine.interpreter.seedChanged?(seed)
        return .null
      },
      NativeFunction(
        core: "random(low = 0.0, high = 1.0)",
        doc: """
          A Float from `low` up to but without `high`.

          ```
          random()            // from 0 to 1
          random(-1, 1)
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .native {
          throw Failure(
            "E0303", "random expects a number for 'low', not \(machine.describe(arguments[0]))",
            help: "write random(): it is no method of a module", argument: "low")
        }
        let low = try machine.numberArgument(arguments[0], "low", "random")
        let high = try machine.numberArgument(arguments[1], "high", "random")
        guard low.isFinite, high.isFinite, low <= high else {
          throw Failure(
            "E0305",
            "random needs a low end below its high end, not \(NumberText.float(low)) and \(NumberText.float(high))",
            argument: "high")
        }
        var sequence = machine.random.next(.random)
        return .float(low + (high - low) * sequence.nextDouble())
      },
      shuffled, shuffled.formerly("shuffle"),
      NativeFunction(
        core: "choice(xs)",
        doc: """
          A random element of a List, Range or String.

          ```
          choice(1...6)
          ```
          """
      ) { machine, arguments in
        var sequence = machine.random.next(.choice)
        guard let count = machine.length(arguments[0]), arguments[0].tag != .record else {
          throw machine.wrongArgument("choice", "xs", "a List, Range or String", arguments[0])
        }
        if count == 0 { throw Failure("E0305", "choice from nothing", argument: "xs") }
        return try machine.element(arguments[0], .int(sequence.nextInt(below: count)))
      },
    ]
  }

  private static var shuffled: NativeFunction {
    NativeFunction(
      core: "shuffled(xs)",
      doc: """
        A new List with the elements in random order.

        ```
        shuffled(0..<10)
        ```
        """
    ) { machine, arguments in
      let list = try machine.elements(arguments[0], "shuffled")
      let items = list.pointer.list.pointee.items
      var sequence = machine.random.next(.shuffle)
      var index = list.pointer.list.pointee.count - 1
      while index > 0 {
        let other = sequence.nextInt(below: index + 1)
        let word = items[index]
        items[index] = items[other]
        items[other] = word
        index -= 1
        if index & 0xFFFF == 0 {
          do { try machine.pollIfNeeded() } catch {
            machine.heap.release(list)
            throw error
          }
        }
      }
      return list
    }.onlyGiving()
  }
}

/// Philox4x32-10 (Salmon et al., SC 2011), with the names of `MocoTensor`'s generator: the key is mixed from
/// the seed and the stream, the counter counts blocks beside the index.
struct PhiloxSequence {
  private let key: (UInt32, UInt32)
  private let index: UInt32
  private var block: UInt64 = 0
  private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var left = 0

  init(seed: UInt64, stream: String, index: UInt64) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    let mixed = PhiloxSequence.mix(
      PhiloxSequence.mix(seed) &+ PhiloxSequence.mix(hash ^ 0x9E37_79B9_7F4A_7C15)
        ^ PhiloxSequence.mix((index >> 32) &+ 1))
    key = (UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
    self.index = UInt32(truncatingIfNeeded: index)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  static func block(
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

  private mutating func nextWord() -> UInt32 {
    if left == 0 {
      words = PhiloxSequence.block(
        (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), 0, index), key: key)
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

  mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return UInt64(nextWord()) << 32 | low
  }

  /// Uniform in [0, 1), 53 bits.
  mutating func nextDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0 ..< bound without bias.
  mutating func nextInt(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }
}

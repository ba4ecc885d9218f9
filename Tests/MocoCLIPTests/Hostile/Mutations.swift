import MocoBase
import MocoTensor

/// Random damage, the same on every run.
struct Mutations {
  private var random: Philox

  init(_ stream: String) { random = Philox(seed: 11, stream: stream) }

  private mutating func below(_ count: Int) -> Int { count > 0 ? random.nextInt(below: count) : 0 }

  mutating func byte() -> UInt8 { UInt8(below(256)) }

  /// One to four changes: bits, bytes, numbers at their limits, pieces removed, doubled or made up.
  mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...below(4) {
      let place = below(result.count + 1)
      switch below(8) {
      case 0 where place < result.count: result[place] ^= 1 << UInt8(below(8))
      case 1 where place < result.count: result[place] = byte()
      case 2 where place < result.count: result[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
      case 3:
        let width = [2, 4, 8][below(3)]
        let value: UInt8 = [0, 0xFF, 0x7F, 0x80][below(4)]
        for index in place..<min(place + width, result.count) { result[index] = value }
      case 4: result.removeSubrange(place..<min(place + 1 + below(12), result.count))
      case 5:
        let piece = Array(result[place..<min(place + 1 + below(24), result.count)])
        result.insert(contentsOf: piece, at: below(result.count + 1))
      case 6: result.insert(contentsOf: (0...below(6)).map { _ in byte() }, at: place)
      default: if below(4) == 0 { result.removeLast(min(1 + below(64), result.count)) }
      }
    }
    return result
  }

  /// A program of opcodes with arguments that are often sensible.
  mutating func pickle() -> [UInt8] {
    let names = [
      "torch._utils\n_rebuild_tensor_v2\n", "collections\nOrderedDict\n", "torch\nFloatStorage\n",
      "os\nsystem\n",
    ]
    var program: [UInt8] = [0x80, 2]
    for _ in 0...below(40) {
      switch below(16) {
      case 0: program += Array("c".utf8) + Array(names[below(names.count)].utf8)
      case 1: program += [UInt8(ascii: "K"), byte()]
      case 2: program += [UInt8(ascii: "X"), 1, 0, 0, 0, UInt8(ascii: "a") + UInt8(below(3))]
      case 3: program += [UInt8(ascii: "h"), UInt8(below(6))]
      case 4: program += [UInt8(ascii: "q"), UInt8(below(6))]
      case 5: program += [0x8A, 8] + (0..<8).map { _ in byte() }
      case 6: program += [byte()]
      default: program.append(Array("(]}).tuesaRbQ012Nld".utf8)[below(19)])
      }
    }
    return program + [UInt8(ascii: ".")]
  }
}

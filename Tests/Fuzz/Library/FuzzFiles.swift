import Foundation
import MocoBase
import MocoFormats
import MocoTensor

/// JSON and safetensors files: right ones, and damaged ones.
struct FuzzFiles {
  private var random: FuzzRandom

  init(seed: UInt64) { random = FuzzRandom(seed) }

  // MARK: JSON

  mutating func json() -> [UInt8] {
    var bytes: [UInt8]
    if random.chance(5) {
      let depth = [100, 1_000, 100_000][random.below(3)]
      bytes = Array((String(repeating: random.pick(["[", "{\"a\":", "[[],"]), count: depth)).utf8)
    } else {
      bytes = Array(value(0).utf8)
    }
    damage(&bytes)
    return bytes
  }

  private mutating func value(_ depth: Int) -> String {
    switch random.below(depth > 5 ? 6 : 9) {
    case 0: return random.pick(["null", "true", "false"])
    case 1:
      return random.pick([
        "0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e400", "1e-400",
      ])
    case 2: return random.pick(["0.1", "-0.0", "1E+2", "1.5e300", "01", "1.", "-", "1e"])
    case 3, 4, 5:
      return "\""
        + random.pick(["a", "", "\\n", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\udead", "é", "\\", "\\x"])
        + "\""
    case 6, 7: return "[" + (0..<random.below(4)).map { _ in value(depth + 1) }.joined(separator: ", ") + "]"
    default:
      return "{"
        + (0..<random.below(4)).map { _ in "\"\(random.pick(["a", "b", "é", ""]))\": \(value(depth + 1))" }
        .joined(separator: ",\n") + "}"
    }
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard random.chance(60) else { return }
    var mutation = ByteMutation(seed: random.next(), corpus: [])
    for _ in 0..<1 + random.below(3) { mutation.mutate(&bytes) }
  }

  /// - Returns: whether it could be read.
  static func checkJson(_ bytes: [UInt8]) throws -> Bool {
    guard let json = try? Json.parse(bytes) else { return false }
    let text = json.serialized(indent: 1)
    guard let again = try? Json.parse(text), again.serialized(indent: 1) == text else {
      throw Fuzzer.Finding(description: "JSON reads differently once written: \(text.prefix(200))")
    }
    return true
  }

  // MARK: Safetensors

  mutating func safetensors() -> [UInt8] {
    var place = 0
    var parts: [String] = []
    for index in 0..<random.below(4) {
      let type = random.pick(["F32", "F16", "BF16", "I64", "U8", "BOOL", "F64", "F8", "I32"])
      let size =
        ["F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1, "BOOL": 1, "F64": 8, "F8": 1, "I32": 4][type] ?? 1
      let shape = (0..<random.below(4)).map { _ in
        random.chance(4) ? [-1, 0, 1 << 40, Int.max][random.below(4)] : random.below(4)
      }
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let end = place &+ count &* size
      parts.append(
        "\"t\(index)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(place),\(end)]}")
      place = min(max(0, end), 4_096)
    }
    var header = Array(("{" + parts.joined(separator: ",") + "}").utf8)
    var length = UInt64(header.count)
    if random.chance(20) { damage(&header) }
    if random.chance(5) { length = [0, 1, UInt64.max, UInt64(Int.max), 1 << 32][random.below(5)] }
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + header
    bytes += (0..<place + (random.chance(5) ? 3 : 0)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    if random.chance(10) { damage(&bytes) }
    if random.chance(5) { bytes.removeLast(min(bytes.count, random.below(20))) }
    return bytes
  }

  /// - Returns: whether it could be read.
  static func checkSafetensors(_ bytes: [UInt8], in folder: String) throws -> Bool {
    let path = folder + "/fuzz.safetensors"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return false }
    guard let file = try? SafetensorsFile(path: path) else { return false }
    for name in file.names {
      guard let tensor = try? file.tensor(name), let entry = file.entry(name) else { continue }
      if tensor.shape != entry.shape {
        throw Fuzzer.Finding(description: "a tensor's shape is not its entry's")
      }
    }
    // Cut short while it is open it gives errors, and no other numbers.
    FuzzFiles.shrink(path, to: bytes.count / 2)
    for entry in file.entries where entry.count > 0 && (try? file.tensor(entry.name)) != nil {
      throw Fuzzer.Finding(description: "a tensor was read from a file that has changed")
    }
    return true
  }

  /// Cuts a file in place, as if some time had passed since it was written.
  static func shrink(_ path: String, to count: Int) {
    truncate(path, off_t(count))
    try? FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
  }
}

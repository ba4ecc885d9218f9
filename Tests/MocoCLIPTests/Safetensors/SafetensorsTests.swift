import MocoBase
import MocoFormats
import MocoTensor
import Testing

@Suite struct SafetensorsTests {
  private func write(_ bytes: [UInt8], _ folder: String) throws -> String {
    let path = folder + "/x.safetensors"
    try AtomicFile.write(bytes, to: path)
    return path
  }

  /// A file with this header and so many bytes of data.
  private func file(_ header: String, data: Int, _ folder: String) throws -> String {
    let text = Array(header.utf8)
    let count = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return try write(count + text + [UInt8](repeating: 0, count: data), folder)
  }

  @Test func tensorsReadBack() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/t.safetensors"
      let values: [Float] = [0, -1.5, 3.25, 65504, 1e-7, -0.1]
      try SafetensorsWriter.write(
        path: path,
        tensors: [
          ("half", try Tensor(values, shape: [2, 3]), .f16), ("float", try Tensor(values, shape: [6]), .f32),
          ("brain", try Tensor(values, shape: [3, 2]), .bf16),
          ("double", try Tensor(values, shape: [6, 1]), .f64),
          ("whole", try Tensor([1, -2, 1 << 40] as [Int], shape: [3]), .i64),
          ("small", try Tensor([255, 0] as [Int], shape: [2]), .u8),
          ("scalar", try Tensor([7], shape: []), .f32),
          ("empty", try Tensor([Float](), shape: [0, 4]), .f32),
        ], metadata: [("b", "2"), ("a", "é")])
      let back = try SafetensorsFile(path: path)
      #expect(back.metadata.map(\.0) == ["b", "a"] && back.metadata("a") == "é")
      #expect(back.names.count == 8)
      for entry in back.entries { #expect(entry.range.lowerBound % entry.type.byteCount == 0) }
      #expect(try back.tensor("float").toFloats() == values)
      #expect(try back.tensor("double").toFloats() == values)
      #expect(try back.tensor("double").shape == [6, 1])
      #expect(try back.tensor("half").toFloats() == values.map { Float(Float16($0)) })
      let brain = values.map {
        Float(bitPattern: ($0.bitPattern &+ 0x7FFF &+ ($0.bitPattern >> 16 & 1)) & 0xFFFF_0000)
      }
      #expect(try back.tensor("brain").toFloats() == brain)
      #expect(try back.tensor("whole").toInts() == [1, -2, 1 << 40])
      #expect(try back.tensor("small").toInts() == [255, 0])
      #expect(try back.tensor("scalar").shape == [])
      #expect(try back.tensor("empty").shape == [0, 4])
      #expect(errorMessage { _ = try back.tensor("none") }.contains("none"))
    }
  }

  @Test func everyHalfIsExact() throws {
    try Fixtures.inFolder { folder in
      let bytes = (0..<65536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      let header = #"{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
      let count = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
      let path = try write(count + Array(header.utf8) + bytes, folder)
      let tensor = try SafetensorsFile(path: path).tensor("x")
      let floats = try tensor.toFloats()
      var wrong = 0
      for (bits, value) in floats.enumerated() {
        let right = Float(Float16(bitPattern: UInt16(bits)))
        if !(value == right || (value.isNaN && right.isNaN)) { wrong += 1 }
      }
      #expect(wrong == 0)
      let again = folder + "/again.safetensors"
      let finite = floats.filter(\.isFinite)
      let halves = finite + finite.map { $0 * 1.00049 } + finite.map { $0 * 0.4999 }
      let kept = halves.filter { abs($0) < 65519 }
      try SafetensorsWriter.write(path: again, tensors: [("x", try Tensor(kept, shape: [kept.count]), .f16)])
      let rounded = try SafetensorsFile(path: again).tensor("x").toFloats()
      #expect(rounded == kept.map { Float(Float16($0)) })
    }
  }

  @Test func equalInputGivesEqualBytes() throws {
    try Fixtures.inFolder { folder in
      for name in ["a", "b"] {
        try SafetensorsWriter.write(
          path: "\(folder)/\(name)",
          tensors: [("x", try Tensor([1, 2], shape: [2]), .f16), ("y", try Tensor([3], shape: [1]), .f32)],
          metadata: [("k", "v")])
      }
      #expect(try FileSystem.read(folder + "/a") == FileSystem.read(folder + "/b"))
      #expect(try FileSystem.list(folder) == ["a", "b"])
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/t"
      let large = try Tensor([70000], shape: [1])
      #expect(errorCode { try SafetensorsWriter.write(path: path, tensors: [("x", large, .f16)]) } == "E0505")
      let ints = try Tensor([300] as [Int], shape: [1])
      #expect(errorCode { try SafetensorsWriter.write(path: path, tensors: [("x", ints, .u8)]) } == "E0505")
      #expect(
        errorCode {
          try SafetensorsWriter.write(path: path, tensors: [("x", large, .f32), ("x", large, .f32)])
        } == "E0505")
      #expect(errorCode { try SafetensorsWriter.write(path: folder + "/no/t", tensors: []) } == "E0504")
      #expect(try FileSystem.list(folder) == [])
    }
  }

  @Test func everyTruncationIsNamed() throws {
    try Fixtures.inFolder { folder in
      let whole = folder + "/whole"
      try SafetensorsWriter.write(
        path: whole,
        tensors: [("a", try Tensor([1, 2, 3], shape: [3]), .f32), ("b", try Tensor([1], shape: [1]), .f16)],
        metadata: [("k", "v")])
      let bytes = try FileSystem.read(whole)
      for count in 0..<bytes.count {
        let path = try write(Array(bytes[..<count]), folder)
        let message = errorMessage { _ = try SafetensorsFile(path: path) }
        #expect(
          message.hasPrefix("E0502") && message.contains(path) && message.contains("help:"), "\(count) bytes")
      }
      let path = try write(bytes + [0], folder)
      #expect(errorMessage { _ = try SafetensorsFile(path: path) }.contains("extra bytes"))
    }
  }

  @Test func everyFlippedHeaderByteIsSurvived() throws {
    try Fixtures.inFolder { folder in
      let whole = folder + "/whole"
      try SafetensorsWriter.write(
        path: whole,
        tensors: [("a", try Tensor([1, 2, 3], shape: [3]), .f32), ("b", try Tensor([1], shape: [1]), .f16)])
      let bytes = try FileSystem.read(whole)
      for place in 0..<bytes.count - 14 {
        for bit in 0..<8 {
          var flipped = bytes
          flipped[place] ^= 1 << UInt8(bit)
          let path = try write(flipped, folder)
          // Either it is refused, or what it says is consistent and can be read.
          do {
            let file = try SafetensorsFile(path: path)
            for name in file.names { _ = try file.tensor(name) }
          } catch let error as Failure {
            #expect(error.code == "E0502")
          }
        }
      }
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "need 8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "truncated"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "not two offsets"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, "not two offsets"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "not two offsets"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775800,9223372036854775804]}}"#, 4,
      "outside"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
      "the shape is out of range"
    ),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "not a list of sizes"),
    (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "not a list of sizes"),
    (#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4, "F33 is not supported"),
    (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "no dtype"),
    (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "no shape"),
    (#"{"a":5}"#, 0, "no dtype"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "duplicate key"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      6, "overlap"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[6,10]}}"#,
      10, "gap"
    ),
    (#"{"__metadata__":{"a":1}}"#, 0, "not a string"),
    (#"{"__metadata__":[]}"#, 0, "not an object"),
    ("[]", 0, "not JSON"), ("{", 0, "closed"), ("{} x", 0, "unexpected text"),
  ])
  func impossibleHeaders(_ header: String, _ data: Int, _ words: String) throws {
    try Fixtures.inFolder { folder in
      let path = try file(header, data: data, folder)
      let message = errorMessage { _ = try SafetensorsFile(path: path) }
      #expect(message.hasPrefix("E0502") && message.contains(words) && message.contains(path), "\(message)")
    }
  }

  @Test func otherFilesAreNamed() throws {
    try Fixtures.inFolder { folder in
      func message(_ bytes: [UInt8]) throws -> String {
        let path = try write(bytes, folder)
        return errorMessage { _ = try SafetensorsFile(path: path) }
      }
      #expect(try message([UInt8](repeating: 0xFF, count: 100)).contains("header would have"))
      #expect(try message([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 50)).contains("zip archive"))
      #expect(try message([0x1F, 0x8B] + [UInt8](repeating: 0, count: 50)).contains("gzip"))
      #expect(
        try message(Array("version https://git-lfs.github.com/spec/v1\noid sha256:1".utf8)).contains("LFS"))
      #expect(try message(Array("<!DOCTYPE html><html></html>".utf8)).contains("web page"))
      #expect(try message(Array("hello".utf8)).contains("only 5 bytes"))
      #expect(errorCode { _ = try SafetensorsFile(path: folder) } == "E0501")
      #expect(errorCode { _ = try SafetensorsFile(path: folder + "/none") } == "E0501")
      let bomb = try file(#"{"a":"# + String(repeating: "[", count: 100_000), data: 0, folder)
      #expect(errorMessage { _ = try SafetensorsFile(path: bomb) }.contains("nested"))
    }
  }
}

import Foundation
import MocoBase
import MocoFormats
import MocoTensor
import Testing

/// Files that change while somebody reads them.
@Suite struct OpenedFileTests {
  private func change(_ path: String, _ body: (FileHandle) throws -> Void) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try body(handle)
    try handle.close()
    // The clock of files is coarse: what was changed must not look as if it were not.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
  }

  private func message(_ body: () throws -> Void) -> String { errorMessage(body) }

  @Test func partsAreOfOneContent() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write([UInt8](repeating: 7, count: 1000), to: path)
      let file = try OpenedFile(path: path)
      #expect(try file.bytes(10..<20) == [UInt8](repeating: 7, count: 10))
      #expect(errorCode { _ = try file.bytes(990..<1001) } == "E0502")
      #expect(try file.beginning(5000).count == 1000)
      try change(path) { try $0.write(contentsOf: Data(repeating: 9, count: 1000)) }
      #expect(message { _ = try file.bytes(10..<20) }.contains("was changed during reading"))
    }
  }

  @Test func aFileThatShrinksIsAnError() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write([UInt8](repeating: 7, count: 100_000), to: path)
      let file = try OpenedFile(path: path)
      try change(path) { try $0.truncate(atOffset: 10) }
      #expect(message { _ = try file.bytes(50_000..<60_000) }.contains("was changed"))
      #expect(message { _ = try file.bytes(0..<5) }.contains("was changed"))
    }
  }

  @Test func aFileThatIsReplacedStays() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      let file = try OpenedFile(path: path)
      try AtomicFile.write("two", to: path)
      #expect(try file.bytes(0..<3) == Array("one".utf8))
    }
  }

  @Test func tensorsDoNotFollowTheirFile() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a.safetensors"
      let numbers = (0..<5000).map { Float($0) }
      let items: [SafetensorsWriter.Item] = [
        ("a", try Tensor(numbers, shape: [50, 100]), .f32), ("b", try Tensor(numbers, shape: [5000]), .f16),
      ]
      try SafetensorsWriter.write(path: path, tensors: items)
      let file = try TensorFiles.open(path)
      let read = try file.tensor("a")
      try change(path) { try $0.truncate(atOffset: 0) }
      #expect(try read.toFloats() == numbers)
      #expect(message { _ = try file.tensor("a") }.contains("was changed"))
      #expect(message { _ = try file.tensor("b") }.contains("was changed"))
    }
  }

  /// What a file holds is known from its header: ten gigabytes are not read.
  @Test func aHugeFileIsListedByItsHeader() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/huge.safetensors"
      let size = 10 << 30
      var header =
        "{\"small\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        + "\"large\":{\"dtype\":\"F32\",\"shape\":[\(size / 4)],\"data_offsets\":[8,\(size + 8)]}}"
      while header.utf8.count % 8 != 0 { header += " " }
      var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      bytes += header.utf8
      try AtomicFile.write(bytes, to: path)
      try change(path) { try $0.truncate(atOffset: UInt64(bytes.count + 8 + size)) }
      MemoryAccountant.resetPeak()
      let file = try TensorFiles.open(path)
      #expect(file.tensors.map(\.count) == [2, size / 4])
      #expect(try file.tensor("small").toFloats() == [0, 0])
      #expect(MemoryAccountant.peakBytes - MemoryAccountant.usedBytes < 1 << 26)
    }
  }
}

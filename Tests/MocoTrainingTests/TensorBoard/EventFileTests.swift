import Foundation
import MocoBase
import MocoTestSupport
import MocoTraining
import Testing

/// Event files, against the bytes that TensorBoard's own messages and checksums give for the same events.
@Suite struct EventFileTests {
  private static let written = [
    "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110",
    "2c00000000000000f4aecc450900002040fc54d94110032a1f0a110a0a6c6f73732f747261696e159a99993e0a0a0a03626164150000c07fd910ad38",
    "",
    "2300000000000000b09f77430900002040fc54d94110ac022a150a130a03706963220c080210031803220489504e479adc1158",
    "6300000000000000b16b13d90900002040fc54d9412a580a560a01772a5109000000000000f03f11000000000000f03f1900000000000000402100000000000000402900000000000000403210000000000000f03f010000000000f03f3a10000000000000000000000000000000405ec5a92f",
  ]
  private static let note =
    "3a000000000000001295eae20900002040fc54d94110ffffffffffffffffff012a240a220a046e6f7465421008071204120208014206c3a4202a782a4a080a060a0474657874d8989644"

  @Test func checksumsAreThoseOfTheStandard() {
    #expect(EventRecord.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    #expect(EventRecord.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(EventRecord.crc32c([]) == 0)
  }

  @Test func recordsHaveTensorBoardsBytes() throws {
    try Repository.inFolder { folder in
      let file = try EventFile(folder: folder + "/new/deep", now: { 1_700_000_000.5 })
      #expect(!file.isBesideOthers)
      #expect(FileSystem.name(of: file.path).hasPrefix("events.out.tfevents.1700000000."))
      try file.add([("loss/train", .scalar(0.3)), ("bad", .scalar(.nan))], step: 3)
      try file.add([("note", .text("ä *x*"))], step: -1)
      try file.add([("pic", .png([0x89, 0x50, 0x4E, 0x47], width: 3, height: 2))], step: 300)
      try file.add([("w", .histogram(try #require(EventHistogram([1, 1]))))], step: 0)
      try file.add([], step: 9)
      let hex = try Data(contentsOf: URL(fileURLWithPath: file.path)).map {
        ($0 < 16 ? "0" : "") + String($0, radix: 16)
      }.joined()
      #expect(hex == Self.written[0] + Self.written[1] + Self.note + Self.written[3] + Self.written[4])
      #expect(try EventFile(folder: folder + "/new/deep").isBesideOthers)
    }
  }

  @Test func histogramsCountEveryFiniteNumber() throws {
    let histogram = try #require(EventHistogram([0, 1, 2, 3, .nan, .infinity]))
    #expect(histogram.count == 4 && histogram.leftOut == 2)
    #expect(EventHistogram([]) == nil)
    #expect(EventHistogram([.nan]) == nil)
    #expect(try #require(EventHistogram([-3.4e38, 3.4e38])).count == 2)
  }

  @Test func foldersThatCannotBeMadeAreRefused() throws {
    try Repository.inFolder { folder in
      try AtomicFile.write("x", to: folder + "/file")
      #expect(throws: Failure.self) { try EventFile(folder: folder + "/file/events") }
    }
  }
}

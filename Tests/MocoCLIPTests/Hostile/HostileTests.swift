import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Files that are cut, damaged or made to harm: each is read or refused with a code, nothing ends the
/// process.
@Suite struct HostileTests {
  /// Opens a file of tensors and reads all of it.
  private func read(_ path: String) throws {
    let file = try TensorFiles.open(path)
    for tensor in file.tensors {
      let values = try file.tensor(tensor.name)
      #expect(values.shape == tensor.shape)
    }
  }

  /// - Returns: whether it could be read.
  @discardableResult
  private func survives(
    _ bytes: [UInt8], _ path: String, _ body: ((String) throws -> Void)? = nil
  ) throws
    -> Bool
  {
    try Fixtures.write(bytes, to: path)
    do {
      try (body ?? read)(path)
      return true
    } catch let error as Failure {
      #expect(
        ["E0205", "E0405", "E0502", "E0601", "E0602", "E0605", "E0606"].contains(error.code), "\(error)")
    }
    return false
  }

  private static func checkpoint(_ change: (inout TorchWriter) -> Void = { _ in }) throws -> [UInt8] {
    var writer = TorchWriter()
    writer.folder = "m"
    writer.storages = [("0", (0..<24).flatMap { ZipWriter.bytes(Float($0).bitPattern) })]
    change(&writer)
    return try writer.data(value())
  }

  private static func value() throws -> TorchWriter.Value {
    .dict([
      ("epoch", .int(3)),
      (
        "state_dict",
        .dict([
          ("ctx", .tensor(try Tensor([1, 2, 3, 4], shape: [2, 2]), .f16)),
          ("part", .view(storage: "0", .f32, count: 24, offset: 2, shape: [3, 2], strides: [6, 1])),
          ("none", .view(storage: "0", .f32, count: 24, offset: 0, shape: [0, 2], strides: [2, 1])),
        ])
      ),
      (
        "optimizer",
        .dict([("lr", .float(0.5)), ("groups", .list([.none, .bool(true), .tuple([.string("x")])]))])
      ),
    ])
  }

  @Test func archivesCutAtEveryByte() throws {
    try Fixtures.inFolder { folder in
      for isLarge in [false, true] {
        let whole = try Self.checkpoint {
          $0.isLarge = isLarge
          $0.isDeflated = isLarge
        }
        #expect(try survives(whole, folder + "/a.pt"))
        for length in 0..<whole.count {
          #expect(try !survives(Array(whole.prefix(length)), folder + "/a.pt"), "\(length) of \(whole.count)")
        }
      }
    }
  }

  @Test func everyFlippedBitOfAnArchive() throws {
    try Fixtures.inFolder { folder in
      let whole = try Self.checkpoint { $0.isDeflated = true }
      for place in whole.indices {
        for bit in 0..<8 {
          var flipped = whole
          flipped[place] ^= 1 << UInt8(bit)
          try survives(flipped, folder + "/a.pt")
        }
      }
    }
  }

  @Test func everyFlippedBitOfAPickle() throws {
    try Fixtures.inFolder { folder in
      let program = try TorchWriter.pickle(Self.value())
      for place in program.indices {
        for bit in 0..<8 {
          var flipped = program
          flipped[place] ^= 1 << UInt8(bit)
          try survives(Self.archive(flipped), folder + "/a.pt")
        }
      }
    }
  }

  private static func archive(_ pickle: [UInt8]) throws -> [UInt8] {
    var zip = ZipWriter()
    zip.add("m/data.pkl", pickle)
    for key in ["0", "1", "2"] { zip.add("m/data/\(key)", [UInt8](repeating: 1, count: 96)) }
    return try zip.data()
  }

  @Test func randomDamage() throws {
    try Fixtures.inFolder { folder in
      var mutations = Mutations("torch")
      let whole = try Self.checkpoint()
      let program = try TorchWriter.pickle(Self.value())
      for _ in 0..<4000 {
        try survives(mutations.damage(whole), folder + "/a.pt")
        try survives(Self.archive(mutations.damage(program)), folder + "/a.pt")
        try survives(Self.archive(mutations.pickle()), folder + "/a.pt")
      }
    }
  }

  @Test func randomDamageOfSafetensorsAndJson() throws {
    try Fixtures.inFolder { folder in
      var mutations = Mutations("safetensors")
      let path = folder + "/a.safetensors"
      try SafetensorsWriter.write(
        path: path,
        tensors: [
          ("a", try Tensor([1, 2, 3], shape: [3]), .f32), ("b.c", try Tensor([1], shape: []), .f16),
          ("n", try Tensor([5, 6] as [Int], shape: [2, 1]), .i64),
        ], metadata: [("format", "pt"), ("note", "\u{e9}\n\"")])
      let whole = try FileSystem.read(path)
      let text = Array(
        #"{"a": [1, -2.5e3, true, null, {"b": "\u00e9\n\ud83d\ude00"}], "c": 9007199254740993}"#.utf8)
      for _ in 0..<5000 {
        try survives(mutations.damage(whole), path)
        do {
          let json = try Json.parse(mutations.damage(text))
          #expect(try Json.parse(json.serialized()) == json)
        } catch let error as Failure { #expect(error.code == "E0502") }
      }
      for length in 0..<text.count {
        #expect(errorCode { _ = try Json.parse(Array(text.prefix(length))) } == "E0502")
      }
    }
  }

  /// Whole models: shapes and names that contradict each other.
  @Test(arguments: [false, true])
  func randomDamageOfModels(_ isResNet: Bool) throws {
    try Fixtures.inFolder { folder in
      let vision =
        isResNet
        ? VisionConfig(imageSize: 32, stages: [1, 1, 1, 1], width: 2)
        : VisionConfig(imageSize: 8, patchSize: 4, width: 64, layers: 1, heads: 1)
      let config = CLIPConfig(
        embedDim: 4, vision: vision,
        text: TextConfig(context: 4, vocabulary: 516, width: 64, layers: 1, heads: 1))
      let model = try CLIPModel.random(config: config, seed: 1)
      let path = folder + "/a.safetensors"
      try SafetensorsWriter.write(
        path: path, tensors: model.parameters.map { ($0.name, $0.variable.value, .f16) })
      let whole = try FileSystem.read(path)
      let header = Int(whole[0]) | Int(whole[1]) << 8 | Int(whole[2]) << 16
      var mutations = Mutations("models")
      for _ in 0..<400 {
        let damaged = mutations.damage(Array(whole[8..<8 + header]))
        let bytes = ZipWriter.bytes(UInt64(damaged.count)) + damaged + whole[(8 + header)...]
        try survives(bytes, path) { _ = try CLIPModel.load(path: $0) }
      }
    }
  }

  @Test func picklesThatWouldGrow() throws {
    try Fixtures.inFolder { folder throws in
      func message(_ pickle: [UInt8]) throws -> String {
        try AtomicFile.write(Self.archive(pickle), to: folder + "/a.pt")
        return errorMessage { _ = try TorchFile(path: folder + "/a.pt") }
      }
      // A tuple in a tuple in …
      #expect(
        try message([UInt8(ascii: "N")] + [UInt8](repeating: 0x85, count: 900_000) + [0x2E]).contains("deep"))
      #expect(try message([UInt8](repeating: UInt8(ascii: "]"), count: 1_100_000)).contains("more than"))
      #expect(try message([UInt8](repeating: UInt8(ascii: "("), count: 1_100_000)).contains("more than"))
      #expect(try message([UInt8](repeating: UInt8(ascii: "N"), count: 1_100_000)).contains("more than"))
      // Each dict holds the one before twice: 2^30 paths.
      var doubling = Array("}q\u{0}0".utf8)
      for _ in 0..<30 {
        doubling += Array("}(X\u{1}\u{0}\u{0}\u{0}ah\u{0}X\u{1}\u{0}\u{0}\u{0}bh\u{0}uq\u{0}0".utf8)
      }
      #expect(try message(doubling + Array("h\u{0}.".utf8)).contains("too many values"))
      // A long list copied again and again.
      var copies =
        Array("](".utf8) + [UInt8](repeating: UInt8(ascii: "N"), count: 100_000) + Array("eq\u{0}".utf8)
      for _ in 0..<400 { copies += Array("c__builtin__\nlist\n(h\u{0}tR0".utf8) }
      #expect(try message(copies + [0x2E]).contains("too many values"))
      // A long text turned into bytes again and again.
      var texts =
        [UInt8(ascii: "X")] + ZipWriter.bytes(UInt32(1 << 20)) + [UInt8](repeating: 0x61, count: 1 << 20)
      texts += Array("q\u{0}".utf8)
      for _ in 0..<400 { texts += Array("c_codecs\nencode\n(h\u{0}tR0".utf8) }
      #expect(try message(texts + [0x2E]).contains("too many values"))
      // Places of the memo are not slots of an array.
      #expect(try message(Array("Nr\u{7F}\u{7F}\u{7F}\u{7F}.".utf8)) == "no error")
    }
  }

  /// A pickle that is too long is refused before it is unpacked.
  @Test func entriesThatWouldGrow() throws {
    try Fixtures.inFolder { folder in
      var zip = ZipWriter()
      zip.add(
        "m/data.pkl", [UInt8](repeating: UInt8(ascii: "N"), count: PickleLimits.bytes + 1), deflated: true)
      try AtomicFile.write(zip.data(), to: folder + "/a.pt")
      #expect(
        errorMessage { _ = try TorchFile(path: folder + "/a.pt") }.contains(
          "more than the limit of \(PickleLimits.bytes)"))
    }
  }
}

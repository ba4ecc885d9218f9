import MocoBase
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Files as torch.save writes them.
@Suite struct TorchTests {
  typealias Value = TorchWriter.Value

  private func open(_ value: Value, _ change: (inout TorchWriter) -> Void = { _ in }) throws -> TorchFile {
    var writer = TorchWriter()
    change(&writer)
    return try Fixtures.inFolder { folder in
      try writer.write(value, to: folder + "/a.pt")
      return try TorchFile(path: folder + "/a.pt")
    }
  }

  /// A pickle of opcodes.
  private func open(pickle: [UInt8]) throws -> TorchFile {
    var zip = ZipWriter()
    zip.add("x/data.pkl", pickle)
    zip.add("x/data/0", [UInt8](repeating: 0, count: 64))
    return try Fixtures.inFolder { folder in
      try AtomicFile.write(zip.data(), to: folder + "/a.pt")
      return try TorchFile(path: folder + "/a.pt")
    }
  }

  private let numbers: [Float] = [0, 1.5, -2, 0.25, 3, -0.5]

  @Test(arguments: [(false, false), (true, false), (false, true)])
  func everyTypeIsRead(_ isDeflated: Bool, _ isLarge: Bool) throws {
    let floats = try Tensor(numbers, shape: [2, 3])
    let ints = try Tensor([0, 1, 2, 3, 4, 100] as [Int], shape: [3, 2])
    let floating: [StorageType] = [.f64, .f32, .f16, .bf16]
    let whole: [StorageType] = [.i64, .i32, .i16, .i8, .u8]
    let file = try open(
      .dict(
        floating.map { ($0.rawValue, .tensor(floats, $0)) } + whole.map { ($0.rawValue, .tensor(ints, $0)) })
    ) {
      $0.isDeflated = isDeflated
      $0.isLarge = isLarge
    }
    #expect(file.tensors.map(\.name) == (floating + whole).map(\.rawValue))
    for type in floating {
      let tensor = try file.tensor(type.rawValue)
      #expect(try tensor.shape == [2, 3] && tensor.toFloats() == numbers)
    }
    for type in whole { #expect(try file.tensor(type.rawValue).toInts() == [0, 1, 2, 3, 4, 100]) }
    #expect(errorCode { _ = try file.tensor("none") } == "E0502")
  }

  @Test func viewsAreHonoured() throws {
    func view(_ offset: Int, _ shape: [Int], _ strides: [Int]) -> Value {
      .view(storage: "0", .f32, count: 12, offset: offset, shape: shape, strides: strides)
    }
    let file = try open(
      .dict([
        ("rows", view(0, [3, 4], [4, 1])), ("columns", view(0, [4, 3], [1, 4])),
        ("part", view(5, [2, 2], [4, 1])),
        ("same", view(2, [2, 3], [0, 1])), ("none", view(12, [0, 4], [4, 1])), ("one", view(11, [], [])),
        ("single", view(7, [1, 1], [100, 3])),
      ])
    ) { $0.storages = [("0", (0..<12).flatMap { ZipWriter.bytes(Float($0).bitPattern) })] }
    func values(_ name: String) throws -> [Float] { try file.tensor(name).toFloats() }
    #expect(try values("rows") == (0..<12).map { Float($0) })
    #expect(try values("columns") == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(try values("part") == [5, 6, 9, 10])
    #expect(try values("same") == [2, 3, 4, 2, 3, 4])
    #expect(try file.tensor("none").shape == [0, 4])
    #expect(try values("one") == [11] && values("single") == [7])
  }

  /// Tensors of one storage are apart once they are read.
  @Test func tensorsDoNotShareMemory() throws {
    func view(_ storage: String) -> Value {
      .view(storage: storage, .f32, count: 2, offset: 0, shape: [2], strides: [1])
    }
    try Fixtures.inFolder { folder in
      var writer = TorchWriter()
      writer.storages = ["0", "1"].map {
        ($0, ZipWriter.bytes(Float(1).bitPattern) + ZipWriter.bytes(Float(2).bitPattern))
      }
      try writer.write(.dict([("a", view("0")), ("b", view("0")), ("c", view("1"))]), to: folder + "/a.pt")
      let file = try TorchFile(path: folder + "/a.pt")
      let tensors = try ["a", "b", "c"].map { try file.tensor($0) }
      try tensors[0].withMutableFloats { $0[0] = 5 }
      try tensors[2].withMutableFloats { $0[1] = 7 }
      #expect(try tensors.map { try $0.toFloats() } == [[5, 2], [1, 2], [1, 7]])
      // The file itself never changes.
      #expect(try TorchFile(path: folder + "/a.pt").tensor("c").toFloats() == [1, 2])
    }
  }

  @Test func viewsStayInside() throws {
    func message(_ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int]) -> String {
      errorMessage {
        _ = try open(
          .dict([
            ("a", .view(storage: "0", .f32, count: count, offset: offset, shape: shape, strides: strides))
          ])
        ) { $0.storages = [("0", [UInt8](repeating: 0, count: 48))] }
      }
    }
    #expect(message(12, 0, [3, 4], [4, 1]) == "no error")
    #expect(message(12, 1, [3, 4], [4, 1]).contains("element 12 of a storage that has 12"))
    #expect(message(13, 0, [3, 4], [4, 1]).contains("48 bytes"))
    #expect(message(12, -1, [3, 4], [4, 1]).contains("begins at -1"))
    #expect(message(12, 11, [3, 4], [-1, 1]).contains("negative"))
    #expect(message(12, 0, [-3, 4], [4, 1]).contains("negative"))
    #expect(message(-12, 0, [3], [1]).contains("unknown description"))
    #expect(message(12, 0, [3], [1, 1]).contains("1 sizes, 2 strides"))
    #expect(message(12, 0, [1 << 62, 1 << 62], [0, 0]).contains("out of range"))
    #expect(message(12, 0, [1 << 40], [0]).contains("repeat"))
    #expect(message(12, 0, [5], [.max]).contains("out of range"))
    #expect(message(.max, 0, [5], [1]).hasPrefix("E0502"))
    // Each view alone is allowed.
    let many = errorMessage {
      _ = try open(
        .dict(
          (0..<12).map {
            ("a\($0)", .view(storage: "0", .f32, count: 12, offset: 0, shape: [1 << 22], strides: [0]))
          })
      ) { $0.storages = [("0", [UInt8](repeating: 0, count: 48))] }
    }
    #expect(many.contains("too many times"), "\(many)")
  }

  @Test func checkpointsAreUnwrapped() throws {
    let tensor = try Tensor(numbers, shape: [6])
    let file = try open(
      .dict([
        ("epoch", .int(50)), ("state_dict", .dict([("a.b", .tensor(tensor, .f32)), ("size", .int(3))])),
        ("optimizer", .dict([("state", .dict([("x", .tensor(tensor, .f32))]))])), ("name", .string("coop")),
        ("val_result", .none),
      ]))
    #expect(file.tensors.map(\.name) == ["a.b"])
    #expect(file.metadata("epoch") == "50" && file.metadata("name") == "coop")
    #expect(file.metadata("val_result") == nil)
    #expect(file.others.map(\.name) == ["size", "epoch", "optimizer", "name", "val_result"])
    #expect(file.beside.map(\.name) == ["optimizer.state.x"] && file.root == "state_dict.")
    #expect(try file.tensor("optimizer.state.x").toFloats() == numbers)
  }

  @Test func modulesAreRead() throws {
    let tensor = try Tensor(numbers, shape: [6])
    let scripted = try open(TorchWriter.scripted([("a.b.c", tensor), ("a.d", tensor), ("e", tensor)])) {
      $0.folder = "any name"
      $0.more = [("code/__torch__/x.py", Array("import os".utf8)), ("constants.pkl", [1, 2, 3])]
    }
    #expect(scripted.tensors.map(\.name).sorted() == ["a.b.c", "a.d", "e"])
    let inner: Value = .object(
      "torch.nn.modules.linear", "Linear",
      [
        ("training", .bool(true)),
        ("_parameters", .dict([("weight", .tensor(tensor, .f32)), ("bias", .none)])),
      ])
    let module = try open(
      .object(
        "my.module", "Net",
        [
          ("_parameters", .dict([("p", .tensor(tensor, .f16))])),
          ("_buffers", .dict([("b", .tensor(tensor, .f32))])),
          ("_modules", .dict([("fc", inner)])), ("helper", .dict([("not", .tensor(tensor, .f32))])),
        ]))
    #expect(module.tensors.map(\.name) == ["p", "b", "fc.weight"])
  }

  @Test func namesAreNeverCalled() throws {
    let tensor = try Tensor(numbers, shape: [6])
    let file = try open(
      .dict([
        ("run", .call("os", "system", [.string("touch /tmp/never")])),
        (
          "parameter",
          .call("torch._utils", "_rebuild_parameter", [.tensor(tensor, .f32), .bool(true), .none])
        ),
        (
          "numpy",
          .call("numpy.core.multiarray", "scalar", [.call("numpy", "dtype", [.string("f8")]), .none])
        ),
        ("complex", .view(storage: "9", .u32, count: 3, offset: 0, shape: [3], strides: [1])),
      ]))
    #expect(file.tensors.map(\.name) == ["parameter"])
    #expect(file.others.map(\.name) == ["run", "numpy", "complex"])
    #expect(file.others.first?.reason.contains("os.system") == true)
    #expect(FileSystem.kind("/tmp/never") == .missing)
  }

  @Test func theCheckpointOfCoOpIsRead() throws {
    let folder = Fixtures.golden + "/clip/openai-vit/"
    let file = try TorchFile(path: folder + "coop-model.pth.tar-50")
    let right = try SafetensorsFile(path: folder + "coop-model.expected.safetensors")
    for name in right.names { #expect(try file.tensor(name).toFloats() == right.tensor(name).toFloats()) }
    #expect(file.metadata("epoch") == "50")
    #expect(try file.tensor("empty").shape == [0, 128])
    #expect(file.tensors.first { $0.name == "half" }?.type == .f16)
  }

  /// Opcodes of all protocols, written by hand from pickletools' descriptions.
  @Test(
    arguments: [
      // {"epoch": 5}
      ("(dp0\nS'epoch'\np1\nI5\ns.", "5"), ("(dp0\nVepoch\np1\nL5L\ns.", "5"),
      ("(S'epoch'\nF2.5\nd.", "2.5"), ("}(S'epoch'\nI01\nu.", "true"), ("}S'epoch'\nI00\ns.", "false"),
      ("}(S'epoch'\n(I1\nI2\n0I3\n10S'a'\n2tS'epoch'\nI7\nu.", nil), ("}(S'epoch'\n(I1\nI2\n1I3\nu.", "3"),
      ("}\u{8C}\u{5}epochK\u{7}s.", "7"),
      (
        "\u{80}\u{4}\u{95}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}}\u{94}h\u{0}0(X\u{5}\u{0}\u{0}\u{0}epochM\u{1}\u{1}u.",
        "257"
      ),
      ("}(X\u{5}\u{0}\u{0}\u{0}epochM\u{1}\u{1}u.", "257"),
      ("}(U\u{5}epochJ\u{FF}\u{FF}\u{FF}\u{FF}u.", "-1"),
      ("}(T\u{5}\u{0}\u{0}\u{0}epoch\u{8A}\u{2}\u{0}\u{80}u.", "-32768"), ("}(S'epoch'\n\u{8A}\u{0}u.", "0"),
      ("}(S'epoch'\n\u{8B}\u{1}\u{0}\u{0}\u{0}\u{7F}u.", "127"), ("}(S'epoch'\n\u{88}u.", "true"),
      ("}(S'ep\\x6fch'\nS'a\\'\\n'\nu.", "a'\n"), ("}(Vepoch\nV\\u00e9\\\\\nu.", "é\\"),
      ("}(S'epoch'\nG\u{3F}\u{F0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}u.", "1.0"),
      ("c__builtin__\ndict\n(](S'epoch'\nI4\nlatR.", "4"),
      ("ccollections\nOrderedDict\n((](S'epoch'\nI4\ntatR.", nil),
      ("ccollections\nOrderedDict\n(]](S'epoch'\nI4\neatR.", "4"), ("(S'epoch'\nI1\nS'epoch'\nI2\nd.", "2"),
    ] as [(String, String?)])
  func opcodes(_ program: String, _ epoch: String?) throws {
    // Each scalar is a byte.
    let bytes = program.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    guard let epoch else {
      #expect(errorCode { _ = try open(pickle: bytes) } == "E0502")
      return
    }
    #expect(try open(pickle: bytes).metadata("epoch") == epoch)
  }

  @Test(
    arguments: [
      ("", "truncated"), (".", "values too"), ("NN.", "values too"), ("(N.", "values too"),
      ("N", "truncated"),
      ("h\u{5}.", "out of range"), ("t.", "mark"), ("0.", "mark"), ("Ns.", "missing"),
      ("N(u.", "not a container"),
      ("](NNu.", "of this kind"), ("}(Nu.", "no value"), ("X\u{FF}\u{FF}\u{FF}\u{FF}a.", "bytes are missing"),
      ("\u{8E}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}.", "out of range"), ("Ix\n.", "not valid"),
      ("Sx\n.", "quotes"),
      ("\u{FE}.", "unknown opcode"), ("\u{80}\u{9}N.", "protocol 9"), ("\u{97}.", "buffers"),
      ("p5\nN.", "missing"),
      ("Np-1\n.", "memo"), ("cos\n.", "truncated"), ("cos\nsystem\nNR.", "not a tuple"),
      ("ctorch._utils\n_rebuild_tensor_v2\n)R.", "unexpected arguments"),
      ("(X\u{7}\u{0}\u{0}\u{0}storageNNNNtQ.", "unknown description"),
      ("T\u{FF}\u{FF}\u{FF}\u{FF}.", "bytes are missing"),
      // A list that contains itself, and a dict.
      ("]q\u{0}h\u{0}a.", "deep"), ("}q\u{0}S'a'\nh\u{0}s.", "deep"),
    ])
  func damagedPickles(_ program: String, _ words: String) throws {
    let bytes = program.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    let message = errorMessage { _ = try open(pickle: bytes) }
    #expect(message.contains(words) && message.hasPrefix("E0"), "\(message)")
  }

  @Test func otherArchivesAreNamed() throws {
    try Fixtures.inFolder { folder in
      func message(_ bytes: [UInt8]) throws -> String {
        try AtomicFile.write(bytes, to: folder + "/x.pt")
        return errorMessage { _ = try TensorFiles.open(folder + "/x.pt") }
      }
      var zip = ZipWriter()
      zip.add("hello.txt", "hello")
      #expect(try message(zip.data()).contains("not a PyTorch file"))
      zip.add("a/data.pkl", "N.")
      zip.add("b/data.pkl", "N.")
      #expect(try message(zip.data()).contains("several data.pkl"))
      var big = ZipWriter()
      big.add("a/data.pkl", "}.")
      big.add("a/byteorder", "big")
      #expect(try message(big.data()).contains("big-endian"))
      let legacy: [UInt8] = [
        0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
      ]
      let old = try message(legacy + [0x80, 2, 0x4D])
      #expect(old.hasPrefix("E0605") && old.contains("torch.save(torch.load"))
      var tar = [UInt8](repeating: 0, count: 1024)
      tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
      #expect(try message(tar).contains("a tar archive"))
      tar.replaceSubrange(0..<8, with: Array("sys_info".utf8))
      #expect(try message(tar).contains("before version 1.6"))
    }
  }
}

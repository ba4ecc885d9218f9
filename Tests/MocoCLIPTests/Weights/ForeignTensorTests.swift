import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Tensors that are none of CLIP's parameters: harmless by name, or refused.
@Suite struct ForeignTensorTests {
  private static func load(
    _ extra: [(String, Tensor, StorageType)], prefix: String = "", ignore: [String] = []
  ) throws -> CLIPModel {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      try SafetensorsWriter.write(
        path: path,
        tensors: items.map { (prefix + $0.name, $0.tensor, $0.type) } + extra.map { ($0.0, $0.1, $0.2) })
      return try CLIPModel.load(path: path, options: .init(ignore: ignore))
    }
  }

  private static func message(_ name: String, _ shape: [Int], prefix: String = "") throws -> String {
    let tensor = try Tensor.zeros(shape)
    return errorMessage { _ = try load([(name, tensor, .f32)], prefix: prefix) }
  }

  @Test(arguments: [
    ("extra_positions", [9, 128]), ("text.extra", [128]), ("adapter.down", [24, 6]),
    ("classifier.weight", [10, 24]), ("ln_extra.weight", [64]), ("visual.extra.bias", [3]),
    ("transformer.resblocks.0.extra", [1]), ("token_type_embeddings", [2, 128]),
  ])
  func unknownNumbersAreRefusedByName(_ name: String, _ shape: [Int]) throws {
    let found = try ForeignTensorTests.message(name, shape)
    #expect(found.hasPrefix("E0605") && found.contains(name) && found.contains("ignore:"), "\(found)")
  }

  /// Behind a prefix the rest of the file is another program's, unless its sizes fit the towers.
  @Test func outsideOfThePrefixSizesDecide() throws {
    for shape in [[10, 24], [64, 5], [128]] {
      #expect(try ForeignTensorTests.message("head.weight", shape, prefix: "model.").hasPrefix("E0605"))
    }
    #expect(try ForeignTensorTests.message("model.head.weight", [5, 5], prefix: "model.").hasPrefix("E0605"))
    let clip = try ForeignTensorTests.load([("metric.total", Tensor.zeros([5]), .f32)], prefix: "model.")
    #expect(clip.info?.unused.contains { $0.name == "metric.total" } == true)
  }

  @Test func whatIsHarmlessIsListed() throws {
    let ints = try Tensor([1, 2, 3], shape: [3])
    let one = try Tensor([5], shape: [1])
    let float = try Tensor([Float(0.999)], shape: [])
    let extra: [(String, Tensor, StorageType)] = [
      ("text_model.embeddings.position_ids", ints, .i64), ("ema.num_updates", one, .i64),
      ("counter", one, .i64),
      ("ema.decay", float, .f32), ("optimizer.state.0.exp_avg", try Tensor.zeros([128, 24]), .f32),
      ("logit_bias", float, .f32), ("something", float, .f32), ("empty", try Tensor.zeros([0, 128]), .f32),
    ]
    let unused = try ForeignTensorTests.load(extra).info?.unused ?? []
    for item in extra {
      #expect(unused.contains { $0.name == item.0 && !$0.reason.isEmpty }, "\(item.0)")
    }
  }

  @Test func whatTheUserLeavesOutIsListedToo() throws {
    let head = try Tensor.zeros([10, 24])
    let clip = try ForeignTensorTests.load([("head.weight", head, .f32)], ignore: ["head."])
    #expect(clip.info?.unused.contains { $0.reason == "left out as requested" } == true)
    #expect(try clip.contentHash() == Foreign.model().contentHash())
  }

  @Test func adaptersAreNamed() throws {
    for name in [
      "transformer.resblocks.0.attn.out_proj.lora_A.default.weight", "lora_A.weight", "adapter.fc.weight",
    ] {
      let found = try ForeignTensorTests.message(name, [4, 128])
      #expect(found.hasPrefix("E0605") && found.contains("it contains adapters"), "\(found)")
    }
    let cls = try ForeignTensorTests.message("text.cls_emb", [128])
    #expect(cls.hasPrefix("E0605") && cls.contains("class token"), "\(cls)")
  }

  /// What lies beside a nested state dict is judged as what lies in a flat file, however deep it is.
  @Test func besideAStateDict() throws {
    let model = TorchWriter.stateDict(try Foreign.model().parameters.map { ($0.name, $0.variable.value) })
    func load(_ beside: (String, TorchWriter.Value)) throws -> CLIPModel {
      try Fixtures.inFolder { folder in
        let path = folder + "/m.pt"
        try TorchWriter().write(.dict([("state_dict", model), beside]), to: path)
        return try CLIPModel.load(path: path)
      }
    }
    func tensor(_ shape: [Int]) throws -> TorchWriter.Value { .tensor(try Tensor.zeros(shape), .f32) }
    let refused: [(String, TorchWriter.Value)] = [
      ("positional_embedding_res", try tensor([9, 128])),
      (
        "lora",
        .dict([("visual.attn.lora_A", try tensor([4, 5])), ("visual.attn.lora_B", try tensor([7, 4]))])
      ),
      ("visual.ln_extra.weight", try tensor([64])),
      ("classifier", .dict([("weight", try tensor([10, 24]))])),
      ("text_projection", try tensor([128, 24])),
      ("ema", .dict([("visual", .dict([("proj", try tensor([64, 24]))]))])),
    ]
    for item in refused {
      let found = errorMessage { _ = try load(item) }
      #expect(found.hasPrefix("E0605") && found.contains(item.0), "\(item.0): \(found)")
    }
    let harmless: [(String, TorchWriter.Value)] = [
      ("optimizer", .dict([("state", .dict([("0", .dict([("exp_avg", try tensor([128, 24]))]))]))])),
      ("metrics", .dict([("accuracy", try tensor([3]))])), ("epoch", .int(3)),
    ]
    for item in harmless {
      let clip = try load(item)
      #expect(clip.info?.unused.contains { $0.name.hasPrefix(item.0) } == true, "\(item.0)")
    }
  }

  /// A second model whose names are those of the first is another model, not the first once more.
  @Test func aModelOfTheSameNamesBesideIsAnother() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.pt"
      let items = Foreign.items(try Foreign.model()).map { ($0.name, $0.tensor) }
      let others = try items.map { ($0.0, TorchWriter.Value.tensor(try Tensor.zeros($0.1.shape), .f32)) }
      try TorchWriter().write(.dict([("state_dict", TorchWriter.stateDict(items))] + others), to: path)
      let found = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(found.hasPrefix("E0605") && found.contains("different CLIP models"), "\(found)")
    }
  }

  @Test func aLargeScaleIsSaidAndAnInfiniteOneRefused() throws {
    func load(_ scale: Float) throws -> CLIPModel {
      try Fixtures.inFolder { folder in
        let path = folder + "/m.safetensors"
        let items = try Foreign.items(try Foreign.model()).map { item in
          (item.name, item.name == "logit_scale" ? try Tensor([scale], shape: []) : item.tensor, item.type)
        }
        try SafetensorsWriter.write(path: path, tensors: items)
        return try CLIPModel.load(path: path)
      }
    }
    for (scale, isSaid) in [(Float(5), true), (4.6, false)] {
      let notes = try load(scale).info?.notes ?? []
      #expect(notes.contains { $0.contains("above 100") } == isSaid, "\(scale)")
    }
    let found = errorMessage { _ = try load(1e5) }
    #expect(found.hasPrefix("E0606") && found.contains("logit_scale"), "\(found)")
  }

  /// A stored mask is looked at before it is called the causal one.
  @Test func masksAreLookedAt() throws {
    func mask(_ upper: Float) throws -> Tensor {
      try Tensor((0..<9).flatMap { row in (0..<9).map { $0 <= row ? 0 : upper } }, shape: [9, 9])
    }
    let clip = try ForeignTensorTests.load([("attn_mask", mask(-.infinity), .f32)])
    #expect(clip.info?.unused.contains { $0.name == "attn_mask" } == true)
    let found = errorMessage { _ = try ForeignTensorTests.load([("attn_mask", mask(0), .f32)]) }
    #expect(found.hasPrefix("E0605") && found.contains("attn_mask"), "\(found)")
  }

  /// The file holds Long-CLIP's two tables of positions; the features are those of open_clip's tower with the
  /// first 20 rows of one and the rest of the other.
  @Test func longCLIPUsesBothTables() throws {
    let file = Repository.fixture("weights/long.safetensors")
    let expected = try Json.parse(file: Repository.fixture("weights/long.json"))
    let clip = try CLIPModel.load(path: file, options: .init(visionHeads: 1, textHeads: 1))
    let prompts = (expected["ids"]?.arrayValue ?? []).map { row in
      (row.arrayValue ?? []).compactMap { $0.intValue.map { PromptKey.token($0) } }
    }
    #expect(prompts.map(\.count) == [6, 20, 21, 32, 40])
    let features = try clip.encodeText(prompts).value.toFloats()
    let right = (expected["features"]?.arrayValue ?? []).flatMap { row in
      (row.arrayValue ?? []).compactMap { $0.doubleValue.map { Float($0) } }
    }
    try #require(features.count == right.count && right.count == 5 * 8)
    for (x, y) in zip(features, right) { #expect(abs(x - y) < 1e-5) }
    #expect(clip.info?.remarks == ["Long-CLIP's positions"])
    #expect(clip.info?.used.first { $0.parameter == "positional_embedding" }?.sources.count == 2)
    // Saved and loaded again it is the same model, in one table.
    try Fixtures.inFolder { folder in
      try clip.save(path: folder + "/own.safetensors", type: .f32)
      #expect(try CLIPModel.load(path: folder + "/own.safetensors").contentHash() == clip.contentHash())
    }
  }

  @Test func longPositionsMustFit() throws {
    let found = try ForeignTensorTests.message("positional_embedding_res", [12, 128])
    #expect(found.hasPrefix("E0602"), "\(found)")
  }
}

import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Names behind whatever a training program put before them.
@Suite struct PrefixTests {
  enum Container: CaseIterable { case safetensors, stateDict, lightning, nested, module }

  private static func write(
    _ items: [SafetensorsWriter.Item], _ container: Container, _ folder: String, prefix: String
  ) throws -> String {
    let named = items.map { (prefix + $0.name, $0.tensor) }
    let path = folder + "/m.\(container)"
    switch container {
    case .safetensors:
      try SafetensorsWriter.write(path: path, tensors: named.map { ($0.0, $0.1, .f32) })
    case .stateDict: try TorchWriter().write(TorchWriter.stateDict(named), to: path)
    case .lightning:
      let state = TorchWriter.Value.tensor(try Tensor.zeros([128, 24]), .f32)
      try TorchWriter().write(
        .dict([
          ("epoch", .int(1)), ("pytorch-lightning_version", .string("2.0")),
          ("state_dict", TorchWriter.stateDict(named)),
          ("optimizer_states", .list([.dict([("state", .dict([("0", .dict([("exp_avg", state)]))]))])])),
        ]), to: path)
    case .nested:
      try TorchWriter().write(
        .dict([("checkpoint", .dict([("weights", TorchWriter.stateDict(named))])), ("step", .int(3))]),
        to: path)
    case .module: try TorchWriter().write(TorchWriter.scripted(named), to: path)
    }
    return path
  }

  @Test(arguments: [
    "", "model.", "clip.", "clip_model.", "student.", "module.", "_orig_mod.", "a.b.c.", "model.module.",
    "module._orig_mod.model.",
  ])
  func anySinglePrefixIsFound(_ prefix: String) throws {
    let model = try Foreign.model()
    let hash = try model.contentHash()
    try Fixtures.inFolder { folder in
      for container in Container.allCases {
        let path = try PrefixTests.write(Foreign.items(model), container, folder, prefix: prefix)
        let loaded = try CLIPModel.load(path: path)
        #expect(try loaded.contentHash() == hash, "\(container)")
        let info = try #require(loaded.info)
        let whole = container == .nested ? "checkpoint.weights." + prefix : prefix
        #expect(info.prefix == whole, "\(container)")
        let named = info.remarks.filter { $0.hasPrefix("names") }
        #expect(named == (whole.isEmpty ? [] : ["names with the prefix \"\(whole)\""]))
        #expect(info.notes.contains { $0.contains("\"\(whole)\"") } == !whole.isEmpty)
        #expect(!info.unused.contains { $0.reason == "not part of CLIP" })
      }
    }
  }

  @Test(arguments: ["model.", "clip.module."])
  func namesOfHuggingFaceToo(_ prefix: String) throws {
    let model = try Foreign.model()
    try Fixtures.inFolder { folder in
      let items = try Foreign.huggingFace(model)
      try AtomicFile.write(Foreign.huggingFaceConfig, to: folder + "/config.json")
      let path = try PrefixTests.write(items, .safetensors, folder, prefix: prefix)
      let loaded = try CLIPModel.load(path: path)
      #expect(loaded.info?.naming == .huggingFace)
      #expect(loaded.info?.prefix == prefix)
      #expect(
        try loaded.parameter("visual.proj").value.toFloats()
          == model.parameter("visual.proj").value.toFloats())
    }
  }

  /// Torch's wrappers may wrap a part of a model, or half of it.
  @Test func wrappersInsideAreTakenOut() throws {
    let model = try Foreign.model()
    try Fixtures.inFolder { folder in
      let items = Foreign.items(model).enumerated().map { index, item -> SafetensorsWriter.Item in
        var name = item.name
        if name.hasPrefix("visual.") { name = "visual._orig_mod." + name.dropFirst(7) }
        return ((index % 2 == 0 ? "module." : "") + name, item.tensor, .f32)
      }
      let path = folder + "/m.safetensors"
      try SafetensorsWriter.write(path: path, tensors: items)
      #expect(try CLIPModel.load(path: path).contentHash() == model.contentHash())
    }
  }

  @Test func halfAModelBehindAPrefixIsRefused() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      let halves = items.map {
        ($0.name.hasPrefix("visual.") ? "image." + $0.name : $0.name, $0.tensor, $0.type)
      }
      try SafetensorsWriter.write(path: path, tensors: halves)
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(
        message.hasPrefix("E0601") && message.contains("\"image.\"") && message.contains("no prefix"),
        "\(message)")
    }
  }

  @Test func twoModelsAreBothNamed() throws {
    let student = try Foreign.model(3)
    let teacher = try Foreign.model(4)
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      func write(_ parts: [(String, CLIPModel)]) throws {
        try SafetensorsWriter.write(
          path: path,
          tensors: parts.flatMap { part in
            Foreign.items(part.1).map { (part.0 + $0.name, $0.tensor, .f32) }
          })
      }
      try write([("student.", student), ("teacher.", teacher)])
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(message.hasPrefix("E0605") && message.contains("\"student.\" and \"teacher.\""), "\(message)")
      for (prefix, model) in [("student.", student), ("teacher", teacher)] {
        let chosen = try CLIPModel.load(path: path, options: .init(prefix: prefix))
        #expect(try chosen.contentHash() == model.contentHash())
        #expect(chosen.info?.unused.count == student.parameters.count)
      }
      #expect(
        try CLIPModel.load(path: path, options: .init(ignore: ["student."])).contentHash()
          == teacher.contentHash())
      #expect(
        errorMessage { _ = try CLIPModel.load(path: path, options: .init(prefix: "ema")) }.contains(
          "\"teacher.\""))
      #expect(errorCode { _ = try CLIPModel.load(path: path, options: .init(ignore: ["x"])) } == "E0605")
      try write([("", student), ("ema.", teacher)])
      #expect(errorMessage { _ = try CLIPModel.load(path: path) }.contains("no prefix and \"ema.\""))
      // The same numbers twice are one model, and it is said.
      try write([("clip.", student), ("model.clip.", student)])
      let twice = try CLIPModel.load(path: path)
      #expect(try twice.contentHash() == student.contentHash())
      #expect(twice.info?.notes.contains { $0.contains("the same values") } == true)
    }
  }

  /// A second set of parameters beside the first, as trainings with averaged weights keep them.
  @Test func averagedWeightsBesideTheParametersAreNoticed() throws {
    let model = try Foreign.model(3)
    let averaged = try Foreign.model(4)
    try Fixtures.inFolder { folder in
      let path = folder + "/m.pt"
      func dict(_ model: CLIPModel) -> TorchWriter.Value {
        TorchWriter.stateDict(model.parameters.map { ($0.name, $0.variable.value) })
      }
      try TorchWriter().write(
        .dict([("state_dict", dict(model)), ("state_dict_ema", dict(averaged))]), to: path)
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(message.hasPrefix("E0605") && message.contains("state_dict_ema."), "\(message)")
      let chosen = try CLIPModel.load(path: path, options: .init(prefix: "state_dict_ema."))
      #expect(try chosen.contentHash() == averaged.contentHash())
      let first = try CLIPModel.load(path: path, options: .init(prefix: ""))
      #expect(try first.contentHash() == model.contentHash())
    }
  }

  /// Two names for one parameter: the same numbers are taken once, others are refused.
  @Test func tiedTensors() throws {
    let model = try Foreign.model()
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let bias = try model.parameter("ln_final.bias").value
      try SafetensorsWriter.write(
        path: path, tensors: Foreign.items(model) + [("text.ln_final.bias", bias, .f32)])
      let loaded = try CLIPModel.load(path: path)
      #expect(loaded.info?.unused.contains { $0.reason.contains("the same values as") } == true)
      let other = try Tensor([Float](repeating: 9, count: bias.count), shape: bias.shape)
      try SafetensorsWriter.write(
        path: path, tensors: Foreign.items(model) + [("text.ln_final.bias", other, .f32)])
      #expect(errorCode { _ = try CLIPModel.load(path: path) } == "E0602")
    }
  }

  @Test func foldersAreNamedForWhatTheyAre() throws {
    try Fixtures.inFolder { folder in
      let items = Foreign.items(try Foreign.model())
      let half = items.count / 2
      try FileSystem.createFolder(folder + "/shards")
      for (index, part) in [Array(items[..<half]), Array(items[half...])].enumerated() {
        try SafetensorsWriter.write(
          path: folder + "/shards/model-0000\(index + 1)-of-00002.safetensors",
          tensors: part.map { ("model." + $0.name, $0.tensor, $0.type) })
      }
      #expect(errorMessage { _ = try CLIPModel.load(path: folder + "/shards") }.contains(".index.json"))
      let map = items.enumerated().map { index, item in
        "\"model.\(item.name)\": \"model-0000\(index < half ? 1 : 2)-of-00002.safetensors\""
      }
      try AtomicFile.write(
        "{\"weight_map\": {\(map.joined(separator: ", "))}}",
        to: folder + "/shards/model.safetensors.index.json")
      let loaded = try CLIPModel.load(path: folder + "/shards")
      #expect(try loaded.contentHash() == Foreign.model().contentHash() && loaded.info?.prefix == "model.")
      try FileSystem.createFolder(folder + "/hub/snapshots")
      #expect(
        errorMessage { _ = try CLIPModel.load(path: folder + "/hub") }.contains("in a folder inside it"))
      try SafetensorsWriter.write(
        path: folder + "/lora.safetensors",
        tensors: [("base_model.model.x.lora_A.weight", try Tensor.zeros([4, 64]), .f32)])
      #expect(errorMessage { _ = try CLIPModel.load(path: folder + "/lora.safetensors") }.contains("merge"))
    }
  }
}

import Foundation
import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// What is said of weight files that cannot be loaded: file, fault and what to type.
@Suite struct WeightHelpTests {
  /// The words with which a remedy may begin.
  static let verbs: Set<String> = [
    "add", "check", "choose", "convert", "correct", "download", "fetch", "free", "give", "load", "make",
    "merge", "move",
    "name",
    "pack", "pass", "put", "save", "set", "unpack", "update", "use", "write",
  ]

  /// Code and sentence, and a remedy that begins with a verb.
  static func isWhole(_ message: String) -> Bool {
    let parts = message.components(separatedBy: "\nhelp: ")
    guard message.hasPrefix("E0"), parts.count == 2 else { return false }
    return verbs.contains(String(parts[1].prefix { $0.isLetter }))
  }

  private static func message(_ folder: String, _ name: String, _ bytes: [UInt8]) throws -> String {
    try Fixtures.write(bytes, to: "\(folder)/\(name)")
    return errorMessage { _ = try CLIPModel.load(path: "\(folder)/\(name)") }
  }

  // MARK: Containers

  @Test(arguments: ["m.pt", "m.bin", "m.safetensors", "m"])
  func emptyAndTinyFilesAreCalledSo(_ name: String) throws {
    try Fixtures.inFolder { folder in
      let none = try WeightHelpTests.message(folder, name, [])
      #expect(none.contains("the file is empty") && WeightHelpTests.isWhole(none), "\(none)")
      for bytes in [[0x50], [0x80, 2], [0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
        let found = try WeightHelpTests.message(folder, name, bytes)
        #expect(
          found.contains("only \(bytes.count) byte") && !found.contains("not a safetensors"), "\(found)")
        #expect(WeightHelpTests.isWhole(found), "\(found)")
      }
    }
  }

  @Test(arguments: [
    ("\u{1F}\u{8B}", "unpack it"), ("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ("<!DOCTYPE html><html></html>", "URL"), ("GGUF and more of it", "download the model as"),
    ("BZh91AY&SY", "bunzip2"), ("hello, this is a text", "written by torch.save"),
    ("\u{80}\u{4}\u{95}0123456789", "torch.save(weights, \"new.pt\")"),
  ])
  func otherFormatsAreNamed(_ text: String, _ help: String) throws {
    try Fixtures.inFolder { folder in
      let bytes =
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } + [UInt8](repeating: 1, count: 8)
      let found = try WeightHelpTests.message(folder, "m.pt", bytes)
      #expect(found.hasPrefix("E0502") && found.contains(help) && WeightHelpTests.isWhole(found), "\(found)")
    }
  }

  @Test func damagedArchivesAndHeaders() throws {
    try Fixtures.inFolder { folder in
      let whole = try TorchWriter().data(.dict([("x", .tensor(try Tensor.zeros([4]), .f32))]))
      var archives: [[UInt8]] = [Array(whole.prefix(whole.count / 2)), [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0]]
      var zip = ZipWriter()
      zip.add("a/readme.txt", "no weights")
      archives.append(try zip.data())
      for archive in archives {
        let found = try WeightHelpTests.message(folder, "m.pt", archive)
        #expect(WeightHelpTests.isWhole(found), "\(found)")
      }
      for header in [
        "{", "[]", #"{"x": 1}"#, #"{"x": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}"#,
        #"{"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#,
        #"{"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}"#,
      ] {
        let bytes = ZipWriter.bytes(UInt64(header.utf8.count)) + Array(header.utf8)
        let found = try WeightHelpTests.message(folder, "m.safetensors", bytes)
        #expect(WeightHelpTests.isWhole(found), "\(found)")
      }
      let file = folder + "/one.safetensors"
      try SafetensorsWriter.write(path: file, tensors: [("x", try Tensor.zeros([2]), .f32)])
      let found = errorMessage { _ = try TensorFiles.open(file).tensor("y") }
      #expect(WeightHelpTests.isWhole(found), "\(found)")
    }
  }

  // MARK: Missing tensors

  /// Number and list agree, under the names that the file uses.
  @Test func theCountIsTheListsOwn() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let model = try Foreign.model()
      func counted(_ items: [SafetensorsWriter.Item]) throws -> (Int, [String], String) {
        try SafetensorsWriter.write(path: path, tensors: items)
        let message = errorMessage { _ = try CLIPModel.load(path: path) }
        let line = message.components(separatedBy: "\n")[0]
        let number = line.components(separatedBy: " tensor")[0].split(separator: " ").last.flatMap { Int($0) }
        let list = line.components(separatedBy: " missing: ").last ?? ""
        return (number ?? -1, list.components(separatedBy: ", "), message)
      }
      let theirs = try Foreign.huggingFace(model)
      let gone = [
        "text_model.encoder.layers.0.self_attn.q_proj.weight",
        "text_model.encoder.layers.0.self_attn.k_proj.weight",
        "text_model.encoder.layers.0.self_attn.v_proj.weight",
        "vision_model.encoder.layers.1.self_attn.v_proj.bias",
        "visual_projection.weight",
      ]
      for left in [gone, Array(gone.prefix(4)), Array(gone.prefix(2)), Array(gone.suffix(1))] {
        let (number, names, message) = try counted(theirs.filter { !left.contains($0.name) })
        #expect(number == left.count && Set(names) == Set(left), "\(message)")
        #expect(WeightHelpTests.isWhole(message), "\(message)")
      }
      let ours = Foreign.items(model)
      for left in [
        ["visual.conv1.weight", "ln_final.bias"],
        [
          "visual.proj", "token_embedding.weight", "logit_scale", "visual.ln_post.bias",
          "visual.positional_embedding",
        ],
      ] {
        let (number, names, message) = try counted(ours.filter { !left.contains($0.name) })
        #expect(number == left.count && Set(names) == Set(left), "\(message)")
      }
      // Of a tower without a layer nobody knows how many there should be.
      let (_, names, message) = try counted(ours.filter { !$0.name.hasPrefix("transformer.") })
      #expect(
        message.contains("at least 1 tensor is missing") && names == ["transformer.resblocks.0.…"],
        "\(message)")
      let (_, _, none) = try counted([
        ("a", try Tensor.zeros([2, 3]), .f32), ("b", try Tensor.zeros([1]), .f32),
      ])
      #expect(
        none.hasPrefix("E0601") && none.contains("none of its tensors") && none.contains("a, b"), "\(none)")
    }
  }

  /// What is there in another shape is not called missing.
  @Test func aShapeOfAnotherRankIsNotMissing() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      for name in ["visual.conv1.weight", "token_embedding.weight", "positional_embedding", "visual.proj"] {
        let items = try Foreign.items(try Foreign.model()).map { item in
          (
            item.name, item.name == name ? try item.tensor.reshaped([item.tensor.count]) : item.tensor,
            item.type
          )
        }
        try SafetensorsWriter.write(path: path, tensors: items)
        let found = errorMessage { _ = try CLIPModel.load(path: path) }
        #expect(found.hasPrefix("E0602") && found.contains(name) && !found.contains("missing"), "\(found)")
        #expect(WeightHelpTests.isWhole(found), "\(found)")
      }
    }
  }

  // MARK: Parts

  @Test func missingPartsAreNamed() throws {
    try Fixtures.inFolder { folder in
      let items = Foreign.items(try Foreign.model())
      let names = (1...3).map { "model-0000\($0)-of-00003.safetensors" }
      let parts = (0..<3).map { part in items.enumerated().filter { $0.offset % 3 == part }.map(\.element) }
      let map = zip(names, parts).flatMap { name, part in part.map { "\"\($0.name)\": \"\(name)\"" } }
      try AtomicFile.write(
        "{\"weight_map\": {\(map.joined(separator: ", "))}}", to: folder + "/model.safetensors.index.json")
      for (name, part) in zip(names, parts) {
        try SafetensorsWriter.write(path: "\(folder)/\(name)", tensors: part)
      }
      #expect(throws: Never.self) { try CLIPModel.load(path: folder) }
      let one = errorMessage { _ = try CLIPModel.load(path: "\(folder)/\(names[1])") }
      #expect(one.hasPrefix("E0501") && one.contains("part 2 of 3"), "\(one)")
      #expect(one.contains("load_clip(\"\(folder)\")") && WeightHelpTests.isWhole(one), "\(one)")

      unlink("\(folder)/\(names[1])")
      for path in [folder, folder + "/model.safetensors.index.json"] {
        let found = errorMessage { _ = try CLIPModel.load(path: path) }
        #expect(found.hasPrefix("E0501") && found.contains("1 of the 3 files is missing"), "\(found)")
        #expect(found.contains("download \(names[1]) to \(folder)"), "\(found)")
      }
      unlink("\(folder)/model.safetensors.index.json")
      let noIndex = errorMessage { _ = try CLIPModel.load(path: folder) }
      #expect(noIndex.contains("download model.safetensors.index.json"), "\(noIndex)")
      unlink("\(folder)/\(names[2])")
      let alone = errorMessage { _ = try CLIPModel.load(path: folder) }
      #expect(alone.contains("part 1 of 3") && alone.contains("download the other parts"), "\(alone)")
      // One part of one is the whole.
      try SafetensorsWriter.write(path: folder + "/m-00001-of-00001.safetensors", tensors: items)
      #expect(throws: Never.self) { try CLIPModel.load(path: folder + "/m-00001-of-00001.safetensors") }
    }
  }

  // MARK: Prefixes

  @Test func bothPrefixesAreOffered() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let some = Foreign.items(try Foreign.model(3))
      let others = Foreign.items(try Foreign.model(4))
      for (first, second) in [("student.", "teacher."), ("", "ema."), ("ema.", "")] {
        let parts = [(first, some), (second, others)]
        try SafetensorsWriter.write(
          path: path, tensors: parts.flatMap { part in part.1.map { (part.0 + $0.name, $0.tensor, $0.type) } }
        )
        let found = errorMessage { _ = try CLIPModel.load(path: path) }
        for prefix in [first, second] { #expect(found.contains("prefix: \"\(prefix)\""), "\(found)") }
        #expect(
          found.contains("load_clip(\"\(path)\", prefix:") && WeightHelpTests.isWhole(found), "\(found)")
        for prefix in [first, second] {
          #expect(throws: Never.self) { try CLIPModel.load(path: path, options: .init(prefix: prefix)) }
        }
      }
    }
  }

  @Test func towersBehindTwoPrefixes() throws {
    try Fixtures.inFolder { folder in
      let items = Foreign.items(try Foreign.model()).map { ($0.name, $0.tensor) }
      let images = items.filter { $0.0.hasPrefix("visual.") }
      let texts = items.filter { !$0.0.hasPrefix("visual.") }
      func message(_ value: TorchWriter.Value) throws -> String {
        let path = folder + "/m.pt"
        try TorchWriter().write(value, to: path)
        let found = errorMessage { _ = try CLIPModel.load(path: path) }
        #expect(found.hasPrefix("E0601") && WeightHelpTests.isWhole(found), "\(found)")
        return found
      }
      let named = try message(
        TorchWriter.stateDict(images.map { ("a." + $0.0, $0.1) } + texts.map { ("b.c." + $0.0, $0.1) }))
      #expect(
        named.contains(#"w = torch.load("m.pt"); torch.save({n.removeprefix("a.").removeprefix("b.c."): t"#))
      #expect(named.contains(#""joined.pt")"#), "\(named)")
      let nested = try message(
        .dict([("state_dict", TorchWriter.stateDict(images.map { ("a." + $0.0, $0.1) } + texts))]))
      #expect(nested.contains(#"under "a.""#) || nested.contains("under \"state_dict.a.\""), "\(nested)")
      #expect(nested.contains(#"["state_dict"]"#), "\(nested)")
      // A tower beside a state dict and one in it are not both under "no prefix".
      let beside = try message(
        .dict(
          [("state_dict", TorchWriter.stateDict(images))]
            + texts.map { ($0.0, TorchWriter.Value.tensor($0.1, .f32)) }))
      #expect(
        beside.contains("\"state_dict.\"") && beside.components(separatedBy: "no prefix").count == 2,
        "\(beside)")
    }
  }

  // MARK: Adapters, masks, what stands beside

  @Test(arguments: [
    ("transformer.resblocks.0.attn.out_proj.lora_A.default.weight", true),
    ("transformer.resblocks.0.mlp.c_fc.base_layer.weight", true), ("visual.proj.hada_w1_a", true),
    ("adapter.fc.weight", false), ("visual.transformer.resblocks.0.adapter_down.weight", false),
    ("visual.adaptmlp.down.weight", false),
  ])
  func mergingIsOfferedWhereItCanBeDone(_ name: String, _ canMerge: Bool) throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let extra: SafetensorsWriter.Item = (name, try Tensor.zeros([4, 128]), .f32)
      try SafetensorsWriter.write(path: path, tensors: Foreign.items(try Foreign.model()) + [extra])
      let found = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(found.hasPrefix("E0605") && found.contains(name) && WeightHelpTests.isWhole(found), "\(found)")
      #expect(found.contains("merge_and_unload") == canMerge, "\(found)")
      try SafetensorsWriter.write(path: path, tensors: [extra])
      let alone = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(alone.contains("merge_and_unload") == canMerge && WeightHelpTests.isWhole(alone), "\(alone)")
    }
  }

  private static func mask(_ hidden: Float, _ side: Int = 9) throws -> Tensor {
    try Tensor((0..<side * side).map { $0 % side > $0 / side ? hidden : 0 }, shape: [side, side])
  }

  @Test func masksMustBeTheModelsOwn() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      func load(_ name: String, _ mask: Tensor) throws -> CLIPModel {
        try SafetensorsWriter.write(path: path, tensors: items + [(name, mask, .f32)])
        return try CLIPModel.load(path: path)
      }
      for name in ["visual.attn_mask", "visual.transformer.attn_mask"] {
        let found = errorMessage { _ = try load(name, WeightHelpTests.mask(-.infinity)) }
        #expect(found.hasPrefix("E0605") && found.contains(name) && found.contains("patches"), "\(found)")
        #expect(WeightHelpTests.isWhole(found), "\(found)")
        #expect(try load(name, WeightHelpTests.mask(0)).info?.unused.contains { $0.name == name } == true)
      }
      #expect(throws: Never.self) { try load("attn_mask", WeightHelpTests.mask(-.infinity)) }
      #expect(errorMessage { _ = try load("attn_mask", WeightHelpTests.mask(0)) }.contains("every token"))
      let other = try Tensor((0..<81).map { $0 == 80 ? -Float.infinity : 0 }, shape: [9, 9])
      #expect(errorMessage { _ = try load("attn_mask", other) }.contains("not a mask as CLIP has it"))
      try AtomicFile.write(
        #"""
        {"model_cfg": {"embed_dim": 24, "quick_gelu": true,
          "vision_cfg": {"layers": 2, "width": 64, "patch_size": 8, "image_size": 16, "mlp_ratio": 1.5},
          "text_cfg": {"context_length": 9, "vocab_size": 544, "width": 128, "heads": 2, "layers": 1,
            "no_causal_mask": true}}}
        """#, to: folder + "/open_clip_config.json")
      #expect(throws: Never.self) { try load("attn_mask", WeightHelpTests.mask(0)) }
      let found = errorMessage { _ = try load("attn_mask", WeightHelpTests.mask(-.infinity)) }
      #expect(found.hasPrefix("E0605") && found.contains("model_cfg.text_cfg.no_causal_mask"), "\(found)")
      #expect(WeightHelpTests.isWhole(found), "\(found)")
    }
  }

  @Test func unreadTensorsBesideAStateDictAreSeen() throws {
    let state = TorchWriter.stateDict(try Foreign.model().parameters.map { ($0.name, $0.variable.value) })
    func load(_ name: String, _ function: String) throws -> CLIPModel {
      try Fixtures.inFolder { folder in
        let odd = TorchWriter.Value.call("torch._utils", function, [.none])
        try TorchWriter().write(.dict([("state_dict", state), (name, odd)]), to: folder + "/m.pt")
        return try CLIPModel.load(path: folder + "/m.pt")
      }
    }
    for function in ["_rebuild_sparse_tensor", "_rebuild_qtensor"] {
      for name in ["visual.extra.weight", "text_model.extra"] {
        let found = errorMessage { _ = try load(name, function) }
        #expect(found.hasPrefix("E0605") && found.contains(name), "\(found)")
      }
      for name in ["optimizer", "metric"] {
        let unused = try load(name, function).info?.unused ?? []
        #expect(
          unused.contains { $0.name == name && $0.reason.contains("which is not supported") },
          "\(name) \(unused)")
      }
    }
  }

  @Test func aScaleOutsideOfTheModel() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.pt"
      let items = try Foreign.model().parameters.map { ($0.name, $0.variable.value) }
      let towers = items.filter { $0.0 != "logit_scale" }
      let scale = try Tensor([Float(3.25)], shape: [])
      func load(_ inner: [(String, Tensor)], _ outer: [(String, Tensor)]) throws -> CLIPModel {
        try TorchWriter().write(
          .dict(
            [("state_dict", TorchWriter.stateDict(inner))]
              + outer.map { ($0.0, TorchWriter.Value.tensor($0.1, .f32)) }), to: path)
        return try CLIPModel.load(path: path)
      }
      let taken = try load(towers, [("logit_scale", scale)])
      #expect(try taken.parameter("logit_scale").value.toFloats() == [3.25])
      #expect(
        taken.info?.notes.contains { $0.contains("the scale is logit_scale (outside state_dict)") } == true)
      let both = try load(items, [("logit_scale", scale)])
      #expect(try both.parameter("logit_scale").value.toFloats() != [3.25])
      #expect(both.info?.notes.contains { $0.contains("the model's own scale is used") } == true)
      let other = try load(items.map { ("clip." + $0.0, $0.1) } + [("logit_scale", scale)], [])
      #expect(
        other.info?.notes.contains { $0.hasPrefix("logit_scale is outside the model and ignored") } == true)
      let none = errorMessage { _ = try load(towers, []) }
      #expect(none.contains("1 tensor is missing: logit_scale"), "\(none)")
    }
  }

  // MARK: Configurations

  @Test func configurationsNameFileAndOption() throws {
    try Fixtures.inFolder { folder in
      try SafetensorsWriter.write(
        path: folder + "/m.safetensors", tensors: Foreign.items(try Foreign.model()))
      let whole = #"""
        {"model_cfg": {"embed_dim": 24, "quick_gelu": true,
          "vision_cfg": {"layers": 2, "width": 64, "patch_size": 8, "image_size": 16, "mlp_ratio": 1.5},
          "text_cfg": {"context_length": 9, "vocab_size": 544, "width": 128, "heads": 2, "layers": 1}}}
        """#
      func message(_ old: String, _ new: String) throws -> String {
        try AtomicFile.write(Foreign.replacing(whole, old, new), to: folder + "/open_clip_config.json")
        let found = errorMessage { _ = try CLIPModel.load(path: folder + "/m.safetensors") }
        #expect(found.contains("open_clip_config.json") && WeightHelpTests.isWhole(found), "\(found)")
        return found
      }
      try AtomicFile.write(whole, to: folder + "/open_clip_config.json")
      #expect(throws: Never.self) { try CLIPModel.load(path: folder + "/m.safetensors") }
      let heads = try message("\"width\": 64", "\"width\": 64, \"head_width\": 48")
      #expect(
        heads.contains("model_cfg.vision_cfg.head_width is 48") && heads.contains("vision_heads:"), "\(heads)"
      )
      for (old, new, option) in [
        ("\"width\": 64", "\"width\": 32", "vision_cfg.width"),
        ("\"heads\": 2", "\"heads\": 3", "text_cfg.heads"),
        ("\"heads\": 2", "\"heads\": 0", "text_cfg.heads"),
        ("\"layers\": 1", "\"layers\": 0", "text_cfg.layers"),
        ("\"layers\": 2", "\"layers\": 1", "vision_cfg.layers"),
        ("\"layers\": 2", "\"layers\": 5000", "vision_cfg.layers"),
        ("\"embed_dim\": 24", "\"embed_dim\": 25", "model_cfg.embed_dim"),
        ("\"patch_size\": 8", "\"patch_size\": 4", "vision_cfg.patch_size"),
        ("\"context_length\": 9", "\"context_length\": 77", "text_cfg.context_length"),
        ("\"vocab_size\": 544", "\"vocab_size\": 545", "text_cfg.vocab_size"),
        ("\"image_size\": 16", "\"image_size\": 24", "vision_cfg.image_size"),
        ("\"image_size\": 16", "\"image_size\": \"16\"", "vision_cfg.image_size"),
      ] {
        let found = try message(old, new)
        #expect(found.contains(option), "\(found)")
      }
      try AtomicFile.write("[]", to: folder + "/open_clip_config.json")
      let list = errorMessage { _ = try CLIPModel.load(path: folder + "/m.safetensors") }
      #expect(
        list.contains("open_clip_config.json") && !list.contains("embed_dim, vision and text"), "\(list)")
    }
  }
}

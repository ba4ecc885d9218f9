import Foundation
import MocoCLIP
import MocoTensor
import MocoTestSupport
import Testing

/// What a user meets who brings a model: names that are not paths, prefixes, tensors that are left out.
@Suite struct OwnClipLanguageTests {
  private func answer(_ path: String) -> String { printed("load_clip(\"\(path)\")", helps: true) }

  @Test(arguments: [
    ("ViT-B/16", "openai/clip-vit-base-patch16", "ViT-B-16.pt"),
    ("vit-b16", "openai/clip-vit-base-patch16", "ViT-B-16.pt"),
    ("ViT-B-16-quickgelu", "openai/clip-vit-base-patch16", "ViT-B-16.pt"),
    ("openai/clip-vit-base-patch32", "openai/clip-vit-base-patch32", "ViT-B-32.pt"),
    ("https://huggingface.co/openai/clip-vit-large-patch14", "openai/clip-vit-large-patch14", "ViT-L-14.pt"),
    ("ViT-L-14-336-quickgelu", "openai/clip-vit-large-patch14-336", "ViT-L-14-336px.pt"),
    ("ViT-L/14@336px", "openai/clip-vit-large-patch14-336", "ViT-L-14-336px.pt"), ("RN50", "", "RN50.pt"),
    ("RN50x64", "", "RN50x64.pt"), ("weights/RN101.pt", "", "RN101.pt"),
    ("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", ""),
    ("hf-hub:laion/CLIP-ViT-B-16-laion2B-s34B-b88K", "laion/CLIP-ViT-B-16-laion2B-s34B-b88K", ""),
    ("ViT-H-14", "laion/CLIP-ViT-H-14-laion2B-s32B-b79K", ""),
    ("someone/their-clip", "someone/their-clip", ""),
  ])
  func namesOfPublishedModelsSayWhereToGetThem(_ name: String, _ repository: String, _ file: String) {
    let found = answer(name)
    #expect(found.hasPrefix("E0501 ") && found.contains(name), "\(found)")
    if !repository.isEmpty {
      let folder = repository.split(separator: "/").last ?? ""
      #expect(found.contains("https://huggingface.co/\(repository) "), "\(found)")
      #expect(found.contains("hf download \(repository) --local-dir \(folder)"), "\(found)")
      #expect(found.contains("load_clip(\"\(folder)\")"), "\(found)")
    }
    if !file.isEmpty { #expect(found.contains("\(file)"), "\(found)") }
  }

  @Test(arguments: [
    ("ViT-B/61", "ViT-B/16"), ("RN5O", "RN50"), ("ViT-B/33", "ViT-B/32"),
    ("openai/clip-vit-base-patch61", "openai/clip-vit-base-patch16"), ("smal", "small"),
  ])
  func nearMissesGetTheNearestName(_ name: String, _ meant: String) {
    #expect(answer(name).contains("\"\(meant)\""), "\(answer(name))")
  }

  @Test(arguments: ["ViT-B-16-SigLIP", "google/siglip-base-patch16-224", "coca_ViT-L-14", "EVA02-B-16"])
  func otherFamiliesAreNamed(_ name: String) {
    let found = answer(name)
    #expect(found.contains("E0605") || found.contains("huggingface.co/google"), "\(found)")
  }

  @Test(arguments: ["no/such/model.safetensors", "./models/mine", "/no/clip", "https://example.org/clip.pt"])
  func pathsStayPaths(_ path: String) {
    let found = answer(path)
    #expect(found.hasPrefix("E0501 ") && !found.contains("hf download"), "\(found)")
  }

  @Test func prefixesAndWhatIsLeftOut() throws {
    try Repository.inFolder { folder in
      let clip = try TinyCLIP.make()
      let path = folder + "/m.pt"
      let tensors = clip.parameters.map { ($0.name, $0.variable.value) }
      let head = try Tensor.zeros([5, clip.config.embedDim])
      func write(_ prefixes: [String]) throws {
        try TorchWriter().write(
          TorchWriter.stateDict(
            prefixes.flatMap { prefix in tensors.map { (prefix + $0.0, $0.1) } } + [("head.weight", head)]),
          to: path)
      }
      try write(["student."])
      let output = printed(
        """
        try { load_clip("\(path)", vision_heads: 2, text_heads: 2) } catch e { print(e.code, "head.weight" in e.message) }
        let clip = load_clip("\(path)", vision_heads: 2, text_heads: 2, ignore: "head.")
        print(clip.info.prefix, clip.info.unused)
        try { load_clip("\(path)", vision_heads: 2, text_heads: 2, prefix: "teacher.") } catch e { print(e.code, e.help) }
        print(load_clip("\(path)", vision_heads: 2, text_heads: 2, prefix: "student").info.unused)
        """)
      #expect(
        output == """
          E0605 true
          student. [{name: "head.weight", reason: "left out as requested"}]
          E0605 use another prefix: there are models under "student."
          [{name: "head.weight", reason: "not under the prefix \\"student.\\""}]

          """)
    }
  }

  @Test func tensorsThatAreLeftOutAreNamed() throws {
    let path = Repository.fixture("weights/odd.pt")
    let program = """
      print(keys(load_tensors("\(path)")))
      print(len([x for x in list_tensors("\(path)") if x.left_out != nil]))
      """
    let result = try Repository.inFolder { try MocoProcess.run(["-e", program], in: $0) }
    for name in [
      "float8", "complex", "negated", "conjugated", "sparse", "csr", "quantized", "uint64", "meta", "nested",
      "text",
    ] {
      #expect(result.errors.contains("\(name) ("), "\(name)")
    }
    #expect(result.errors.contains("rounded from float64 to float32: double"))
    #expect(result.output.hasSuffix("14\n"), "\(result.output)")
  }

  /// The pieces show how the full stop joins a name, and what OpenAI's cleaning leaves.
  @Test func piecesShowWhatJoins() {
    let output = printed(
      """
      let clip = clip_model({
        embedding: 4
        text: {width: 8, layers: 1, heads: 1}
        vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 1}
      }, seed: 1)
      print(clip.tokenize("the U.S..", pieces: true))
      print(clip.tokenize(["U.S.", "a/b."], pieces: true))
      print(clip.tokenize("the U.S.."))
      """)
    #expect(
      output == """
        ["<|startoftext|>", "the ", "u ", ". ", "s ", ".. ", "<|endoftext|>"]
        [["<|startoftext|>", "u ", ". ", "s ", ". ", "<|endoftext|>"], ["<|startoftext|>", "a ", "/ ", "b ", ". ", "<|endoftext|>"]]
        [49406, 518, 340, 269, 338, 852, 49407]

        """)
  }

  /// What the help of a published name says to type, and names that are nearly right, say where to get the files.
  @Test(arguments: [
    ("clip-vit-base-patch16", "E0501", "hf download openai/clip-vit-base-patch16"),
    ("ViT-B/16.pt", "E0501", "download ViT-B-16.pt"), ("Small", "E0501", "write load_clip(\"small\")"),
    ("google/siglip-base-patch16-224", "E0605", "a SigLIP model"),
    ("somebody/CLIP-convnext_base", "E0605", "a ConvNeXt CLIP model"),
  ])
  func namesThatAreTyped(_ name: String, _ code: String, _ words: String) {
    let output = printed("load_clip(\"\(name)\")", in: librarySession(), helps: true)
    #expect(output.hasPrefix(code) && output.contains(words), "\(output)")
  }
}

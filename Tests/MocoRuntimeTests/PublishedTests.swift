import Foundation
import MocoBase
import MocoData
import MocoFormats
import MocoMethods
import MocoTestSupport
import MocoTraining
import Testing

/// `published:` in programs: what it takes, what it says, what it refuses.
@Suite struct PublishedTests {
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 2, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let few = dataset("fashion").few_shot(1, seed: 3).train
    templates ways {
      group "plain"  { "a clean photo of a {}." }
      group "sketch" { "a sketch of a {}." }
      group "dark"   { "a dark photo of the {}." }
    }
    let mix = mixture(clip, ways, classes: few.classes, published: true)

    """
  private func run(_ program: String) -> String { printed(setup + program, helps: true) }

  @Test func oneWordTakesEverything() {
    let output = run(
      """
      let run = train mix on few for 1 epochs { schedule: constant() }
      print(run.published.taken)
      print(run.published.yours, run.published.data_set, run.published.reason)
      print(len([p for p in mix.parameters.names if p.starts_with("image_encoder")]), run.steps)
      """)
    #expect(
      output.hasPrefix(
        """
        {batch: "32", optimizer: "sgd(lr: 0.032, momentum: 0.9, weight_decay: 0.0005)", clip_grad_norm: "1", \
        shuffle: "true", views: "\\"fresh\\""}
        {for: "1 epoch", schedule: "constant()"} nil the data set is called "fashion"
        4 1
        """), "\(output)")
  }

  /// The duration comes along, and is that of the data set.
  @Test func durationsAndDataSets() {
    let output = run(
      """
      let one = forecast(mix, on: few)
      let net = forecast(mix, on: few, published: "imagenet")
      let dry = train mix on few { dry_run: true, published: "ImageNet" }
      print(one.epochs, one.steps, net.epochs, net.steps, dry.steps)
      print(net.nodes < one.nodes, forecast(mix, on: few, batch: 4).nodes == one.nodes)
      let named = mixture(clip, ways, classes: few.classes, published: "EuroSAT")
      print(forecast(named, on: few).epochs, forecast(named, on: few, published: "ImageNet").epochs)
      print(forecast(mix, on: few, for: 3 epochs, published: false).epochs)
      """)
    #expect(output == "50 50 10 100 100\ntrue true\n50 10\n3\n", "\(output)")
  }

  @Test func ownOptionsHold() {
    let output = run(
      """
      let own = mixture(clip, ways, classes: few.classes, published: true, vision_layernorm: false) {
        router { top_k: 1 }
        loss { text: {weight: 2, experts: "chosen"} }
      }
      show own
      let run = train own on few for 12 epochs { batch: 5, views: nil, clip_grad_norm: nil }
      print(run.published.yours)
      print(run.published.taken.schedule, run.steps)
      """)
    for own in [
      "router.top_k 1, loss.text.weight 2,", "loss.text.experts \"chosen\", vision_layernorm false",
    ] {
      #expect(output.contains(own), "\(output)")
    }
    #expect(output.contains("the published configuration except"))
    #expect(
      output.hasSuffix(
        """
        {for: "12 epochs", batch: "5", clip_grad_norm: "nil", views: "nil"}
        cosine(warmup: 5 epochs) 24

        """), "\(output)")
  }

  @Test func whatCannotBeHadIsRefused() {
    let output = run(
      """
      func code(body) { try { body() } catch e { print(e.code, e.message, e.help) } }
      let features = dataset(features: zeros([4, 16]), labels: [0, 1, 0, 1], classes: ["bag", "coat"]).train
      let bags = mixture(clip, ways, classes: ["bag", "coat"], published: true)
      code(() => train(bags, on: features))
      code(() => train(bags, on: features, views: nil))
      code(() => train(mix, on: few, for: 3 epochs))
      code(() => train(mix, on: few, for: 2 steps, batch: 8))
      code(() => train(mixture(clip, ways, classes: few.classes), on: few, published: true))
      code(() => train(coop(clip, classes: few.classes), on: few, published: true))
      code(() => train(mix, on: few, published: "ImageNett"))
      code(() => train(mix, on: few, published: "Cubs"))
      code(() => mixture(clip, ways, classes: few.classes, published: 3))
      code(() => mixture(clip, [["a {}."]], classes: few.classes, published: true))
      code(() => train(coop(clip, classes: few.classes), on: few))
      code(() => mixture(clip, ways, classes: few.classes, loss: {text: {experts: "some"}}))
      """)
    let lines = output.split(separator: "\n").map(String.init)
    let wanted = [
      (
        "E0520",
        "needs pixels for fresh crops and flips and for training the image tower's LayerNorms; \"train\" contains features"
      ),
      ("E0520", "needs pixels for training the image tower's LayerNorms;"),
      ("E0706", "the published warm-up takes 5 epochs, but the training lasts 3"),
      ("E0706", "the published warm-up takes 5 epochs, but the training lasts 2"),
      (
        "E0706",
        "loss.text.experts is \"all\", published \"published\"; vision_layernorm is false, published true"
      ),
      ("E0706", "not for a coop"), ("E0305", "ImageNett"), ("E0305", "Cubs"), ("E0303", "published"),
      ("E0702", "top_k is 2"), ("E0304", "train needs the argument 'for'"), ("E0305", "experts"),
    ]
    #expect(lines.count == wanted.count, "\(output)")
    for (line, (code, text)) in zip(lines, wanted) {
      #expect(line.hasPrefix(code) && line.contains(text), "\(line)")
    }
  }

  /// What a mixture's features cannot have can be left out by name.
  @Test func featuresWithOptionsOfTheirOwn() {
    let output = run(
      """
      let features = dataset(features: zeros([4, 16]) + 1, labels: [0, 1, 0, 1], classes: ["bag", "coat"]).train
      let bags = mixture(clip, ways, classes: ["bag", "coat"], published: true, vision_layernorm: false)
      let run = train bags on features for 6 epochs { views: nil }
      print(run.steps, run.published.taken.clip_grad_norm)
      """)
    #expect(output == "6 1\n", "\(output)")
  }

  @Test func recordsAndCheckpointsSayIt() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let path = "\(folder)/mix.safetensors"
        train mix on few for 1 epochs { schedule: constant(), checkpoint: path }
        """)
      #expect(output == "", "\(output)")
      let file = try SafetensorsFile(path: folder + "/mix.safetensors")
      let training = try Json.parse(#require(file.metadata("training")))
      #expect(training["published"]?.stringValue == "every data set except ImageNet")
      #expect(training["clip_grad_norm"]?.doubleValue == 1 && training["views"]?.stringValue == "fresh")
      let model = try Json.parse(#require(file.metadata("configuration")))
      #expect(model["published"]?.boolValue == true && model["vision_layernorm"]?.boolValue == true)
      #expect(model["loss"]?["text_experts"]?.stringValue == "published")
    }
  }

  @Test(arguments: [
    ("oxford_pets", "OxfordPets"), ("imagenet", "ImageNet"), ("ImageNet-1k", "ImageNet"),
    ("food-101", "Food101"),
    ("caltech-101", "Caltech101"), ("fgvc_aircraft", "FGVCAircraft"), ("sun397", "SUN397"), ("dtd", "DTD"),
    ("EuroSAT, base classes", "EuroSAT"), ("ILSVRC2012", "ImageNet"), ("imagenette", nil),
    ("ImageNet, by its folders", "ImageNet"), ("fashion", nil), ("", nil),
  ])
  func dataSetsAreKnownByName(_ name: String, _ expected: String?) {
    #expect(PublishedDataSets.name(of: name) == expected)
  }

  // MARK: The table

  /// The page's table of what differs is what the code's defaults say; MOCO_RECORD=1 writes it.
  @Test func theTableIsTheCodes() throws {
    func rows(_ of: String, _ own: [Setting], _ published: [Setting], _ imageNet: [Setting]) -> [String] {
      zip(own, zip(published, imageNet)).filter { $0.value != $1.0.value || $0.value != $1.1.value }.map {
        "| \(of) | `\($0.name)` | `\($0.value)` | `\($1.0.value)` | `\($1.1.value)` |"
      }
    }
    let mixture = MixtureOptions.publishedSettings.settings
    let general = PublishedTraining(dataSet: nil, reason: "").options.settings
    let imageNet = PublishedTraining(dataSet: "ImageNet", reason: "").options.settings
    var own = TrainingOptions(duration: .epochs(1)).settings
    own[0] = Setting("for", "to be given")
    let table =
      (["| | option | left out | published | published, ImageNet |", "|---|---|---|---|---|"]
      + rows("mixture", MixtureOptions().settings, mixture, mixture) + rows("train", own, general, imageNet))
      .joined(separator: "\n")
    #expect(table.contains("clip_grad_norm") && table.contains("vision_layernorm"))

    let path = Repository.root + "/stdlib/docs/method.md"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(page.range(of: "| | option |"))
    let end = page.range(of: "\n\n", range: start.lowerBound..<page.endIndex)?.lowerBound ?? page.endIndex
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] == "1" {
      try page.replacingCharacters(in: start.lowerBound..<end, with: table)
        .write(toFile: path, atomically: true, encoding: .utf8)
    } else {
      #expect(String(page[start.lowerBound..<end]) == table, "\(table)")
    }
  }

  /// The values that programs get without options are those of the table.
  @Test func signaturesHaveTheDefaults() {
    let output = printed("help(train)\nhelp(mixture)")
    for text in [
      "batch = 32", "clip_grad_norm = nil", "views = nil", "vision_layernorm = false", "vision_lr = 0.1",
    ] {
      #expect(output.contains(text), "\(text)")
    }
    #expect(!output.contains("the published one"), "\(output)")
  }
}

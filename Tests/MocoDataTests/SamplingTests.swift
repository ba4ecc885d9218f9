import MocoBase
import MocoData
import MocoTensor
import Testing

@Suite struct SamplingTests {
  private func data(train: [Int], val: [Int] = [], classes: Int = 5) throws -> Dataset {
    let labels = train + val
    let features = try Tensor(labels.indices.map { Float($0) }, shape: [labels.count, 1])
    return try Dataset.features(
      features, labels: labels, classes: (0..<classes).map { "c\($0)" },
      splits: [
        ("train", Array(train.indices)), ("val", Array(train.count..<labels.count)),
        ("test", Array(train.indices)),
      ])
  }

  private func ints(_ json: Json?) -> [Int] { (json?.arrayValue ?? []).compactMap { $0.intValue } }

  /// `random.seed`, `getrandbits` and `random.sample` of CPython.
  @Test func mersenneTwister() throws {
    let json = try Json.parse(file: DataFixtures.images + "/cpython-random.json")
    for entry in try #require(json["bits"]?.arrayValue) {
      var twister = MersenneTwister(seed: try #require(entry["seed"]?.intValue))
      for value in try #require(entry["values"]?.arrayValue) {
        #expect(Int(twister.next()) == value.intValue)
      }
    }
    var twister = MersenneTwister(seed: 0)
    var seed: Int?
    for entry in try #require(json["samples"]?.arrayValue) {
      if entry["seed"]?.intValue != seed {
        seed = entry["seed"]?.intValue
        twister = MersenneTwister(seed: try #require(seed))
      }
      let count = try #require(entry["count"]?.intValue)
      let sample = twister.sample(count, try #require(entry["k"]?.intValue))
      #expect(sample == ints(entry["values"]))
    }
  }

  @Test func coopDrawsThePublishedSubsets() throws {
    let json = try Json.parse(file: DataFixtures.images + "/cpython-random.json")
    for entry in try #require(json["shots"]?.arrayValue) {
      let train = ints(entry["train_labels"])
      let val = ints(entry["val_labels"])
      let few = try data(train: train, val: val).fewShot(
        #require(entry["shots"]?.intValue), seed: #require(entry["seed"]?.intValue), sampler: .coop)
      #expect(try few.train().items.map(\.source) == ints(entry["train"]))
      #expect(
        try few.val().items.map { $0.source - train.count } == ints(entry["val"]))
      #expect(try few.test().count == train.count)
    }
  }

  @Test func fewShotsAreAmongMoreShots() throws {
    let whole = try data(train: (0..<100).map { $0 % 5 }, val: [0, 1, 2, 3, 4])
    let four = try whole.fewShot(4, seed: 2).train()
    let eight = try whole.fewShot(8, seed: 2).train()
    #expect(four.classCounts == [4, 4, 4, 4, 4])
    #expect(Set(four.items.map(\.source)).isSubset(of: Set(eight.items.map(\.source))))
    #expect(try whole.fewShot(4, seed: 2).train().items == four.items)
    #expect(try whole.fewShot(4, seed: 3).train().items != four.items)
    #expect(try whole.fewShot(4, seed: 2).val().count == 5)
  }

  @Test func tooManyShotsNameTheClass() throws {
    let whole = try data(train: [0, 0, 1, 0, 1, 2, 2, 3, 3, 4, 4])
    for sampler in ShotSampler.allCases {
      let error = dataError { _ = try whole.fewShot(3, sampler: sampler, short: .stop) }
      #expect(error?.code == "E0515")
      #expect(error?.message.contains("4 classes") == true)
      #expect(error?.message.contains("\"c1\" 2") == true)
      #expect(error?.message.contains("the 3 requested shots") == true)
      #expect(error?.help?.contains("short: \"all\"") == true)
    }
    #expect(dataErrorCode { _ = try whole.fewShot(3) } == "E0515")
    #expect(dataErrorCode { _ = try whole.fewShot(0) } == "E0519")
    #expect(dataErrorCode { _ = try whole.fewShot(-1, sampler: .coop) } == "E0519")
    let missing = try data(train: [0, 1, 2, 3], classes: 5)
    #expect(dataError { _ = try missing.fewShot(1) }?.message.contains("\"c4\" has 0 images") == true)
  }

  @Test func shortClassesAreTakenWhole() throws {
    let whole = try data(train: [0, 0, 1, 0, 1, 2, 2, 3, 3, 4, 4])
    let few = try whole.fewShot(3, short: .all)
    #expect(try few.train().classCounts == [3, 2, 2, 2, 2])
    #expect(few.origin?.contains("used completely: \"c1\" 2") == true)
    #expect(try whole.fewShot(Int.max, sampler: .coop).train().count == 11)
    // Classes with enough images have the same shots as without the option.
    let long = try data(train: (0..<100).map { $0 % 5 })
    #expect(try long.fewShot(4, short: .all).train().items == long.fewShot(4).train().items)
    #expect(long.origin == (try long.fewShot(4, sampler: .coop).origin))
  }

  /// A class with too few images draws no number, so that later classes' draws shift: CPython is the referee.
  @Test func coopTakesShortClassesWhole() throws {
    let json = try Json.parse(file: DataFixtures.images + "/coop-short-classes.json")
    for entry in try #require(json["cases"]?.arrayValue) {
      let train = ints(entry["train_labels"])
      let few = try data(train: train, val: ints(entry["val_labels"])).fewShot(
        #require(entry["shots"]?.intValue), seed: #require(entry["seed"]?.intValue), sampler: .coop)
      #expect(try few.train().items.map(\.source) == ints(entry["train"]))
      #expect((few.split("val")?.items ?? []).map { $0.source - train.count } == ints(entry["val"]))
      #expect(few.origin?.contains("used completely") == true)
    }
  }

  @Test func baseAndNew() throws {
    let whole = try data(train: [0, 1, 2, 3, 4, 4, 0])
    let base = try whole.base()
    let new = try whole.new()
    #expect(base.classes == ["c0", "c1", "c2"])
    #expect(new.classes == ["c3", "c4"])
    #expect(try base.train().labels == [0, 1, 2, 0])
    #expect(try new.train().labels == [0, 1, 1])
    #expect(try new.train().items.map(\.source) == [3, 4, 5])
    // Shots are drawn before the cut.
    let shots = try whole.fewShot(1, seed: 5)
    #expect(try shots.base().train().items.map(\.source) == shots.train().items.prefix(3).map(\.source))
  }

  @Test func batchesCoverEverythingOnce() {
    let plan = BatchPlan(count: 70, size: 32, shuffle: true, seed: 4, epoch: 2)
    #expect(plan.batches.map(\.count) == [32, 32, 6])
    #expect(plan.batches.flatMap { $0 }.sorted() == Array(0..<70))
    #expect(BatchPlan(count: 70, size: 32, shuffle: true, seed: 4, epoch: 2).batches == plan.batches)
    #expect(BatchPlan(count: 70, size: 32, shuffle: true, seed: 4, epoch: 3).batches != plan.batches)
    #expect(BatchPlan(count: 70, size: 32, shuffle: false, dropLast: true).batches.map(\.count) == [32, 32])
    #expect(BatchPlan(count: 7, size: 32, shuffle: false, dropLast: true).batches.map(\.count) == [7])
    #expect(BatchPlan(count: 0, size: 32, shuffle: true).batches.isEmpty)
    #expect(BatchPlan(count: 3, size: 0, shuffle: false).batches.count == 3)
  }

  // MARK: Styles of a data set

  @Test func styledViewsAreFixed() throws {
    let data = try FashionMNIST.subset(folder: DataFixtures.fashion)
    let styled = try data.styled(seed: 9)
    let train = try styled.train()
    #expect(try data.styled(seed: 9).train().items == train.items)
    #expect(try data.styled(seed: 8).train().items != train.items)
    var counts = [Int](repeating: 0, count: 8)
    for item in train.items { counts[item.style?.style.index ?? 0] += 1 }
    #expect(counts.allSatisfy { (50...110).contains($0) })
    #expect(train.items.allSatisfy { ($0.style?.severity ?? 1) < 0.6 })
    // The same image looks the same in a few-shot subset.
    let few = try styled.fewShot(4, seed: 1).train()
    for item in few.items.prefix(5) { #expect(train.items.contains(item)) }
    let place = try #require(train.items.firstIndex(of: few.items[0]))
    #expect(try train.planes(place) == few.planes(0))
    let withheld = try data.train().styled(seed: 9, withheld: .smallWorld(classes: 10))
    let rule = WithheldPairs.smallWorld(classes: 10)
    #expect(withheld.items.allSatisfy { !rule.contains(label: $0.label, style: $0.style?.style ?? .clean) })
  }

  @Test func everyStyleOnce() throws {
    let test = try FashionMNIST.subset(folder: DataFixtures.fashion).test().subset(Array(0..<5))
    let views = try test.inEveryStyle(seed: 3)
    #expect(views.count == 40)
    #expect(views.styles?.compactMap { $0 } == Style.allCases.flatMap { [Style](repeating: $0, count: 5) })
    #expect(try test.inEveryStyle(seed: 3).items == views.items)
    #expect(test.styles == nil)
  }

  /// Features are computed once for every image and style, and are what the encoder gives.
  @Test func featuresAreKept() throws {
    // - Safety: the test runs on one thread.
    final class Counter: @unchecked Sendable { var images = 0 }
    let counter = Counter()
    let split = try FashionMNIST.subset(folder: DataFixtures.fashion).train().styled(seed: 1)
    let preprocess = Preprocess(size: 32, channels: 1, mean: [0.3], std: [0.35])
    let encoder = ImageEncoder(key: "test encoder", preprocess: preprocess) { pixels in
      counter.images += pixels.shape[0]
      let values = try pixels.toFloats()
      var features: [Float] = []
      for i in 0..<pixels.shape[0] { features += [values[i * 1024 + 400], values[i * 1024 + 500]] }
      return try Tensor(features, shape: [pixels.shape[0], 2])
    }
    let all = try split.features(encoder)
    #expect(counter.images == 640)
    let some = try split.features(encoder, at: [5, 3, 5])
    #expect(counter.images == 640)
    let rows = try all.toFloats()
    #expect(try some.toFloats() == [rows[10], rows[11], rows[6], rows[7], rows[10], rows[11]])
    let few = try split.subset([3, 5])
    #expect(try few.features(encoder).toFloats() == [rows[6], rows[7], rows[10], rows[11]])
    #expect(counter.images == 640)
    let pixels = try split.pixels([3], preprocess: preprocess).toFloats()
    #expect([pixels[400], pixels[500]] == [rows[6], rows[7]])
  }

  // MARK: Captions

  private func book() throws -> CaptionBook {
    var names: [[CaptionBook.Word]] = []
    for label in 0..<10 {
      names.append([CaptionBook.Word("thing\(label)", weight: 3), CaptionBook.Word("item", weight: 1)])
    }
    var styled: [Style: [String]] = [:]
    for style in Style.allCases { styled[style] = ["a \(style.name) {}.", "{} \(style.name)"] }
    return try CaptionBook(names: names, styled: styled, neutral: ["a photo of a {}."])
  }

  @Test func captionsNameTheStyleMostly() throws {
    let split = try FashionMNIST.subset(folder: DataFixtures.fashion).train()
    let preprocess = Preprocess(size: 32, channels: 1, mean: [0.3], std: [0.35])
    var draw = CaptionDraw()
    draw.seed = 5
    draw.withheld = .smallWorld(classes: 10)
    var named = 0
    for step in 0..<4 {
      let batch = try split.captionBatch(128, step: step, preprocess: preprocess, book: book(), draw: draw)
      #expect(batch.images.shape == [128, 1, 32, 32])
      let again = try split.captionBatch(128, step: step, preprocess: preprocess, book: book(), draw: draw)
      #expect(again.captions == batch.captions)
      #expect(try again.images.toFloats() == batch.images.toFloats())
      for (caption, (label, style)) in zip(batch.captions, zip(batch.labels, batch.styles)) {
        #expect(caption.contains("thing\(label)") || caption.contains("item"))
        #expect(!draw.withheld.contains(label: label, style: style))
        if caption.contains(style.name) { named += 1 }
      }
    }
    #expect((270...345).contains(named))
  }

  @Test func captionBooksAreChecked() throws {
    let word = [CaptionBook.Word("a")]
    #expect(dataErrorCode { _ = try CaptionBook(names: [word], styled: [:], neutral: []) } == "E0519")
    #expect(
      dataErrorCode { _ = try CaptionBook(names: [word], styled: [:], neutral: ["no place"]) } == "E0519")
    #expect(
      dataErrorCode { _ = try CaptionBook(names: [word], styled: [.dark: ["{} {}"]], neutral: ["{}"]) }
        == "E0519")
    #expect(dataErrorCode { _ = try CaptionBook(names: [[]], styled: [:], neutral: ["{}"]) } == "E0519")
    let zero = [CaptionBook.Word("a", weight: 0)]
    #expect(dataErrorCode { _ = try CaptionBook(names: [zero], styled: [:], neutral: ["{}"]) } == "E0519")
    let split = try FashionMNIST.subset(folder: DataFixtures.fashion).train()
    let small = try CaptionBook(names: [word], styled: [:], neutral: ["{}"])
    let preprocess = Preprocess(size: 32, channels: 1, mean: [0.3], std: [0.35])
    #expect(
      dataErrorCode {
        _ = try split.captionBatch(2, step: 0, preprocess: preprocess, book: small, draw: CaptionDraw())
      } == "E0519")
  }

  /// Neither threads nor the make-up of a batch show in the pixels.
  @Test func pixelsDoNotDependOnThreads() throws {
    let split = try FashionMNIST.subset(folder: DataFixtures.fashion).train().styled(seed: 2)
    let preprocess = Preprocess(size: 32, channels: 1, mean: [0.3], std: [0.35])
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    Parallel.threadCount = 1
    let one = try split.pixels(Array(0..<64), preprocess: preprocess).toFloats()
    Parallel.threadCount = 4
    #expect(try split.pixels(Array(0..<64), preprocess: preprocess).toFloats() == one)
    #expect(try split.pixels([63], preprocess: preprocess).toFloats() == Array(one[(63 * 1024)...]))
  }
}

import Foundation
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoTensor
import Testing

@Suite struct DatasetTests {
  // MARK: Fashion-MNIST

  @Test func theShippedSubset() throws {
    let data = try FashionMNIST.subset(folder: DataFixtures.fashion)
    #expect(data.classes == FashionMNIST.classes)
    #expect(data.splits.map(\.name) == ["train", "val", "test"])
    #expect(try data.train().classCounts == [Int](repeating: 64, count: 10))
    #expect(try data.val().classCounts == [Int](repeating: 64, count: 10))
    #expect(try data.test().classCounts == [Int](repeating: 200, count: 10))
    let image = try data.train().image(0)
    #expect(image.width == 32 && image.height == 32 && image.channels == 1)
    #expect(image.bytes.prefix(64).allSatisfy { $0 == 0 })
    let record = try Json.parse(file: DataFixtures.fashion + "/record.json")
    for (name, entry) in try #require(record["files"]?.objectValue) {
      #expect(try SHA256.hex(file: DataFixtures.fashion + "/" + name) == entry["sha256"]?.stringValue)
    }
  }

  /// Shots, validation and pretraining come from different images.
  @Test func theWholeSet() throws {
    guard FileSystem.kind(FashionMNIST.packageFolder) == .folder else {
      #expect(dataErrorCode { _ = try FashionMNIST.full() } == "E0501")
      return
    }
    let data = try FashionMNIST.full()
    #expect(
      data.splits.map { "\($0.name) \($0.count)" } == [
        "train 2500", "val 2500", "test 10000", "pretrain 55000",
      ])
    let sources = data.splits.flatMap { $0.items.map(\.source) }
    #expect(Set(sources).count == 70_000)
    let subset = try FashionMNIST.subset(folder: DataFixtures.fashion)
    #expect(try subset.train().image(0) == data.train().image(0))
    #expect(try subset.val().image(0) == data.val().image(0))
    #expect(try subset.test().image(0) == data.test().image(1000))
  }

  // MARK: IDX

  @Test func idxFilesAreChecked() throws {
    let folder = try TemporaryFolder()
    func code(_ bytes: [UInt8]) throws -> String? {
      let path = try folder.write("x-idx", bytes)
      return dataErrorCode { _ = try IDXFile(path: path) }
    }
    #expect(try code([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]) == nil)
    #expect(try code([0, 0, 8, 1, 0, 0, 0, 3, 5, 6]) == "E0502")
    #expect(try code([0, 0, 13, 1, 0, 0, 0, 2, 5, 6]) == "E0502")
    #expect(try code([1, 0, 8, 1]) == "E0502")
    #expect(try code([]) == "E0502")
    #expect(try code([0, 0, 8, 4] + [UInt8](repeating: 0xFF, count: 16)) == "E0502")
    let gz = try folder.write("x.gz", "not gzip")
    #expect(dataErrorCode { _ = try IDXFile(path: gz) } == "E0502")
  }

  @Test func zeroSizedAndUnlabelledIDX() throws {
    let folder = try TemporaryFolder()
    try folder.write("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 0, 1])
    try folder.write("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0513")
    try folder.write("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8, 9])
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0519")
    try folder.write("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8])
    #expect(try Dataset.open(folder.path).classes == ["0", "1"])
    // Labels tell classes of one name apart.
    try folder.write("classes.txt", "crane\nowl\ncrane\n")
    let twins = try Dataset.open(folder.path)
    #expect(twins.classes == ["crane", "owl", "crane"])
    #expect(twins.origin == "classes with the same name, so their prompts are the same: crane")
    #expect(try twins.train().labelNames == ["crane (0)", "owl", "crane (2)"])
    try folder.write("classes.txt", "ankle_boot\n")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0511")
  }

  // MARK: Folders

  @Test func aFolderOfClasses() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["red_shoes", "blue"], perClass: 10)
    try folder.write("blue/deeper/11.JPEG", DataFixtures.picture(9, 9).jpegBytes())
    try folder.write("blue/notes.txt", "hello")
    try folder.write(".hidden/x.png", "junk")
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["blue", "red shoes"])
    #expect(data.count == 21)
    #expect(data.splits.map(\.name) == ["train", "val", "test"])
    #expect(try data.train().classCounts == [6, 5] || data.train().classCounts == [5, 5])
    #expect(data.origin?.contains("50 %") == true)
    let again = try Dataset.open(folder.path)
    #expect(try again.train().items == data.train().items)
    let cut = SplitCut.standard
    #expect(cut.counts(1) == [1, 0, 0])
    #expect(cut.counts(2) == [1, 0, 1])
    #expect(cut.counts(3) == [1, 1, 1])
    #expect(cut.counts(10) == [5, 2, 3])
  }

  @Test func splitLevels() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 3, under: "train/")
    try folder.writeClasses(["a", "b"], perClass: 2, under: "Validation/")
    try folder.writeClasses(["b"], perClass: 2, under: "test/")
    let data = try Dataset.open(folder.path)
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 6", "val 4", "test 2"])
    #expect(try data.test().labels == [1, 1])
    #expect(dataError { _ = try data.requireSplit("dev") }?.code == "E0516")
  }

  @Test func foldersThatAreNone() throws {
    let folder = try TemporaryFolder()
    #expect(dataErrorCode { _ = try Dataset.open(folder.path + "/none") } == "E0501")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0510")
    try folder.write("a.png", DataFixtures.picture(4, 4).pngBytes())
    #expect(dataError { _ = try Dataset.open(folder.path) }?.help?.contains("sub-folder") == true)
    try folder.writeClasses(["one"], perClass: 2)
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0511")
    try folder.write("two/x.avif", "avif")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0514")
    try folder.writeClasses(["Two"], perClass: 1)
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0512")
    let text = try folder.write("notes.txt", "x")
    #expect(dataErrorCode { _ = try Dataset.open(text) } == "E0503")
  }

  @Test func duplicateNamesAfterReading() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["red shoe", "red_shoe"], perClass: 1)
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0512")
  }

  /// A link back up does not go round for ever.
  @Test func linksThatLeadBack() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 2)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/a/up", withDestinationPath: folder.path + "/a")
    #expect(try Dataset.open(folder.path).count == 4)
  }

  @Test func brokenImagesStopOrAreSkipped() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 4)
    let broken = try folder.write("a/broken.png", "no image")
    let preprocess = Preprocess(size: 8, mean: [0, 0, 0], std: [1, 1, 1])
    let data = try Dataset.open(folder.path, options: DataOptions(cut: SplitCut([("train", 1)])))
    let error = dataError { _ = try data.train().pixels(Array(0..<9), preprocess: preprocess) }
    #expect(error?.code == "E0503")
    #expect(error?.message.contains(broken) == true)
    let rest = try Dataset.open(
      folder.path, options: DataOptions(cut: SplitCut([("train", 1)]), skipsBroken: true))
    #expect(rest.skipped.map(\.path) == [broken])
    #expect(try rest.train().pixels(Array(0..<8), preprocess: preprocess).shape == [8, 3, 8, 8])
  }

  @Test func cutsAreChecked() {
    #expect(dataErrorCode { _ = try SplitCut([("train", 0.8), ("test", 0.3)]) } == "E0519")
    #expect(dataErrorCode { _ = try SplitCut([("train", 0)]) } == "E0519")
    #expect(dataErrorCode { _ = try SplitCut([("a", 0.1), ("a", 0.1)]) } == "E0519")
    #expect(dataErrorCode { _ = try SplitCut([]) } == "E0519")
  }

  // MARK: Lists

  @Test func splitZhou() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["x", "y"], perClass: 3, under: "pictures/")
    let json = """
      {"train": [["x/0.png", 1, "big_cat"], ["y/0.png", 0, "dog"]], "val": [["x/1.png", 1, "big_cat"]],
       "test": [["y/1.png", 0, "dog"], ["x/2.png", 1, "big_cat"]]}
      """
    let path = try folder.write("split_zhou_Pets.json", json)
    for data in [try Dataset.open(folder.path), try Dataset.open(path)] {
      #expect(data.classes == ["dog", "big cat"])
      #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 2", "val 1", "test 2"])
      #expect(try data.test().image(1).width == 20)
    }
    func code(_ text: String) throws -> String? {
      let path = try folder.write("bad.json", text)
      return dataErrorCode { _ = try Dataset.open(path) }
    }
    #expect(try code("[1, 2]") == "E0517")
    #expect(try code(#"{"train": 3}"#) == "E0517")
    #expect(try code(#"{"train": [["x/0.png", "one", "a"]]}"#) == "E0517")
    #expect(try code(#"{"train": [["x/0.png", -1, "a"]]}"#) == "E0517")
    #expect(try code(#"{"train": []}"#) == "E0510")
    #expect(try code(#"{"train": [["x/0.png", 0, "a"], ["x/1.png", 2, "b"]]}"#) == "E0519")
    #expect(try code(#"{"train": [["x/0.png", 0, "a"], ["x/1.png", 0, "b"]]}"#) == "E0519")
    #expect(try code(#"{"train": [["none.png", 0, "a"], ["x/1.png", 1, "b"]]}"#) == "E0501")
    #expect(try code(#"{"train": [["x/0.png", 0, "a"]]}"#) == "E0511")
    #expect(try code("{") == "E0502")
  }

  @Test func csvLists() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["x", "y"], perClass: 3)
    let path = try folder.write(
      "list.csv",
      "path,label,split\r\nx/0.png,\"cat, big\",train\r\n\r\ny/0.png,dog,train\r\ny/1.png, dog ,testing\r\n")
    let data = try Dataset.open(path)
    #expect(data.classes == ["cat, big", "dog"])
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 2", "test 1"])
    #expect(try data.test().label(of: 0).hasSuffix("y/1.png"))
    func failure(_ text: String) throws -> Failure? {
      let path = try folder.write("bad.csv", text)
      return dataError { _ = try Dataset.open(path) }
    }
    #expect(try failure("x/0.png\n")?.code == "E0517")
    #expect(try failure("x/0.png,a\ny/0.png,\n")?.message.contains("bad.csv:2") == true)
    #expect(try failure("x/0.png,\"a\n")?.code == "E0517")
    #expect(try failure("x/0.png,a,train\ny/0.png,b\n")?.code == "E0517")
    #expect(try failure("")?.code == "E0510")
    #expect(try failure("x/0.png,a\n")?.code == "E0511")
  }

  // MARK: Tensors

  @Test func featuresInMemory() throws {
    let features = try Tensor((0..<12).map { Float($0) }, shape: [4, 3])
    let data = try Dataset.features(features, labels: [0, 1, 1, 0], classes: ["a", "b"])
    let train = try data.train()
    let encoder = ImageEncoder(key: "none", preprocess: Preprocess(size: 1, mean: [], std: [])) { $0 }
    let batch = try train.batch([2, 0], form: .features(encoder))
    guard case .features(let rows) = batch.images else {
      Issue.record("the batch holds pixels")
      return
    }
    #expect(try rows.toFloats() == [6, 7, 8, 0, 1, 2])
    #expect(batch.labels == [1, 0])
    #expect(dataErrorCode { _ = try train.styled() } == "E0520")
    #expect(dataErrorCode { _ = try train.image(0) } == "E0520")
    #expect(dataErrorCode { _ = try train.batch([4], form: .features(encoder)) } == "E0202")
    #expect(dataErrorCode { _ = try Dataset.features(features, labels: [0, 1]) } == "E0519")
    #expect(dataErrorCode { _ = try Dataset.features(features, labels: [0, 1, 2, -1]) } == "E0519")
    #expect(
      dataErrorCode { _ = try Dataset.features(features, labels: [0, 1, 2, 3], classes: ["a", "b"]) }
        == "E0519")
    #expect(dataErrorCode { _ = try Dataset.features(features, labels: [0, 0, 0, 0]) } == "E0511")
    // Labels tell these apart; that their prompts are the same is said.
    let twins = try Dataset.features(features, labels: [0, 1, 1, 0], classes: ["a", "A"])
    #expect(
      twins.classes == ["a", "A"] && twins.origin?.contains("so their prompts are the same: a, A") == true)
    // A new name ends it, or begins it.
    #expect(try twins.renamed(["a", "b"]).origin == nil)
    #expect(
      try twins.renamed(["b", "B"]).origin
        == "classes with the same name, so their prompts are the same: b, B")
    let broken = try Tensor([1, 2, .nan, 4], shape: [2, 2])
    #expect(dataErrorCode { _ = try Dataset.features(broken, labels: [0, 1]) } == "E0519")
  }

  @Test func safetensorsOfFeatures() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/data.safetensors"
    try SafetensorsWriter.write(
      path: path,
      tensors: [
        ("train.features", try Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]), .f32),
        ("train.labels", try Tensor([0, 1, 0] as [Int], shape: [3]), .i64),
        ("test.features", try Tensor([7, 8], shape: [1, 2]), .f32),
        ("test.labels", try Tensor([1] as [Int], shape: [1]), .i64),
      ], metadata: [("classes", #"["cat", "dog"]"#)])
    let data = try Dataset.open(path)
    #expect(data.classes == ["cat", "dog"])
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 3", "test 1"])
    let encoder = ImageEncoder(key: "none", preprocess: Preprocess(size: 1, mean: [], std: [])) { $0 }
    #expect(try data.test().features(encoder).toFloats() == [7, 8])
    try SafetensorsWriter.write(
      path: path,
      tensors: [
        ("features", try Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]), .f32),
        ("labels", try Tensor([0, 1, 2] as [Int], shape: [3]), .i64),
      ], metadata: [("classes", #"["crane", "owl", "crane"]"#)])
    let twins = try Dataset.open(path, options: DataOptions(cut: SplitCut([("train", 1)])))
    #expect(twins.classes == ["crane", "owl", "crane"] && twins.origin?.contains("same: crane") == true)
    try SafetensorsWriter.write(path: path, tensors: [("weights", try Tensor([1], shape: [1]), .f32)])
    #expect(dataErrorCode { _ = try Dataset.open(path) } == "E0510")
  }

  @Test func safetensorsOfImages() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/images.safetensors"
    // [N, C, H, W] with 3 channels: two images of 2 × 4.
    let bytes = (0..<48).map { $0 }
    try SafetensorsWriter.write(
      path: path,
      tensors: [
        ("images", try Tensor(bytes, shape: [2, 3, 2, 4]), .u8),
        ("labels", try Tensor([0, 1] as [Int], shape: [2]), .i64),
      ])
    let data = try Dataset.open(path, options: DataOptions(cut: SplitCut([("train", 1)])))
    let image = try data.train().image(0)
    #expect(image.width == 4 && image.height == 2 && image.channels == 3)
    #expect(Array(image.bytes.prefix(6)) == [0, 8, 16, 1, 9, 17])
  }
}

import MocoBase
import MocoData
import MocoTensor
import MocoTestSupport
import Testing

/// Features that NumPy and PyTorch have written (Tests/Fixtures/features/make.py).
@Suite struct FeatureImportTests {
  private func path(_ name: String) -> String { Repository.fixture("features") + "/" + name }
  private func open(_ name: String) throws -> Dataset {
    try Dataset.open(path(name), options: DataOptions(cut: nil))
  }

  /// A folder of splits says what it leaves out; one of images stays one of images.
  @Test func foldersOfFeatures() throws {
    let folder = try TemporaryFolder()
    let file = try FileSystem.read(path("tuple.pt"))
    try folder.write("f/Training.pt", file)
    try folder.write("f/valid.PT", file)
    try folder.write("f/other.pt", file)
    try folder.write("f/config.yaml", "x")
    let data = try Dataset.open(folder.path + "/f")
    #expect(data.splits.map(\.name) == ["train", "val"])
    #expect(data.origin?.contains("config.yaml") == true && data.origin?.contains("other.pt") == true)
    try folder.write("f/trn.npz", file)
    #expect(dataErrorCode { _ = try Dataset.open(folder.path + "/f") } == "E0521")
    try folder.writeClasses(["cat", "dog"], perClass: 2, under: "photos/")
    try folder.write("photos/train.pt", file)
    #expect(try Dataset.open(folder.path + "/photos").classes == ["cat", "dog"])
  }

  /// The features of image i, as the script makes them.
  private func rows(_ images: Range<Int>) -> [Float] {
    images.flatMap { [Float($0 + 1), Float($0 + 1) / 2, Float(-$0), 0.25] }
  }

  private func features(_ split: DataSplit) throws -> [Float] {
    let table = try #require(split.source.featureTable).toFloats()
    return split.items.flatMap { Array(table[4 * $0.source..<4 * $0.source + 4]) }
  }

  @Test func aFolderAsLpclipWritesIt() throws {
    let data = try open("lpclip")
    #expect(data.splits.map(\.name) == ["train", "val", "test"] && data.classes == ["0", "1", "2"])
    #expect(try features(data.train()) == rows(0..<3) && data.train().labels == [0, 1, 2])
    #expect(try features(data.test()) == rows(3..<6) && data.val().count == 1)
    #expect(data.origin?.contains("stored as F64") == true && data.origin?.contains("not normalized") == true)
    #expect(data.origin?.contains("no class names") == true)
    #expect(
      dataErrorCode {
        _ = try Dataset.open(path("lpclip"), options: DataOptions(cut: try SplitCut([("train", 1)])))
      } == "E0519")
  }

  @Test(arguments: ["half.npz", "dict.pt", "tuple.pt"])
  func aFileOfOneSplit(_ name: String) throws {
    let data = try Dataset.open(path(name), options: DataOptions(cut: try SplitCut([("train", 1)])))
    let train = try data.train()
    #expect(train.labels.sorted() == [0, 0, 1, 1, 2, 2])
    for item in train.items {
      let table = try #require(train.source.featureTable).toFloats()
      #expect(Array(table[4 * item.source..<4 * item.source + 4]) == rows(item.source..<item.source + 1))
      #expect(item.label == item.source % 3)
    }
    let origin = try #require(data.origin)
    switch name {
    case "half.npz": #expect(origin.contains("stored as F16") && data.classes == ["cat", "dog", "red fox"])
    case "dict.pt": #expect(origin.contains("stored as BF16") && data.classes == ["cat", "dog", "red fox"])
    default: #expect(origin.contains("in a tuple, the first tensor"))
    }
    #expect(origin.contains("split within each class into train 100 %"))
  }

  @Test(arguments: ["splits.npz", "nested.pth"])
  func aFileOfSplits(_ name: String) throws {
    let data = try open(name)
    #expect(data.splits.map(\.name) == ["train", "test"])
    #expect(try features(data.train()) == rows(0..<3) && data.test().labels == [0, 1, 2])
    #expect(try features(data.test()) == rows(3..<6))
  }

  @Test func unitLengthIsSaid() throws {
    let data = try open("unit.safetensors")
    #expect(
      data.origin?.contains("features of 4 numbers, stored as F16, each of length 1 (normalized)") == true)
    #expect(data.classes == ["cat", "dog", "red fox"])
  }

  @Test func arraysByThemselves() throws {
    let (table, note) = try Dataset.featureTensor(path("x.npy"))
    #expect(try table.toFloats() == rows(0..<6) && note.contains("features of 4 numbers"))
    #expect(try Dataset.labelTensor(path("y.npy")) == [0, 1, 2, 0, 1, 2])
    #expect(try Dataset.featureTensor(path("only.pt")).tensor.shape == [6, 4])
    #expect(try Dataset.labelTensor(path("half.npz")) == [0, 1, 2, 0, 1, 2])
    let files = [("train", path("tuple.pt")), ("test", path("dict.pt"))].map {
      (split: Optional($0.0), path: $0.1)
    }
    let data = try Dataset.tensors(files, path: path("tuple.pt"))
    #expect(data.splits.map(\.name) == ["train", "test"] && data.count == 12)
    #expect(try features(data.test()) == rows(0..<6))
  }

  @Test(arguments: [
    ("nan.npz", "E0519", "features of image 4"),
    ("count.npz", "E0519", "features has 6 rows, but labels has 5"),
    ("onehot.npz", "E0519", "labels has shape"), ("negative.npz", "E0519", "label -1"),
    ("cube.npz", "E0519", "features has shape"), ("two.npz", "E0519", "features and image_features"),
    ("widths.npz", "E0519", "different widths: 3 and 4"), ("large.npz", "E0505", "float32 cannot represent"),
    ("list.pt", "E0510", "labels is not a tensor"), ("few.pt", "E0519", "only 2 classes"),
    ("x.npy", "E0510", "no labels"), ("only.pt", "E0510", "no labels"),
  ])
  func whatDoesNotFitIsRefused(_ name: String, _ code: String, _ words: String) throws {
    let error = dataError { _ = try open(name) }
    #expect(
      error?.code == code && error?.message.contains(words) == true, "\(name): \(String(describing: error))")
    #expect(error?.message.contains(name) == true)
    let first = error?.help?.prefix { $0 != " " } ?? ""
    #expect(!first.isEmpty && first.allSatisfy(\.isLetter), "\(String(describing: error?.help))")
  }
}

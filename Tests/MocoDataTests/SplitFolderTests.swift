import Foundation
import MocoData
import Testing

/// Which folders are splits.
@Suite struct SplitFolderTests {
  private func made(_ splits: [String], beside: [String] = []) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in splits { try folder.writeClasses(["cat", "dog"], perClass: 2, under: name + "/") }
    for name in beside { try folder.write(name, DataFixtures.picture(9, 9).pngBytes()) }
    return folder
  }

  @Test(arguments: [
    (["train", "validate"], ["train", "val"]), (["train", "dev", "test"], ["train", "val", "test"]),
    (["TRAIN", "Eval"], ["train", "val"]), (["training", "testing"], ["train", "test"]),
    (["valid", "test"], ["val", "test"]), (["evaluation", "train"], ["train", "val"]),
    (["train2017", "val2017"], ["train", "val"]), (["training_set", "test_set"], ["train", "test"]),
    (["seg_train", "seg_test"], ["train", "test"]), (["trainset", "testset"], ["train", "test"]),
    (["train", "unlabelled"], ["train", "unlabeled"]), (["train", "extra"], ["train", "extra"]),
    (["test"], ["test"]), (["train"], ["train"]),
  ])
  func names(folders: [String], splits: [String]) throws {
    let folder = try made(folders)
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["cat", "dog"])
    #expect(data.splits.map(\.name) == splits)
  }

  @Test(arguments: [
    (["train", "test"], "unlabeled/1.png"), (["train", "test"], "annotations/1.xml"),
    (["train"], "README/a.txt"),
    (["train", "val"], "test/1.png"), (["train"], "images/x/1.png"),
  ])
  func whatIsNoneIsNamed(splits: [String], beside: String) throws {
    let folder = try made(splits, beside: [beside])
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["cat", "dog"])
    #expect(data.splits.map(\.name) == splits.sorted { $0 == "train" || $1 != "train" && $0 > $1 })
    let name = beside.prefix { $0 != "/" }
    #expect(data.origin?.contains(": \(name))") == true)
    #expect(try DataCheck(path: folder.path).remarks.contains { $0.what.contains("/\(name)") })
  }

  /// `train` is a vehicle too.
  @Test func aClassCalledTrain() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["bus", "car", "train"], perClass: 2)
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["bus", "car", "train"])
    #expect(data.origin?.contains("train contains images and no folders") == true)
  }

  @Test func whatIsNotClearIsRefused() throws {
    for (splits, beside, words) in [
      (["train", "val", "valid"], [], ["\"val\"", "\"valid\""]),
      (["train", "training"], [], ["\"training\""]),
      (["test"], ["images/x/1.png"], ["test", "images"]),
      ([], ["train/1.png", "test/2.png"], ["train", "test", "no class folders"]),
    ] as [([String], [String], [String])] {
      let folder = try made(splits, beside: beside)
      let error = dataError { _ = try Dataset.open(folder.path) }
      #expect(error?.code == "E0521")
      for word in words { #expect(error?.message.contains(word) == true, "\(word)") }
    }
  }

  @Test func foldersOfAnyName() throws {
    let folder = try made(["val", "valid", "pictures"])
    var options = DataOptions()
    options.named = [.init(name: "train", from: ["pictures"]), .init(name: "test", from: ["val", "valid"])]
    let data = try Dataset.open(folder.path, options: options)
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 4", "test 8"])
    options.named = [.init(name: "train", from: ["picture"])]
    #expect(dataError { _ = try Dataset.open(folder.path, options: options) }?.code == "E0521")
  }

  /// Archives that were unpacked into a folder of their own name.
  @Test func aSplitInASplit() throws {
    let folder = try made(["seg_train/seg_train", "seg_test/seg_test"])
    let data = try Dataset.open(folder.path)
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 4", "test 4"])
    #expect(data.classes == ["cat", "dog"])
  }

  @Test func classesOfOneSplitAlone() throws {
    let folder = try made(["train", "test"])
    try folder.writeClasses(["owl"], perClass: 1, under: "test/")
    let data = try Dataset.open(folder.path)
    #expect(data.origin?.contains("train has no images of \"owl\"") == true)
    #expect(
      try DataCheck(path: folder.path).remarks.contains { $0.what == "train: there are no images of \"owl\"" }
    )
  }

  /// Shares for data that has splits would be ignored.
  @Test func sharesOfWhatHasSplits() throws {
    let options = DataOptions(cut: try SplitCut([("train", 1)]))
    let folder = try made(["train", "test"])
    #expect(dataErrorCode { _ = try Dataset.open(folder.path, options: options) } == "E0519")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path, images: "x") } == "E0519")
  }
}

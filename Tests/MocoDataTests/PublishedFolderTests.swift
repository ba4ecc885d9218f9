import MocoCLIP
import MocoData
import Testing

/// Layouts of ImageNet, its variants and FGVC Aircraft, as CoOp's instructions leave them on a disk.
@Suite struct PublishedFolderTests {
  private let names = """
    n01440764 tench
    n01443537 goldfish
    n03773504 missile
    n04008634 missile
    n07753592 banana

    """

  private func summary(_ data: Dataset) -> [String] {
    data.splits.map { split in
      let counts = split.classCounts.map { String($0) }
      return "\(split.name) \(counts.joined(separator: " "))"
    }
  }

  @Test func imageNet() throws {
    let folder = try TemporaryFolder()
    try folder.write("classnames.txt", names)
    let all = ["n07753592", "n01440764", "n04008634", "n03773504", "n01443537"]
    try folder.writeClasses(all, perClass: 3, under: "images/train/")
    try folder.writeClasses(all, perClass: 2, under: "images/val/")
    let data = try Dataset.open(folder.path)
    // In the list's order, under the list's names: two classes may have one.
    #expect(data.classes == ["tench", "goldfish", "missile", "missile", "banana"])
    let test = try data.test()
    #expect(
      test.labelNames == ["tench", "goldfish", "missile (n03773504)", "missile (n04008634)", "banana"])
    #expect(try test.label(named: "n04008634") == 3 && test.label(named: "missile (n03773504)") == 2)
    #expect(dataErrorCode { _ = try test.label(named: "missile") } == "E0519")
    #expect(try data.new().test().labelNames == ["missile", "banana"])
    #expect(summary(data) == ["train 3 3 3 3 3", "test 2 2 2 2 2"])
    #expect(data.origin?.contains("missile") == true)
    #expect(try DataCheck(path: folder.path).kind.contains("classnames.txt"))
  }

  /// -A and -R have some of the classes, all of them for tests; below one more folder.
  @Test func variantsOfImageNet() throws {
    let folder = try TemporaryFolder()
    try folder.write("classnames.txt", names)
    try folder.write("imagenet-a/README.txt", "about it")
    try folder.writeClasses(["n07753592", "n01440764"], perClass: 2, under: "imagenet-a/")
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["tench", "banana"])
    #expect(summary(data) == ["test 2 2"])
  }

  /// V2 calls folders by the place in the list.
  @Test func imageNetV2() throws {
    let folder = try TemporaryFolder()
    try folder.write("classnames.txt", names)
    try folder.writeClasses(["0", "1", "2", "3", "4"], perClass: 1, under: "matched-frequency/")
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["tench", "goldfish", "missile", "missile", "banana"])
    #expect(summary(data) == ["test 1 1 1 1 1"])
  }

  @Test func wrongListsOfImageNet() throws {
    let folder = try TemporaryFolder()
    try folder.write("classnames.txt", names)
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0510")
    try folder.writeClasses(["tench", "goldfish"], perClass: 1, under: "images/")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0510")
    try folder.writeClasses(["n01440764"], perClass: 1, under: "images/")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0511")
    try folder.write("classnames.txt", "n01440764\n")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0517")
    try folder.write("classnames.txt", "n01440764 tench\nn01440764 goldfish\n")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0517")
  }

  @Test func aircraft() throws {
    let folder = try TemporaryFolder()
    try folder.write("variants.txt", "707-320\nFalcon 900\nF-16A/B\n")
    for index in 0..<6 {
      let image = try DataFixtures.picture(20, 16, seed: index)
      try folder.write("images/00\(index).jpg", image.jpegBytes())
    }
    try folder.write("images_variant_train.txt", "001 Falcon 900\n000 707-320\n002 F-16A/B\n")
    try folder.write("images_variant_test.txt", "003 707-320\n004 Falcon 900\n005 F-16A/B\n")
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["707-320", "Falcon 900", "F-16A/B"])
    #expect(summary(data) == ["train 1 1 1", "test 1 1 1"])
    #expect(try data.train().labels == [1, 0, 2])
    #expect(try data.train().image(0).width == 20)
    #expect(try DataCheck(path: folder.path).remarks == [])
    try folder.write("images_variant_val.txt", "001\n")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0517")
    try folder.write("images_variant_val.txt", "001 Falcon 2000\n")
    #expect(dataErrorCode { _ = try Dataset.open(folder.path) } == "E0517")
  }
}

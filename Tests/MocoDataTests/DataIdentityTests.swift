import Foundation
import MocoData
import MocoTensor
import MocoTestSupport
import Testing

/// Two splits are the same data when their content is, whatever it comes from.
@Suite struct DataIdentityTests {
  private func features(
    _ values: [Float], _ shape: [Int], classes: [String] = ["a", "b"]
  ) throws -> DataSplit {
    try Dataset.features(
      Tensor(values, shape: shape), labels: (0..<shape[0]).map { $0 % 2 }, classes: classes
    ).train()
  }

  @Test func featuresCountByValueAndShape() throws {
    let values = (0..<12).map { Float($0) }
    let split = try features(values, [4, 3])
    #expect(try split.contentHash() == features(values, [4, 3]).contentHash())
    #expect(split.source.contentKey == (try features(values, [4, 3])).source.contentKey)
    #expect(split.listingHash == (try features(values, [4, 3])).listingHash)
    var other = values
    other[7] = 7.0000005
    for changed in [try features(other, [4, 3]), try features(values, [6, 2])] {
      #expect(try changed.contentHash() != split.contentHash())
      #expect(
        changed.source.contentKey != split.source.contentKey && changed.listingHash != split.listingHash)
    }
    #expect(try features(values, [4, 3], classes: ["a", "c"]).contentHash() != split.contentHash())
    // A split is what its own rows are.
    let half = try split.subset([0, 1])
    other = values
    other[11] = -1
    #expect(try features(other, [4, 3]).subset([0, 1]).contentHash() == half.contentHash())
    #expect(try half.contentHash() != split.contentHash())
    // Whole numbers are the floats they become.
    let ints = try Dataset.features(
      Tensor([1, 2, 3, 4] as [Int], shape: [2, 2]), labels: [0, 1], classes: ["a", "b"]
    ).train()
    #expect(try ints.contentHash() == features([1, 2, 3, 4], [2, 2]).contentHash())
  }

  /// A program may go on writing into its tensor.
  @Test func featuresAreTakenAsTheyAre() throws {
    for view in [false, true] {
      let whole = try Tensor((0..<24).map { Float($0) }, shape: [8, 3])
      let table = view ? try whole.sliced(axis: 0, from: 0, to: 4) : whole
      let labels = (0..<(table.shape[0])).map { $0 % 2 }
      let split = try Dataset.features(table, labels: labels, classes: ["a", "b"]).train()
      let before = try split.contentHash()
      let encoder = ImageEncoder(
        key: "none",
        preprocess: Preprocess(size: 1, channels: 1, mean: [0], std: [1])
      ) { $0 }
      let rows = try split.features(encoder).toFloats()
      try whole.withMutableFloats { for i in $0.indices { $0[i] = -5 } }
      #expect(try split.contentHash() == before)
      #expect(try split.features(encoder).toFloats() == rows && rows.first == 0)
      // Nor does what is handed out lead back.
      try split.features(encoder).withMutableFloats { $0[0] = 99 }
      #expect(try split.features(encoder).toFloats() == rows)
    }
  }

  /// A name that looks like the next line of a list is no other list.
  @Test func namesDoNotRunIntoEachOther() throws {
    let source = try PackedImages(name: "p", count: 2, width: 1, height: 1, bytes: [1, 2])
    func hash(_ classes: [String], _ items: [DataItem] = [DataItem(source: 0, label: 0)]) throws -> String {
      try DataSplit(name: "x", classes: classes, items: items, source: source).contentHash()
    }
    #expect(try hash(["a\nb"]) != hash(["a", "b"]))
    #expect(try hash(["a 1 b"]) != hash(["a", "b"]))
    #expect(
      try hash(["a", "1"], [DataItem(source: 0, label: 11)])
        != hash(["a", "11"], [DataItem(source: 0, label: 1)]))
    #expect(try hash(["a"], [DataItem(source: 0, label: 0)]) != hash(["a"], [DataItem(source: 1, label: 0)]))
  }

  /// The file is rewritten with the same size and time: the quick key cannot see that, the content can.
  @Test func filesCountByContent() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["ant", "bee"], perClass: 4)
    let data = try Dataset.open(folder.path)
    let train = try data.train()
    let before = try train.contentHash()
    #expect(try Dataset.open(folder.path).train().contentHash() == before)
    // A copy elsewhere is the same data, with other times.
    let copy = folder.path + "-copy"
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    for file in ["ant", "bee"].flatMap({ name in (0..<4).map { "\(copy)/\(name)/\($0).png" } }) {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: file)
    }
    #expect(try Dataset.open(copy).train().contentHash() == before)
    #expect(try Dataset.open(copy).train().listingHash != train.listingHash)
    // The same in lists.
    let rows = ["ant", "bee"].flatMap { name in (0..<4).map { "\(name)/\($0).png,\(name),train" } }
    try folder.write("list.csv", (rows + ["ant/0.png,ant,test"]).joined(separator: "\n"))
    let listed = try Dataset.open(folder.path + "/list.csv").train()
    let listedBefore = try listed.contentHash()

    let path = train.label(of: 0)
    let stamp = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let last = bytes.count - 20
    bytes[last] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try train.contentHash() != before, "a file that is rewritten while the split is held")
    try FileManager.default.setAttributes([.modificationDate: stamp as Any], ofItemAtPath: path)
    #expect(try Dataset.open(folder.path).train().contentHash() != before)
    #expect(try Dataset.open(folder.path + "/list.csv").train().contentHash() != listedBefore)
  }

  @Test func packedImagesAndStyles() throws {
    let bytes = (0..<32).map { UInt8($0) }
    func split(_ bytes: [UInt8], border: Int = 0, width: Int = 2) throws -> DataSplit {
      let source = try PackedImages(
        name: "p", count: 8, width: width, height: 4 / width, border: border, bytes: bytes)
      return DataSplit(
        name: "x", classes: ["a", "b"], items: (0..<8).map { DataItem(source: $0, label: $0 % 2) },
        source: source)
    }
    let plain = try split(bytes)
    let hash = try plain.contentHash()
    #expect(try split(bytes).contentHash() == hash)
    var changed = bytes
    changed[31] = 0
    #expect(try split(changed).contentHash() != hash)
    #expect(try split(bytes, border: 1).contentHash() != hash)
    #expect(try split(bytes, width: 4).contentHash() != hash)
    let styled = try plain.styled(seed: 1)
    #expect(try styled.contentHash() == plain.styled(seed: 1).contentHash())
    for other in [try plain.styled(seed: 2), try plain.styled(severity: 0.1, seed: 1), plain] {
      #expect(try other.contentHash() != styled.contentHash())
    }
    let relabelled = plain.with(items: plain.items.map { DataItem(source: $0.source, label: 1 - $0.label) })
    #expect(try relabelled.contentHash() != hash)
  }
}

import MocoBase
import MocoData
import Testing

/// Every layout is known again by one registry, which also says what it reads and what a request may hold.
@Suite struct DataLayoutTests {
  private func title(_ files: [String: String], at path: String = "") throws -> String {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, text) }
    return try DataLayout(of: DataLayout.Place(folder.path + path)).title
  }

  @Test(arguments: [
    (["train-images-idx3-ubyte": ""], "a folder of IDX files"),
    (["t10k-images-idx3-ubyte.gz": "", "split_zhou_Pets.json": ""], "a folder of IDX files"),
    (["split_zhou_Pets.json": "", "train/a.txt": ""], "a folder with a list of images"),
    (["images/a.jpg": "", "labels/a.txt": "0 0.5 0.5 0.1 0.1\n"], "an object detection data set"),
    (["images/a.jpg": "", "labels/a.txt": "a note\n"], "a folder with one sub-folder for each class"),
    (["classnames.txt": "n01440764 tench\n"], "an ImageNet folder with classnames.txt"),
    (["classnames.txt": "tench\n", "tench/a.txt": ""], "a folder with one sub-folder for each class"),
    (
      ["variants.txt": "", "images_variant_train.txt": ""],
      "an FGVC Aircraft folder with lists of variants"
    ),
    (["variants.txt": "", "cat/a.txt": ""], "a folder with one sub-folder for each class"),
    (["training/cat/a.txt": ""], "a folder of splits with one sub-folder for each class"),
    ([:], "a folder with one sub-folder for each class"),
  ])
  func foldersAreKnownByTheirEntries(_ files: [String: String], _ title: String) throws {
    #expect(try self.title(files) == title)
  }

  @Test(arguments: [
    ("/a.json", "a list of images in JSON"), ("/A.JSON", "a list of images in JSON"),
    ("/a.csv", "a list of images in CSV"), ("/a.tsv", "a list of images in TSV"),
    ("/a.Tab", "a list of images in TSV"), ("/a.safetensors", "a file of tensors"),
    ("/a.npz", "a file of tensors"), ("/a.PT", "a file of tensors"),
  ])
  func filesAreKnownByTheirEndings(_ name: String, _ title: String) throws {
    #expect(try self.title([String(name.dropFirst()): ""], at: name) == title)
  }

  @Test func whatIsNoneSaysWhatIs() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.parquet", "")
    let accepted = "a folder with one sub-folder for each class, or a .json, .csv, .tsv or .safetensors file"
    #expect(DataLayout.accepted == accepted)
    let other = dataError { _ = try Dataset.open(folder.path + "/a.parquet", images: "x") }
    #expect(other?.code == "E0503")
    #expect(other?.help == "use \(accepted)")
    let missing = dataError { _ = try Dataset.open(folder.path + "/nowhere") }
    #expect(missing?.code == "E0501")
    #expect(
      missing?.help
        == "use \(accepted), or \"fashion\"; paths are relative to the folder in which moco was started")
  }

  /// A request's parts that say nothing about a layout are errors, for every layout.
  @Test func unheededPartsAreRefused() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 1, under: "photos/")
    try folder.write("list.json", "{}")
    try folder.write("idx/train-images-idx3-ubyte", "")
    try folder.write("variants/variants.txt", "a\nb\n")
    try folder.write("variants/images_variant_train.txt", "1 a\n")
    try folder.write("list.safetensors", "")
    func refused(_ name: String, images: String? = nil, _ change: (inout DataOptions) -> Void) -> String? {
      var options = DataOptions()
      change(&options)
      let path = folder.path + "/" + name
      guard let error = dataError({ _ = try Dataset.open(path, images: images, options: options) }),
        error.code == "E0519", let end = error.message.range(of: " does not apply to ")
      else { return nil }
      return String(error.message[..<end.lowerBound])
    }
    for name in ["photos", "idx", "variants", "list.safetensors"] {
      #expect(refused(name, images: "x") { _ in } == "images:")
    }
    for name in ["photos", "list.json", "idx", "variants", "list.safetensors"] {
      #expect(refused(name) { $0.columns = [.path: "p"] } == "columns:")
    }
    for name in ["idx", "variants", "list.safetensors"] {
      #expect(refused(name) { $0.named = [.init(name: "train", from: ["a"])] } == "split: with names")
    }
    #expect(refused("idx") { $0.cut = .standard(seed: 0) } == "split:")
    #expect(refused("photos") { $0.named = [.init(name: "train", from: ["a"])] } == nil)
  }

  @Test func theManualHasEveryReader() {
    let items = DataLayout.manual.split(separator: "\n").filter { $0.hasPrefix("- ") }
    #expect(items.count == 8)
    for word in [
      "sub-folder", "IDX", "split_zhou", "classnames.txt", "variants.txt", "CSV", "safetensors", "val.npz",
    ] {
      #expect(items.count { $0.contains(word) } == 1, "\(word)")
    }
  }
}

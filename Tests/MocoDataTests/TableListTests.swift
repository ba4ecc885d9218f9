import Foundation
import MocoBase
import MocoData
import Testing

/// Lists of images in CSV and TSV.
@Suite struct TableListTests {
  private struct Case: CustomTestStringConvertible {
    let name: String
    let text: String
    var classes = ["cat", "dog"]
    var labels = [0, 1]
    var testDescription: String { name }
  }

  private static let good: [Case] = [
    Case(name: "no header", text: "1.png,cat\n2.png,dog\n"),
    Case(name: "filepath", text: "filepath,label\n1.png,cat\n2.png,dog\n"),
    Case(name: "img target", text: "img,target\n1.png,cat\n2.png,dog\n"),
    Case(name: "order and case", text: "Category,Image_Path\ncat,1.png\ndog,2.png\n"),
    Case(name: "quoted header", text: "\"File Name\",\"Class Name\"\n\"1.png\",\"cat\"\n\"2.png\",\"dog\"\n"),
    Case(name: "mark and line ends", text: "\u{FEFF}path,label\r\n1.png,cat\r\n\r\n2.png,dog\r\n"),
    Case(name: "old line ends", text: "path,label\r1.png,cat\r2.png,dog"),
    Case(name: "tabs", text: "path\tlabel\n1.png\tcat\n2.png\tdog\n"),
    Case(name: "semicolons", text: "path;label\n1.png;cat\n2.png;dog\n"),
    Case(
      name: "commas in semicolons", text: "1.png;cat, big\n2.png;dog, small\n",
      classes: ["cat, big", "dog, small"]),
    Case(name: "unknown header", text: "bild;tier\n1.png;cat\n2.png;dog\n"),
    Case(name: "label first", text: "cat,1.png\ndog,2.png\n"),
    Case(name: "more columns", text: "id,path,width,label\n7,1.png,20,cat\n8,2.png,21,dog\n"),
    Case(
      name: "numbers and names", text: "path,label,classname\n1.png,1,dog\n2.png,0,cat\n", labels: [1, 0]),
    Case(name: "numbers and names without header", text: "1.png,0,cat\n2.png,1,dog\n"),
    Case(name: "numbers from 1", text: "path,label_id,label\n1.png,2,dog\n2.png,1,cat\n", labels: [1, 0]),
    Case(
      name: "numbers alone", text: "path,label\n1.png,1\n2.png,0\n", classes: ["0", "1"], labels: [1, 0]),
    Case(
      name: "line ends in quotes", text: "path,label\n1.png,\"cat\nbig\"\n2.png,\"a \"\"dog\"\"\"\n",
      classes: ["cat\nbig", "a \"dog\""]),
    Case(name: "space and quotes", text: "path, label\n1.png, \"cat\"\n2.png, \"dog\" \n"),
    Case(name: "two paths, one there", text: "image,file,label\nx,1.png,cat\ny,2.png,dog\n"),
    Case(name: "backslashes", text: "path,label\nsub\\3.png,cat\nsub\\4.png,dog\n"),
    Case(name: "beside", text: "path,label\n3.png,cat\n4.png,dog\n"),
  ]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["1", "2", "sub/3", "sub/4"] {
      try folder.write(name + ".png", DataFixtures.picture(9, 9, seed: name.count).pngBytes())
    }
    return folder
  }

  @Test(arguments: good) private func isRead(_ item: Case) throws {
    let folder = try folder()
    let path = try folder.write("list.csv", item.text)
    let data = try Dataset.open(path, options: DataOptions(cut: SplitCut([("train", 1)])))
    #expect(data.classes == item.classes)
    #expect(try data.train().labels == item.labels)
    #expect(try data.train().image(0).width == 9)
    let tsv = try folder.write("list.tsv", item.text)
    #expect(try Dataset.open(tsv).classes == item.classes)
  }

  @Test func assumptionsAreSaid() throws {
    let folder = try folder()
    func origin(_ text: String) throws -> String {
      try Dataset.open(folder.write("list.csv", text)).origin ?? ""
    }
    #expect(
      try origin("bild;tier\n1.png;cat\n2.png;dog\n").contains("the path is read from the column \"bild\""))
    #expect(
      try origin("bild;tier\n1.png;cat\n2.png;dog\n").contains("the label is read from the column \"tier\""))
    #expect(
      try origin("path,label,width\n1.png,cat,3\n2.png,dog,4\n").contains("columns not used: \"width\""))
    #expect(try origin("path,label\nsub\\3.png,cat\nsub\\4.png,dog\n").contains("backslashes"))
    #expect(try origin("path,label\n3.png,cat\n4.png,dog\n").contains("images are in sub"))
    #expect(try origin("path,label,c\n1.png,5,x\n2.png,9,y\n").contains("are mapped to labels from 0"))
  }

  @Test(arguments: [
    (
      "path,image,label\n1.png,2.png,cat\n2.png,1.png,dog\n", "E0517",
      "\"path\", \"image\" could both be the path"
    ),
    (
      "path,class,category\n1.png,a,x\n2.png,b,x\n", "E0517",
      "\"class\", \"category\" could both be the label"
    ),
    ("path,label,target\n1.png,0,3\n2.png,1,4\n", "E0517", "\"label\", \"target\" could both be the label"),
    ("path,label,split,set\n1.png,a,train,x\n2.png,b,test,y\n", "E0517", "could both be the split"),
    ("bild,farbe,tier\n1.png,red,cat\n2.png,blue,dog\n", "E0517", "could both be the label"),
    (
      "path,label,classname\n1.png,0,cat\n2.png,0,dog\n", "E0519",
      ":3: label 0 has two names, \"cat\" (line 2)"
    ),
    ("path,label,classname\n1.png,0,cat\n2.png,1,cat\n", "E0511", "only one class, \"cat\""),
    ("path,label\n1.png,cat\n2.png\n", "E0517", ":3: expected 2 columns, found 1 column"),
    ("path,label\n1.png,\"cat\"x\n2.png,dog\n", "E0517", "after a closing quote"),
    ("path,label\n", "E0510", "no images"),
    ("id,breed\n1,cat\n2,dog\n", "E0517", "no column contains image paths; the first line is \"id\""),
    ("path,label\n9.png,cat\n8.png,dog\n", "E0501", "9.png"),
    ("path,label\nhttp://x/9.png,cat\nhttp://x/8.png,dog\n", "E0501", "http://x/9.png"),
    ("path,label\n1.png,cat\n9.png,dog\n", "E0501", "1 of 2 listed images is missing"),
    ("path,label,split\n1.png,cat,val\n2.png,dog,dev\n", "E0521", "both belong to the split val"),
    ("path,label,split\n1.png,cat,train\n2.png,dog,\n", "E0517", ":3: 2.png has no split"),
  ])
  func isRefused(text: String, code: String, words: String) throws {
    let folder = try folder()
    let path = try folder.write("list.csv", text)
    let error = dataError { _ = try Dataset.open(path) }
    #expect(error?.code == code)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "nothing")")
  }

  @Test func columnsAreNamed() throws {
    let folder = try folder()
    let path = try folder.write("list.csv", "bild,farbe,tier\n1.png,red,cat\n2.png,blue,dog\n")
    var options = DataOptions()
    options.columns = [.label: "farbe"]
    #expect(try Dataset.open(path, options: options).classes == ["red", "blue"])
    options.columns = [.label: "colour"]
    let error = dataError { _ = try Dataset.open(path, options: options) }
    #expect(error?.code == "E0517" && error?.help?.contains("bild, farbe, tier") == true)
    let bare = try folder.write("bare.csv", "1.png,red,cat\n2.png,blue,dog\n")
    options.columns = [.label: "3"]
    #expect(try Dataset.open(bare, options: options).classes == ["cat", "dog"])
  }

  @Test func splitsOfLists() throws {
    let folder = try folder()
    func splits(_ text: String, _ named: [DataOptions.NamedSplit]? = nil) throws -> [String] {
      var options = DataOptions()
      options.named = named
      return try Dataset.open(folder.write("list.csv", text), options: options).splits.map {
        "\($0.name) \($0.count)"
      }
    }
    let head = "path,label,fold\n1.png,a,X\n2.png,b,X\nsub/3.png,a,Y\nsub/4.png,b,Y\n"
    func text(_ first: String, _ second: String) -> String {
      head.replacingOccurrences(of: "X", with: first).replacingOccurrences(of: "Y", with: second)
    }
    #expect(try splits(text("Training", "valid")) == ["train 2", "val 2"])
    #expect(try splits(text("train", "dev")) == ["train 2", "val 2"])
    #expect(try splits(text("0", "1")) == ["0 2", "1 2"])
    #expect(
      try splits(text("0", "1"), [.init(name: "train", from: ["1"]), .init(name: "test", from: ["0"])])
        == ["train 2", "test 2"])
    #expect(
      try Dataset.open(folder.write("list.csv", text("0", "1"))).origin?.contains("no split is called train")
        == true)
    #expect(
      try splits(text("1", "0").replacingOccurrences(of: "fold", with: "is_train")) == ["train 2", "test 2"])
    #expect(try splits("path,label,x\n1.png,a,train\n2.png,b,train\n") == ["train 2"])
  }

  @Test func missingRowsAreLeftOut() throws {
    let folder = try folder()
    let path = try folder.write("list.csv", "path,label\n1.png,cat\n9.png,cat\n2.png,dog\n")
    let data = try Dataset.open(path, options: DataOptions(skipsBroken: true))
    #expect(data.count == 2)
    #expect(data.skipped.map(\.reason) == ["listed, but the file does not exist"])
    let check = try DataCheck(path: path)
    #expect(check.remarks.contains { $0.what.contains("9.png") })
    let json = try folder.write(
      "split_zhou_X.json", #"{"train": [["1.png", 0, "a"], ["9.png", 0, "a"], ["2.png", 1, "b"]]}"#)
    #expect(dataError { _ = try Dataset.open(json) }?.code == "E0501")
    #expect(try DataCheck(path: json).remarks.contains { $0.what.contains("9.png") })
  }

  /// Absolute, by `..`, through a link.
  @Test func listsThatLeadOut() throws {
    let outside = try folder()
    let folder = try folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/linked", withDestinationPath: outside.path)
    let name = FileSystem.name(of: outside.path)
    let rows = ["1.png,a", "2.png,b"]
    for place in ["\(outside.path)/1.png", "../\(name)/1.png", "linked/1.png"] {
      let path = try folder.write(
        "list.csv", (["path,label"] + rows + ["\(place),a"]).joined(separator: "\n"))
      let remarks = try DataCheck(path: path).remarks.map(\.what)
      #expect(remarks.contains { $0.contains("refers to files outside") && $0.contains(place) }, "\(place)")
      let json = try folder.write(
        "list.json", "{\"train\": [[\"1.png\", 0, \"a\"], [\"2.png\", 1, \"b\"], [\"\(place)\", 0, \"a\"]]}")
      #expect(
        try DataCheck(path: json).remarks.contains { $0.what.contains("refers to files outside") }, "\(place)"
      )
    }
    let path = try folder.write("list.csv", (["path,label"] + rows).joined(separator: "\n"))
    #expect(try !DataCheck(path: path).remarks.contains { $0.what.contains("refers to files outside") })
  }
}

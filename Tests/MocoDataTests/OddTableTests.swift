import Foundation
import MocoBase
import MocoCLIP
import MocoData
import Testing

/// Tables as people and programs write them: read with a word about what was assumed, or refused with what to do.
@Suite struct OddTableTests {
  private func open(_ text: String, ending: String = "csv", isCut: Bool = true) throws -> Dataset {
    let folder = try TemporaryFolder()
    for name in ["1", "2", "3", "4"] {
      try folder.write(name + ".png", DataFixtures.picture(9, 9, seed: name.hashValue & 7).pngBytes())
    }
    try folder.write("#5.png", DataFixtures.picture(9, 9).pngBytes())
    let path = try folder.write("list." + ending, text)
    return try isCut
      ? Dataset.open(path, options: DataOptions(cut: SplitCut([("train", 1)]))) : Dataset.open(path)
  }

  /// A list that numbers its classes may call two by one name, in every kind of list.
  @Test func twinsInEveryKindOfList() throws {
    for text in [
      "path,label,classname\n1.png,0,crane\n2.png,1,crane\n3.png,2,dog\n",
      "1.png,crane,0\n2.png,crane,1\n3.png,dog,2\n",
    ] {
      let data = try open(text)
      #expect(data.classes == ["crane", "crane", "dog"])
      #expect(try data.train().labels == [0, 1, 2])
      #expect(try data.train().labelNames == ["crane (0)", "crane (1)", "dog"])
      #expect(
        data.origin?.contains("classes with the same name, so their prompts are the same: crane") == true)
    }
    let json = #"{"train": [["1.png", 0, "crane"], ["2.png", 1, "crane"], ["3.png", 2, "dog"]]}"#
    #expect(try open(json, ending: "json", isCut: false).classes == ["crane", "crane", "dog"])
    // One name for all is not a data set, and without numbers a name is a class.
    #expect(dataError { _ = try open("path,label,classname\n1.png,0,cat\n2.png,1,cat\n") }?.code == "E0511")
    #expect(try open("1.png,crane\n2.png,crane\n3.png,dog\n").classes == ["crane", "dog"])
  }

  @Test(arguments: [
    ("path,label\n1.png,0\n2.png,-1\n3.png,1\n", ":3: the label is -1"),
    ("path,label\n1.png,-1\n2.png,-2\n", ":2: the label is -1"),
    ("1.png,0\n2.png,-1\n3.png,1\n", ":2: the label is -1"),
    ("path,label,classname\n1.png,-1,cat\n2.png,0,dog\n", ":2: the label is -1"),
    ("path,label\n1.png,0.5\n2.png,1\n", ":2: the label is 0.5"),
    ("path,label\n1.png,0\n2.png,nan\n3.png,1\n", ":3: the label is nan"),
    ("path,label\n1.png,0\n2.png,99999999999999999999\n", ":3: the label is 9999"),
    ("path,label\n1.png,0\n2.png,\n3.png,1\n", ":3: the label is empty"),
  ])
  func numbersThatAreNoLabels(_ text: String, _ words: String) throws {
    let error = dataError { _ = try open(text) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "nothing")")
    #expect(error?.help?.isEmpty == false)
  }

  /// Digits of another width or script are not numbers to any reader, and would become names without a word.
  @Test(arguments: [
    ("１,０,１,０", "１", "write 1"), ("1,0,１,０", "１", "write 1"), ("١,٠,١,٠", "١", "write 1"),
    ("²,¹,²,¹", "²", "write 2"), ("１２,3,１２,3", "１２", "write 12"), ("1,0,−1,0", "−1", "write -1"),
    ("1.0,１.0,1.0,0.0", "１.0", "write 1.0"), ("۱,۰,۱,۰", "۱", "write 1"), ("१,०,१,०", "१", "write 1"),
  ])
  func digitsOfOtherScriptsAreRefused(_ labels: String, _ first: String, _ help: String) throws {
    let rows = labels.split(separator: ",").enumerated().map { "\($0.offset + 1).png,\($0.element)\n" }
    let error = dataError { _ = try open("path,label\n" + rows.joined()) }
    #expect(
      error?.code == "E0519"
        && error?.message.contains("the label \(first) contains characters other") == true)
    #expect(error?.help?.hasPrefix(help) == true, "\(error?.help ?? "nothing")")
  }

  @Test func wordsWithSuchDigitsAreNames() throws {
    for (one, other) in [("No. １", "No. ２"), ("H₂O", "CO₂"), ("一", "二"), ("Ⅳ", "½ and more"), ("-", ".")] {
      let data = try open("path,label\n1.png,\(one)\n2.png,\(other)\n3.png,\(one)\n")
      #expect(data.classes == [one, other])
    }
    // Names beside numbers are names.
    #expect(try open("path,label,name\n1.png,0,٠\n2.png,1,١\n3.png,0,٠\n").classes == ["٠", "١"])
  }

  /// Boxes are not classes: as YOLO's programs lay data out, in both orders of folders.
  @Test(arguments: [
    ["images/train/1.png", "images/val/2.png", "labels/train/1.txt", "labels/val/2.txt", "data/about.txt"],
    ["train/images/1.png", "valid/images/2.png", "train/labels/1.txt", "valid/labels/2.txt"],
    ["images/1.png", "images/2.png", "labels/1.txt", "labels/2.txt", "labels/classes.txt"],
  ])
  func boxesAreNoClasses(_ names: [String]) throws {
    let (folder, error) = try folders(names)
    #expect(
      error?.code == "E0522" && error?.message.contains("is an object detection data set") == true,
      "\(error as Any)")
    #expect(error?.help == "write a CSV file with path, label and split of every image, and use that")
    #expect(throws: Failure.self) { _ = try DataCheck(path: folder.path) }
  }

  @Test func aFolderCalledLabelsMayBeAClass() throws {
    let (_, error) = try folders(["images/1.png", "images/2.png", "labels/3.png", "labels/4.png"])
    #expect(error == nil)
  }

  /// Numbers beside a name that can be no label are not blamed.
  @Test func columnsThatAreNotClear() throws {
    let error = dataError { _ = try open("1.png,cat,0.93\n2.png,dog,0.2\n") }
    #expect(error?.code == "E0517" && error?.message.contains("could both be the label") == true)
    let title = dataError { _ = try open("My list\n1.png,cat\n2.png,dog\n") }
    #expect(title?.message.contains(":1: the line has 1 column, but the next one has 2") == true)
    #expect(title?.help?.hasPrefix("remove it") == true)
  }

  @Test func wholeNumbersWithAPoint() throws {
    let data = try open("path,label\n1.png,1.0\n2.png,0.0\n3.png,1\n")
    #expect(data.classes == ["0", "1"])
    #expect(try data.train().labels == [1, 0, 1])
    #expect(data.origin?.contains("1.0 is read as 1") == true)
  }

  @Test func whatNumbersAndOddNamesBecomeIsSaid() throws {
    #expect(
      try open("path,label\n1.png,0\n2.png,1\n").origin?.contains("classes are named by their numbers")
        == true)
    let odd = try open("path,label\n1.png,cat\n2.png,-1\n3.png,nan\n4.png,7\n").origin ?? ""
    #expect(odd.contains("class names that look like numbers or missing values: -1, nan, 7"), "\(odd)")
    #expect(try open("path,label\n1.png,cat\n2.png,dog\n").origin?.contains("look like") == false)
  }

  @Test func aLineThatNamesTheSeparator() throws {
    for (separator, text) in [
      (",", "1.png,cat\n2.png,dog\n"), (";", "1.png;cat, big\n2.png;dog\n"), ("\t", "1.png\ta\n2.png\tb\n"),
    ] {
      for head in ["sep=", "SEP=", "\"sep=\(separator)\"\n"] {
        let first = head.hasSuffix("\n") ? head : head + separator + "\r\n"
        let data = try open(first + text)
        #expect(data.classes.count == 2 && data.classes[0].hasPrefix(separator == "\t" ? "a" : "cat"))
        #expect(data.origin?.contains("sep=") == true)
      }
    }
    let error = dataError { _ = try open("sep=|\n1.png|cat\n2.png|dog\n") }
    #expect(error?.code == "E0517" && error?.message.contains(":1: the separator | is not supported") == true)
    // Lines keep their numbers.
    #expect(
      dataError { _ = try open("sep=,\n1.png,cat\n2.png\n") }?.message.contains(":3: expected 2") == true)
  }

  @Test(arguments: [
    ("# made by a program\npath,label\n1.png,cat\n2.png,dog\n", ":1:"),
    ("#path,label\n1.png,cat\n2.png,dog\n", ":1:"),
    ("path,label\n1.png,cat\n# 3.png,dog\n2.png,dog\n", ":3:"),
    ("path,label\n1.png,cat\n2.png,dog\n# end, of, it\n", ":4:"),
    ("path;label\n1.png;cat\n#;\n2.png;dog\n", ":3:"),
  ])
  func commentsAreNoRows(_ text: String, _ place: String) throws {
    let error = dataError { _ = try open(text) }
    #expect(
      error?.code == "E0517" && error?.message.contains(place) == true, "\(error?.message ?? "nothing")")
    #expect(error?.message.contains("starts with #") == true && error?.help?.hasPrefix("remove") == true)
  }

  @Test func aNameMayBeginWithThatSign() throws {
    #expect(try open("path,label\n#5.png,cat\n2.png,dog\n").classes == ["cat", "dog"])
    #expect(try open("label,path\n#1 cat,1.png\ndog,2.png\n").classes == ["#1 cat", "dog"])
  }

  @Test func spaceAroundFields() throws {
    for text in [
      " path , label \n 1.png , cat \n 2.png , dog \n",
      "\" path \",\" label\"\n\" 1.png\",\"cat \"\n\"2.png \",\" dog\"\n",
      "\u{A0}path,label\n1.png\u{A0},cat\n2.png,\u{A0}dog\n",
      "\"path\" ,\"label \"\n\"1.png \" ,\"cat\"\n\"2.png\", \"dog\"\n",
    ] {
      let data = try open(text)
      #expect(data.classes == ["cat", "dog"], "\(text)")
      #expect(data.count == 2)
    }
    #expect(
      try open("\" path \",label\n\" 1.png\",cat\n2.png,dog\n").origin?.contains("space around quoted fields")
        == true)
    let split = try open(
      "path,label,split\n1.png,cat,\" train\"\n2.png,dog,\"test \"\n3.png,dog,train\n4.png,cat,test\n",
      isCut: false)
    #expect(split.splits.map(\.name) == ["train", "test"])
  }

  // MARK: Folders one level down

  private func folders(_ names: [String]) throws -> (TemporaryFolder, Failure?) {
    let folder = try TemporaryFolder()
    for (place, name) in names.enumerated() {
      if name.hasSuffix(".txt") {
        try folder.write(name, "0 0.5 0.5 1 1")
      } else {
        try folder.write(name, DataFixtures.picture(9, 9, seed: place).pngBytes())
      }
    }
    return (folder, dataError { _ = try Dataset.open(folder.path) })
  }

  private static let below = ["train/cat/1.png", "train/dog/2.png", "val/cat/3.png", "val/dog/4.png"]

  @Test(arguments: [
    ("images", [] as [String]), ("data", ["docs/a.txt"]),
    ("images", ["labels/train/1.txt", "labels/val/2.txt"]),
    ("images", ["annotations/train.txt"]), ("my set", []),
  ])
  func splitsOneLevelDownAreFound(_ name: String, _ beside: [String]) throws {
    let (folder, error) = try folders(OddTableTests.below.map { "\(name)/\($0)" } + beside)
    #expect(
      error?.message.contains("\(name) contains train, val") == true,
      "\(error?.message ?? "nothing")")
    #expect(
      error?.help?.contains("dataset(\"\(folder.path)/\(name)\")") == true, "\(error?.help ?? "nothing")")
    #expect(try Dataset.open("\(folder.path)/\(name)").classes == ["cat", "dog"])
  }

  @Test func classesOneLevelDownAreNamed() throws {
    for (names, place) in [
      (["photos/cat/1.png", "photos/dog/2.png"], "photos"), (["a/b/cat/1.png", "a/b/dog/2.png"], "a/b"),
      (["data/train/cat/1.png", "data/train/dog/2.png", "data/about.txt"], "data"),
    ] {
      let (folder, error) = try folders(names)
      #expect(error?.code == "E0511" && error?.help?.contains("dataset(\"\(folder.path)/\(place)\")") == true)
      #expect(try Dataset.open("\(folder.path)/\(place)").classes == ["cat", "dog"])
    }
  }

  /// `cat/train`, `cat/test`, `dog/train` …: splits inside of classes would be mixed.
  @Test func splitsInsideOfClassesAreRefused() throws {
    let (_, error) = try folders([
      "cat/train/1.png", "cat/test/2.png", "dog/train/3.png", "dog/test/4.png",
    ])
    #expect(
      error?.code == "E0521" && error?.message.contains("test, train") == true,
      "\(error?.message ?? "nothing")")
    let (_, two) = try folders(
      OddTableTests.below.map { "photos/\($0)" } + OddTableTests.below.map { "sketches/\($0)" })
    #expect(two?.code == "E0521" && two?.help?.contains("/photos\")") == true, "\(two?.message ?? "nothing")")
    // One folder of that name in a class, among others, is a folder of a class.
    let (_, none) = try folders(["bus/train/1.png", "bus/red/2.png", "car/3.png", "car/4.png"])
    #expect(none == nil)
  }
}

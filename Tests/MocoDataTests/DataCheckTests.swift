import Foundation
import MocoBase
import MocoCLIP
import MocoData
import MocoTestSupport
import Testing

/// What the doctor says of data sets.
@Suite struct DataCheckTests {
  private func image(_ folder: String, _ name: String, seed: Int) throws {
    let path = "\(folder)/\(name)"
    try FileSystem.createFolder(FileSystem.parent(of: path))
    try DataFixtures.picture(14 + seed, 12, seed: seed).save(path)
  }

  @Test func aGoodFolder() throws {
    try Repository.inFolder { folder in
      for (place, name) in ["train/a/1", "train/a/2", "train/b_c/1", "test/a/1", "test/b_c/1"].enumerated() {
        try image(folder, name + ".png", seed: place)
      }
      let check = try DataCheck(path: folder)
      #expect(check.kind == "a folder of splits with one sub-folder for each class")
      #expect(check.classes == ["a", "b c"])
      #expect(check.splits.map(\.name) == ["train", "test"])
      #expect(check.splits.map(\.perClass) == [1...2, 1...1])
      #expect(check.sides == 12...18)
      #expect(check.remarks.isEmpty)
      #expect(check.description.hasSuffix("no problems found\n"))
    }
  }

  @Test func whatIsWrongIsNamed() throws {
    try Repository.inFolder { folder in
      for (place, name) in ["train/a/1", "train/a/2", "train/b/1", "train/c/1"].enumerated() {
        try image(folder, name + ".png", seed: place)
      }
      // The same image in two splits and under another class, one that is none, a class without test images.
      try image(folder, "test/b/copy.png", seed: 0)
      try image(folder, "test/a/9.png", seed: 9)
      try Data("no image".utf8).write(to: URL(fileURLWithPath: folder + "/train/c/broken.png"))
      let remarks = try DataCheck(path: folder).remarks.map(\.what)
      #expect(remarks.count == 4)
      #expect(remarks.contains { $0.contains("broken.png") })
      #expect(remarks.contains { $0.contains("no images of \"c\"") && $0.hasPrefix("test") })
      #expect(remarks.contains { $0.contains("two splits") && $0.contains("copy.png") })
      #expect(remarks.contains { $0.contains("two classes") })
    }
  }

  @Test func namesThatWereReadWronglyAreReported() throws {
    try Repository.inFolder { folder in
      for split in ["train", "test"] {
        for (place, name) in ["cafÃ©", "café", "a <|endoftext|> b"].enumerated() {
          try image(folder, "\(split)/\(name)/1.png", seed: place + (split == "train" ? 0 : 5))
        }
      }
      let remarks = try DataCheck(path: folder).remarks.map(\.what)
      #expect(remarks.count == 2)
      #expect(remarks.contains { $0.contains("\"cafÃ©\" looks like \"café\"") })
      #expect(remarks.contains { $0.contains("<|endoftext|>") })
    }
  }

  /// A class of which no image can be read is still reported, image by image.
  @Test func aClassOfBrokenImages() throws {
    try Repository.inFolder { folder in
      for (place, name) in ["train/a/1", "train/a/2", "test/a/1", "test/b/1"].enumerated() {
        try image(folder, name + ".png", seed: place)
      }
      try FileSystem.createFolder(folder + "/train/b")
      for name in ["1", "2"] {
        try Data("no image".utf8).write(to: URL(fileURLWithPath: "\(folder)/train/b/\(name).png"))
      }
      let check = try DataCheck(path: folder)
      #expect(check.remarks.map(\.what).filter { $0.contains("train/b/") }.count == 2)
      #expect(check.remarks.count == 2)
      #expect(check.sides == 12...17)
      // Two files of the same bytes that are not images are not a repeated image.
      #expect(check.splits.map(\.perClass) == [2...2, 1...1])
    }
  }

  @Test func whatIsNoDataSetSaysSo() throws {
    try Repository.inFolder { folder in
      #expect(throws: Failure.self) { try DataCheck(path: folder) }
      #expect(throws: Failure.self) { try DataCheck(path: folder + "/nowhere") }
    }
  }
}

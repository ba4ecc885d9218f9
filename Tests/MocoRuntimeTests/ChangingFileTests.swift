import Foundation
import MocoBase
import Testing

/// Files of a model that somebody cuts short or writes over while a program computes with it.
@Suite struct ChangingFileTests {
  private static let clip = """
    let made = clip_model({embedding: 8, context: 12, merges: 100
      text: {width: 8, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}}, seed: SEED)
    made.save("NAME")
    """

  private func model(_ name: String, seed: Int, in folder: String) throws {
    let program = Self.clip.replacingOccurrences(of: "SEED", with: "\(seed)")
      .replacingOccurrences(of: "NAME", with: name)
    #expect(try RunningMoco(program, ["--no-record"], in: folder).result().status == 0)
  }

  private static let program = """
    let clip = load_clip("m.safetensors")
    func numbers() { sum(clip.encode_text(["a photo of a bag"])).item() }
    let before = [numbers(), clip.hash]
    write_text("loaded", "")
    while not exists("go") { }
    print(before == [numbers(), clip.hash])
    let data = dataset(features: ones([2, 8]), labels: [0, 1], classes: ["a", "b"])
    evaluate zero_shot(clip, classes: data.classes, template: "a {}.") on data.test
    print(before[1])
    """

  /// What the program says after `change` was done to its weights.
  private func afterwards(_ change: (FileHandle, _ other: Data) throws -> Void) throws {
    try RunningMoco.inFolder { folder in
      try model("m.safetensors", seed: 1, in: folder)
      try model("other.safetensors", seed: 2, in: folder)
      let running = try RunningMoco(Self.program, ["--out", "record"], in: folder)
      try running.wait(for: "loaded")
      let handle = try #require(FileHandle(forWritingAtPath: folder + "/m.safetensors"))
      try change(handle, Data(contentsOf: URL(fileURLWithPath: folder + "/other.safetensors")))
      try handle.close()
      _ = FileManager.default.createFile(atPath: folder + "/go", contents: nil)
      let result = running.result()
      #expect(!result.bySignal && result.status == 0, "\(result)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.first == "true", "\(result)")
      let record = try Json.parse(file: folder + "/record/run.json")
      #expect(record["hashes"]?["weights"]?.stringValue.map { Substring($0) } == lines.last)
    }
  }

  @Test func weightsThatAreCutShortAreInMemory() throws {
    try afterwards { file, _ in try file.truncate(atOffset: 16) }
  }

  @Test func otherWeightsInTheirPlaceChangeNothing() throws {
    try afterwards { file, other in
      #expect(try file.seekToEnd() == UInt64(other.count))
      try file.seek(toOffset: 0)
      try file.write(contentsOf: other)
    }
  }

  /// A process that is gone has left half a file; the next writer there takes it away. One of a living process stays.
  @Test func whatAKilledWriterLeftIsRemoved() throws {
    try RunningMoco.inFolder { folder in
      let program = """
        write_text("started", "")
        save_tensors("big.safetensors", {a: zeros([20_000_000])})
        """
      let running = try RunningMoco(program, ["--no-record"], in: folder)
      func left() throws -> [String] { try FileSystem.list(folder).filter { $0.hasSuffix(".tmp") } }
      while try left().isEmpty, running.process.isRunning { usleep(500) }
      running.signal(SIGKILL)
      running.result()
      // Where the disk was quicker there is nothing to remove.
      let name = try left().first
      let living = name.map {
        $0.replacingOccurrences(of: "-\(running.process.id)-", with: "-\(getpid())-")
      }
      if let living { _ = FileManager.default.createFile(atPath: folder + "/" + living, contents: nil) }
      #expect(
        try RunningMoco("write_text(\"other.txt\", \"x\")", ["--no-record"], in: folder).result().status == 0)
      #expect(try left() == [living].compactMap { $0 })
    }
  }

  /// A file of somebody else that may be written is written into, and stays his; also below a folder that may not be
  /// looked into.
  @Test func filesOfOthersStayTheirs() throws {
    guard geteuid() == 0 else { return }
    try RunningMoco.inFolder { folder in
      let place = folder + "/closed/open"
      try FileSystem.createFolder(place)
      try AtomicFile.write("one", to: place + "/a")
      for (path, mode) in [(place, 0o777), (place + "/a", 0o666), (folder + "/closed", 0o700)] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      }
      let other = "cd closed/open && exec setpriv --reuid=65534 --regid=65534 --clear-groups"
      func asOther(_ code: String) throws -> MocoProcess.Result {
        try MocoProcess.run(
          ["-c", other + " \"$@\"", "sh", MocoProcess.executable, "-e", code], in: folder, program: "/bin/sh")
      }
      // Where the checkout is closed to others, or there is no setpriv, nothing can be tried.
      guard try asOther("print(1)").output == "1\n" else { return }
      let result = try asOther("write_text(\"a\", \"two\")\nwrite_text(\"b\", \"new\")")
      #expect(result.status == 0, "\(result)")
      let found = try FileManager.default.attributesOfItem(atPath: place + "/a")
      #expect(found[.ownerAccountID] as? Int == 0)
      #expect(try FileSystem.readText(place + "/a") == "two" && FileSystem.readText(place + "/b") == "new")
      #expect(try FileSystem.list(place) == ["a", "b"])
    }
  }
}

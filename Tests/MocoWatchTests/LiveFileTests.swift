import MocoBase
import MocoWatch
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A folder of its own, which goes with it.
final class Folder {
  let path: String

  init() throws {
    var pattern = Array("/tmp/moco-watch-XXXXXX".utf8CString)
    path = pattern.withUnsafeMutableBufferPointer { pointer in
      guard let start = pointer.baseAddress, mkdtemp(start) != nil else { return "" }
      return String(cString: start)
    }
    try #require(!path.isEmpty)
  }

  deinit { remove(path) }

  private func remove(_ path: String) {
    for name in (try? FileSystem.list(path)) ?? [] {
      let inner = "\(path)/\(name)"
      if FileSystem.kind(inner) == .folder { remove(inner) } else { unlink(inner) }
    }
    rmdir(path)
  }

  func write(_ name: String, _ text: String) throws { try AtomicFile.write(text, to: "\(path)/\(name)") }
}

@Suite struct LiveFileTests {
  @Test func filesThatCellsWriteAreWrittenAgain() throws {
    let folder = try Folder()
    let file = "\(folder.path)/a.txt"
    let program = """
      // %%
      write_text("\(file)", "one")
      // %%
      print(read_text("\(file)"))
      // %%
      append_text("\(file)", " more")
      // %%
      print(read_text("\(file)"))
      """
    let live = Live()
    live.save(program)
    #expect(live.outputs.filter { !$0.isEmpty } == ["one\n", "one more\n"])
    #expect(live.notebook.files.isEmpty)
    // What is written below is taken back before it is read above.
    #expect(live.save(program.replacing("// %%\nprint", with: "// %%\nlet more = 1\nprint")) == [0, 1, 2, 3])
    #expect(live.outputs.filter { !$0.isEmpty } == ["one\n", "one more\n"])
    #expect(live.settle() == [])
  }

  @Test func filesThatOthersWriteMakeCellsStale() throws {
    let folder = try Folder()
    try folder.write("a.txt", "one")
    let file = "\(folder.path)/a.txt"
    let live = Live()
    live.save("// %%\nprint(read_text(\"\(file)\"))\n// %%\nprint(2)\n")
    #expect(live.notebook.files == [file])
    try folder.write("a.txt", "two")
    live.notebook.changed(file: file)
    #expect(live.settle() == [0])
    #expect(live.outputs == ["two\n", "2\n"])
  }

  @Test func modulesAreReadAgain() throws {
    let folder = try Folder()
    try folder.write("m.moco", "use {deep} from \"./n.moco\"\nlet made = deep + 1\n")
    try folder.write("n.moco", "let deep = 1\n")
    let live = Live()
    live.save("// %%\nuse {made} from \"\(folder.path)/m.moco\"\n// %%\nprint(made)\n// %%\nprint(2)\n")
    #expect(live.outputs == ["", "2\n", "2\n"])
    #expect(live.notebook.session.interpreter.modulePaths.count == 2)
    try folder.write("n.moco", "let deep = 5\n")
    live.notebook.changedModule()
    #expect(live.settle() == [0, 1])
    #expect(live.outputs == ["", "6\n", "2\n"])
    // A module that fails keeps its old version, and says so.
    try folder.write("n.moco", "let deep = [][1]\n")
    live.notebook.changedModule()
    live.settle()
    #expect(live.outputs[0].contains("E0202"))
    #expect(live.outputs[1] == "6\n")
  }

  // MARK: - The watcher

  private final class Seen: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ event: FileWatcher.Event) {
      let words =
        switch event {
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .unreadable(let failure): "unreadable \(failure.code)"
        case .changed(let path): "changed \(FileSystem.name(of: path))"
        }
      list.withLock { $0.append(words) }
    }
    var all: [String] {
      list.withLock { list in
        defer { list = [] }
        return list
      }
    }
  }

  /// Looks until nothing new is to be seen: beyond the time for which a missing file is doubted.
  private func look(_ watcher: FileWatcher) {
    for _ in 0..<60 {
      watcher.look()
      usleep(5_000)
    }
  }

  @Test func everyWayOfSavingIsSeenOnce() throws {
    let folder = try Folder()
    let path = "\(folder.path)/a.moco"
    try folder.write("a.moco", "one")
    let seen = Seen()
    let watcher = FileWatcher(path: path) { seen.add($0) }
    look(watcher)
    #expect(seen.all == ["one"])
    try folder.write("a.moco", "by another file of the same name")
    look(watcher)
    #expect(seen.all == ["by another file of the same name"])
    // In two pieces: emptied, then written.
    let descriptor = open(path, O_WRONLY | O_TRUNC)
    watcher.look()
    watcher.look()
    watcher.look()
    _ = write(descriptor, "whole", 5)
    watcher.look()
    _ = write(descriptor, " text", 5)
    close(descriptor)
    look(watcher)
    #expect(seen.all == ["whole text"])
    // The same text once more is nothing new.
    try folder.write("a.moco", "whole text")
    look(watcher)
    #expect(seen.all == [])
  }

  @Test func aFileMayVanishAndComeBack() throws {
    let folder = try Folder()
    let path = "\(folder.path)/a.moco"
    try folder.write("a.moco", "one")
    let seen = Seen()
    let watcher = FileWatcher(path: path) { seen.add($0) }
    look(watcher)
    _ = seen.all
    unlink(path)
    watcher.look()
    watcher.look()
    #expect(seen.all == [])
    look(watcher)
    #expect(seen.all == ["unreadable E0501"])
    try folder.write("a.moco", "one")
    look(watcher)
    #expect(seen.all == ["one"])
    unlink(path)
    mkdir(path, 0o777)
    look(watcher)
    #expect(seen.all.count == 1)
    rmdir(path)
    try folder.write("a.moco", "two")
    look(watcher)
    #expect(seen.all.last == "two")
  }

  @Test func otherFilesAreSeen() throws {
    let folder = try Folder()
    try folder.write("a.moco", "one")
    try folder.write("b.txt", "one")
    let seen = Seen()
    let watcher = FileWatcher(path: "\(folder.path)/a.moco") { seen.add($0) }
    look(watcher)
    watcher.watch(["\(folder.path)/b.txt", "\(folder.path)/c.txt"])
    _ = seen.all
    try folder.write("b.txt", "another")
    try folder.write("c.txt", "new")
    look(watcher)
    #expect(seen.all.sorted() == ["changed b.txt", "changed c.txt"])
  }
}

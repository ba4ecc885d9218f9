import MocoBase
import MocoSession
import MocoWatch
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The whole: a file, its cells and its page.
@Suite struct WatchTests {
  /// A watch on a thread of its own.
  private final class Running {
    let watch: Watch
    private var thread = pthread_t()

    init(_ path: String) throws {
      var options = SessionOptions()
      options.isInteractive = false
      watch = try Watch(path: path, port: nil, options: options)
      let status = pthread_create(
        &thread, nil,
        { context in
          if let context {
            _ = try? Unmanaged<Watch>.fromOpaque(context).takeRetainedValue().run(takesSignals: false)
          }
          return nil
        }, Unmanaged.passRetained(watch).toOpaque())
      try #require(status == 0)
    }

    deinit {
      watch.end()
      pthread_join(thread, nil)
    }

    private var place: (port: Int, path: String) {
      let rest = watch.address.dropFirst("http://127.0.0.1:".count)
      return (Int(rest.prefix { $0 != "/" }) ?? 0, String(rest.drop { $0 != "/" }))
    }

    /// A page that is open.
    func page() throws -> RawClient {
      let (port, path) = place
      let client = try #require(RawClient(port: port))
      client.send("GET \(path)events HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
      return client
    }

    func post(_ name: String, _ body: String) throws -> String {
      let (port, path) = place
      let client = try #require(RawClient(port: port))
      client.send(
        "POST \(path)\(name) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
      return client.readToEnd()
    }
  }

  @Test func whatIsSavedComesToThePage() throws {
    let folder = try Folder()
    try folder.write("a.moco", "// %%\nlet a = 1\nprint(\"a is\", a)\n")
    let running = try Running("\(folder.path)/a.moco")
    let page = try running.page()
    #expect(page.read(upTo: "a is 1") != nil)
    try folder.write("a.moco", "// %%\nlet a = 2\nprint(\"a is\", a)\n")
    #expect(page.read(upTo: "a is 2") != nil)
    try folder.write("a.moco", "// %%\nlet a = b\nprint(\"a is\", a)\n")
    #expect(page.read(upTo: "E0301") != nil)
    unlink("\(folder.path)/a.moco")
    #expect(page.read(upTo: "E0501") != nil)
    try folder.write("a.moco", "// %%\nlet a = 3\nprint(\"a is\", a)\n")
    #expect(page.read(upTo: "a is 3") != nil)
    try AtomicFile.write([0x6C, 0xFF, 0x0A], to: "\(folder.path)/a.moco")
    #expect(page.read(upTo: "E0100") != nil)
  }

  @Test func aRunningCellShowsWhatItPrintsAndIsInterrupted() throws {
    let folder = try Folder()
    try folder.write("a.moco", "// %%\nprint(\"it\", \"begins\")\nwhile true {}\n// %%\nprint(\"below\")\n")
    let running = try Running("\(folder.path)/a.moco")
    let page = try running.page()
    // As it is printed, not as it stands in the program: the cell runs.
    #expect(page.read(upTo: "it begins") != nil)
    #expect(try running.post("interrupt", "{}").hasPrefix("HTTP/1.1 204"))
    #expect(page.read(upTo: "E0406") != nil)
    #expect(page.read(upTo: "below") != nil)
    // Asked for, it runs once more; a page that opens meanwhile sees it.
    #expect(try running.post("run", "{\"cell\": 1}").hasPrefix("HTTP/1.1 204"))
    #expect(page.read(upTo: "\"running\"") != nil)
    let late = try running.page()
    #expect(late.read(upTo: "\"elapsed\"") != nil)
    _ = try running.post("interrupt", "{}")
    #expect(page.read(upTo: "\"interrupted\"") != nil)
  }

  @Test func manySettingsRunTheLast() throws {
    let folder = try Folder()
    try folder.write("a.moco", "// %%\nlet k = 1\n// %%\nsleep(0.2)\nprint(\"k is\", k)\n")
    let running = try Running("\(folder.path)/a.moco")
    let page = try running.page()
    #expect(page.read(upTo: "k is 1") != nil)
    for value in 2...12 { _ = try running.post("set", "{\"name\": \"k\", \"value\": \"\(value)\"}") }
    let between = try #require(page.read(upTo: "k is 12"))
    #expect((2...11).count { between.contains("k is \($0)\n") } < 5)
  }
}

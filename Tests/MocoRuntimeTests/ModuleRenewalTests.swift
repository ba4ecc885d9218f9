import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Modules that are edited while somebody works with them.
@Suite struct ModuleRenewalTests {
  /// A session in which modules lie in a folder.
  private final class Work {
    let folder: String
    let session = librarySession()
    private(set) var output = ""

    init(_ folder: String) {
      self.folder = folder
      session.interpreter.output = { [unowned self] in output += $0 }
    }

    func write(_ text: String, to name: String = "common.moco") throws {
      try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
    }

    /// Runs a cell as the prompt does; what it prints, or its error.
    func run(_ text: String) -> String {
      output = ""
      let result = session.interpreter.run(
        SourceFile(name: folder + "/prompt", path: folder + "/prompt", bytes: Array(text.utf8)), mode: .cell)
      return output + result.diagnostics.map { "\($0.code) \($0.message)" }.joined(separator: "\n")
    }

    /// What the prompt says before an input.
    func renew(_ name: String? = nil, forced: Bool = false) -> [String] {
      let found =
        forced ? session.interpreter.renewModules(named: name) : session.interpreter.renewModules()
      return (found ?? [ModuleRenewal]()).map { renewal in
        let file = renewal.name.replacingOccurrences(of: folder + "/", with: "")
        switch renewal.outcome {
        case .renewed(let kept): return "reloaded \(file)" + (kept.isEmpty ? "" : ", kept \(kept)")
        case .failed(let diagnostic): return "failed \(file): \(diagnostic.code)"
        case .gone(let diagnostic): return "gone \(file): \(diagnostic.code)"
        }
      }
    }
  }

  private func work(_ body: (Work) throws -> Void) throws {
    try Repository.inFolder { try body(Work($0)) }
  }

  @Test func contentDecides() throws {
    try work { work in
      try work.write("func f(x) { x + 1 }\nlet n = 1\n")
      #expect(work.run("use {f, n as number} from \"./common.moco\"\nuse \"./common.moco\" as m") == "")
      #expect(work.renew() == [])
      // As long as before, and with the times of before.
      let path = work.folder + "/common.moco"
      let times = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
      try work.write("func f(x) { x + 2 }\nlet n = 7\n")
      try FileManager.default.setAttributes([.modificationDate: try #require(times)], ofItemAtPath: path)
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.run("print(f(1), number, m.f(1), m.n)") == "3 7 3 7\n")
      // Another time and nothing else.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 9)], ofItemAtPath: path)
      #expect(work.renew() == [])
      // A later `use` means the new one too, and does not run it again.
      try work.write("print(\"runs\")\nlet n = 8\n")
      #expect(work.renew() == ["reloaded common.moco, kept [\"f\"]"])
      #expect(work.run("use \"./common.moco\" as again\nprint(again.n, number, f(1))") == "8 8 3\n")
    }
  }

  @Test func whatUsesItRunsAgainToo() throws {
    try work { work in
      try work.write("let base = 1\nprint(\"inner\")\n", to: "inner.moco")
      try work.write(
        "use {base} from \"./inner.moco\"\nlet twice = 2 * base\nprint(\"middle\")\n", to: "middle.moco")
      try work.write(
        "use \"./middle.moco\" as m\nlet all = m.twice + 1\nprint(\"outer\")\n", to: "outer.moco")
      try work.write("print(\"apart\")\n", to: "apart.moco")
      _ = work.run("use {all} from \"./outer.moco\"\nuse \"./apart.moco\" as apart")
      try work.write("let base = 5\nprint(\"inner\")\n", to: "inner.moco")
      _ = work.run("nil")
      #expect(work.renew() == ["reloaded inner.moco", "reloaded middle.moco", "reloaded outer.moco"])
      #expect(work.output == "inner\nmiddle\nouter\n")
      #expect(work.run("print(all)") == "11\n")
      try work.write("use {base} from \"./inner.moco\"\nlet twice = 3 * base\n", to: "middle.moco")
      #expect(work.renew() == ["reloaded middle.moco", "reloaded outer.moco"])
      #expect(work.run("print(all)") == "16\n")
      // One that is used only when a function runs.
      try work.write("func late() { use {base} from \"./inner.moco\"\n base }\n", to: "apart.moco")
      #expect(work.renew() == ["reloaded apart.moco"])
      #expect(work.run("print(apart.late())") == "5\n")
      try work.write("let base = 6\n", to: "inner.moco")
      _ = work.renew()
      #expect(work.run("print(apart.late(), all)") == "6 19\n")
    }
  }

  @Test func anOldVersionStaysWhereTheNewOneFails() throws {
    try work { work in
      try work.write("let n = 1\nfunc f() { n }\n")
      _ = work.run("use {n, f} from \"./common.moco\"")
      for (broken, code) in [
        ("let n = (\n", "E0106"), ("let n = 2\nlet m = n / 0\n", "E0403"), ("let n = none\n", "E0301"),
        ("use {x} from \"./no.moco\"\n", "E0801"), ("use \"./common.moco\" as me\n", "E0802"),
      ] {
        try work.write(broken)
        #expect(work.renew() == ["failed common.moco: \(code)"])
        // Said once.
        #expect(work.renew() == [])
        #expect(work.run("print(n, f())") == "1 1\n")
        #expect(work.run("use \"./common.moco\" as m\nprint(m.n)") == "1\n")
        // Asked for, it is said again.
        #expect(work.renew(forced: true) == ["failed common.moco: \(code)"])
      }
      // What was there all the time is nothing new; another version is.
      try work.write("let n = 1\nfunc f() { n }\n")
      #expect(work.renew() == [])
      try work.write("let n = 3\nfunc f() { n }\n")
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.run("print(n, f())") == "3 3\n")
    }
  }

  @Test func aUserThatFailsIsTriedAgain() throws {
    try work { work in
      try work.write("let a = 1\n", to: "inner.moco")
      try work.write("use {a} from \"./inner.moco\"\nlet b = a + 1\n")
      _ = work.run("use {b} from \"./common.moco\"\nuse {a} from \"./inner.moco\"")
      try work.write("let c = 1\n", to: "inner.moco")
      #expect(work.renew() == ["reloaded inner.moco, kept [\"a\"]", "failed common.moco: E0803"])
      #expect(work.renew() == [])
      #expect(work.run("print(a, b)") == "1 2\n")
      try work.write("let a = 5\n", to: "inner.moco")
      #expect(work.renew() == ["reloaded inner.moco", "reloaded common.moco"])
      #expect(work.run("print(a, b)") == "5 6\n")
      // One that the new version needs comes later.
      try work.write("use {a} from \"./second.moco\"\nlet b = a + 1\n")
      #expect(work.renew() == ["failed common.moco: E0801"])
      #expect(work.renew() == [])
      try work.write("let a = = 1\n", to: "second.moco")
      #expect(work.renew() == ["failed common.moco: E0101"])
      #expect(work.renew() == [])
      try work.write("let a = 10\n", to: "second.moco")
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.run("print(b)") == "11\n")
    }
  }

  @Test func filesThatGo() throws {
    try work { work in
      let path = work.folder + "/common.moco"
      try work.write("let n = 1\n")
      _ = work.run("use {n} from \"./common.moco\"")
      try FileManager.default.removeItem(atPath: path)
      #expect(work.renew() == ["gone common.moco: E0801"])
      #expect(work.renew() == [])
      #expect(work.run("print(n)") == "1\n")
      // A pipe in its place is not waited for.
      #expect(mkfifo(path, 0o600) == 0)
      #expect(work.renew() == [])
      #expect(work.renew(forced: true) == ["gone common.moco: E0801"])
      unlink(path)
      try work.write("let n = 1\n")
      #expect(work.renew() == [])
      try FileManager.default.removeItem(atPath: path)
      #expect(work.renew() == ["gone common.moco: E0801"])
      try work.write("let n = 2\n")
      #expect(work.renew() == ["reloaded common.moco"])
      // A link that leads elsewhere.
      try work.write("let n = 3\n", to: "three.moco")
      unlink(path)
      #expect(symlink("three.moco", path) == 0)
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.renew() == [])
      #expect(work.run("use \"./common.moco\" as m\nprint(n, m.n)") == "3 3\n")
    }
  }

  @Test func whatTheSessionDeclaredItselfStays() throws {
    try work { work in
      try work.write("let [a, b] = [1, 2]\nfunc _helper() { \"old\" }\nfunc f() { _helper() }\n")
      _ = work.run("use {a, b, f} from \"./common.moco\"\nlet kept = f")
      _ = work.run("let a = 1")
      try work.write("let [a, b] = [10, 20]\nfunc _other() { \"new\" }\nfunc f() { _other() }\n")
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.run("print(a, b, f(), kept())") == "1 20 new old\n")
      work.session.interpreter.reset()
      try work.write("let [a, b] = [100, 200]\nfunc f() { 0 }\n")
      #expect(work.renew() == ["reloaded common.moco"])
      #expect(work.run("print(a)").hasPrefix("E0301"))
      #expect(work.run("use {b} from \"./common.moco\"\nprint(b)") == "200\n")
    }
  }

  @Test func oldValuesGo() throws {
    try work { work in
      func text(_ n: Int) -> String {
        "let big = ones([250000]) * \(n)\nfunc f() { big[0].item() }\nfunc g() { f() + f() }\nlet cycle = {f: f}\n"
      }
      let heap = work.session.interpreter.heap
      try work.write(text(0))
      _ = work.run("use {f} from \"./common.moco\"\nvar old = f")
      for n in 1...8 {
        try work.write(text(n))
        #expect(work.renew() == ["reloaded common.moco"])
      }
      // The newest, and the first, of which a function is still there.
      #expect(heap.counters.pointee.hostBytes < 3_000_000)
      #expect(work.session.interpreter.globals.retired.count == 1)
      #expect(work.run("print(f(), old())") == "8 0\n" || work.output == "8.0 0.0\n")
      _ = work.run("old = nil")
      heap.collectCycles()
      #expect(heap.counters.pointee.hostBytes < 1_500_000)
      #expect(work.session.interpreter.globals.retired.isEmpty)
      #expect(work.run("print(f())") == "8\n" || work.output == "8.0\n")
      // A version that fails leaves nothing either.
      for n in 1...5 {
        try work.write(text(n) + "error(\"no\")\n")
        #expect(work.renew() == ["failed common.moco: E0900"])
      }
      heap.collectCycles()
      #expect(heap.counters.pointee.hostBytes < 1_500_000)
    }
  }

  @Test func whatIsAskedForRunsAgain() throws {
    try work { work in
      try work.write("print(\"one\")\n", to: "one.moco")
      try work.write("print(\"two\")\n", to: "two.moco")
      #expect(work.renew(forced: true) == [])
      _ = work.run("use \"./one.moco\" as one\nuse \"./two.moco\" as two\nuse small_world")
      _ = work.run("nil")
      #expect(work.renew(forced: true).sorted() == ["reloaded one.moco", "reloaded two.moco"])
      #expect(work.renew("two", forced: true) == ["reloaded two.moco"])
      #expect(work.renew("small_world", forced: true) == ["reloaded small_world"])
      #expect(work.session.interpreter.renewModules(named: "three") == nil)
      #expect(work.session.interpreter.moduleNames == ["one", "small_world", "two"])
    }
  }
}

import Foundation
import MocoBase
import MocoFormats
import MocoLang
import MocoTensor
import Testing

/// Names from files that hold escapes and overrides, through every door to the terminal.
@Suite struct TerminalSafetyTests {
  /// Clears the screen, sets the title, turns red, writes from the right, and an 8-bit control sequence.
  static let evil = "\u{1B}[2J\u{1B}]0;T\u{7}\u{1B}[31mred\u{202E}left\u{2066}\u{9B}5m"

  /// What does harm in a text, in words; empty if nothing does.
  ///
  /// - Parameter colours: whether colours are moco's own to draw.
  static func harm(_ text: String, colors: Bool = false) -> [String] {
    var found: [String] = []
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if colors, scalar == "\u{1B}", let end = rest.firstIndex(of: "m"),
        rest[..<end].allSatisfy({ "[;0123456789".unicodeScalars.contains($0) })
      {
        // A colour that leads right into the name is the name's own.
        if String(rest[end...].dropFirst().prefix(3)) == "red" { found.append("a colour of the name") }
        continue
      }
      switch scalar.value {
      case 0x0A, 0x09: break
      case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069:
        found.append("U+\(String(scalar.value, radix: 16))")
      default: break
      }
    }
    return found
  }

  private func check(_ arguments: [String], in folder: String, _ place: String) throws {
    for environment in [["NO_COLOR": "1"], ["NO_COLOR": "", "FORCE_COLOR": "3"]] {
      let result = try MocoProcess.run(arguments, in: folder, environment: environment)
      let text = result.output + result.errors
      #expect(text.contains("[31mred"), "\(place): \(text)")
      #expect(
        Self.harm(text, colors: environment["FORCE_COLOR"] != nil) == [],
        "\(place): \(text.debugDescription)")
    }
  }

  /// A folder of pictures whose classes and files have such names.
  private func pictures(in folder: String) throws {
    let program = """
      let pictures = dataset("fashion").train
      for name in ["\(Self.escaped)", "b"] {
        make_folder("photos/" + name)
        for i in 0..<4 { pictures[i].image.save("photos/" + name + "/\\(i).png") }
      }
      write_text("photos/b/\(Self.escaped).png", "no picture")
      """
    let made = try RunningMoco(program, ["--no-record"], in: folder).result()
    #expect(made.status == 0, "\(made)")
  }

  private static var escaped: String {
    evil.unicodeScalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
  }

  @Test func dataSets() throws {
    try RunningMoco.inFolder { folder in
      try pictures(in: folder)
      for statement in [
        "let d = dataset(\"photos\", skip_broken: true)",
        "print(dataset(\"photos\", skip_broken: true).classes)",
        "show dataset(\"photos\", skip_broken: true)", "show dataset(\"photos\", skip_broken: true).train[0]",
        "print([dataset(\"photos\", skip_broken: true).train[4]])",
        """
        let d = dataset("photos", skip_broken: true)
        let r = evaluate zero_shot(load_clip("small"), classes: d.classes, template: "a {}.") on d.train
        show r
        show r.confusion
        print(r)
        """,
      ] {
        try check(["-e", statement], in: folder, statement)
      }
      try check(["data", "check", "photos"], in: folder, "data check")
    }
  }

  @Test func figuresTablesAndCards() throws {
    try RunningMoco.inFolder { folder in
      let name = "\"\(Self.escaped)\""
      for statement in [
        "show plot.bars({\(name): 1.0, \"b\": 2}, title: \(name))",
        "show table([{\(name): 1}, {\(name): \(name)}])",
        "show([{\(name): \(name)}, {\(name): 2}])", "show(1, title: \(name))", "show([\(name), 1])",
        "show({\(name): \(name)})", "print([\(name)], {\(name): 1})",
        "show plot.line({\(name): [1, 2, 3]})", "show plot.heatmap([[1, 2], [3, 4]], rows: [\(name), \"x\"])",
        "error(\(name))", "read_text(\(name))", "load_clip(\(name))", "help(\(name))",
        "let a = undefined_name // \(Self.evil)",
      ] {
        try check(["-e", statement], in: folder, statement)
      }
    }
  }

  @Test func filesOfTensorsAndPrograms() throws {
    try RunningMoco.inFolder { folder in
      try SafetensorsWriter.write(
        path: folder + "/t.safetensors", tensors: [(Self.evil, try Tensor([1, 2], shape: [2]), .f64)])
      try check(["-e", "let t = load_tensors(\"t.safetensors\")"], in: folder, "load_tensors")
      try check(["-e", "print(list_tensors(\"t.safetensors\"))"], in: folder, "list_tensors")
      for (name, text) in [("good", "print(1)\n"), ("bad", "print(nothing)\n"), ("long", "print( 1 )\n")] {
        try text.write(
          toFile: folder + "/\(Self.evil)\(name).moco", atomically: false, encoding: .utf8)
        try check(["check", "\(Self.evil)\(name).moco"], in: folder, "check")
        try check(["run", "--no-record", "\(Self.evil)bad.moco"].map { $0 }, in: folder, "run")
      }
      try check(["fmt", "--check", "\(Self.evil)long.moco"], in: folder, "fmt")
      try FileSystem.createFolder(folder + "/runs/" + Self.evil)
      try AtomicFile.write("{\"status\": \"finished\"}", to: folder + "/runs/\(Self.evil)/run.json")
      try check(["runs"], in: folder, "runs")
      // A module's own words.
      try "//! \(Self.evil)\n\n/// \(Self.evil)\nfunc f() { 1 }\n"
        .write(toFile: folder + "/m.moco", atomically: true, encoding: .utf8)
      try check(["-e", "use \"m.moco\"\nhelp(m.f)"], in: folder, "help")
    }
  }

  /// What is printed is the program's own.
  @Test func printedTextStays() throws {
    let result = try MocoProcess.run(
      ["-e", "print(\"\(Self.escaped)\")"], in: NSTemporaryDirectory())
    #expect(result.output == Self.evil + "\n")
  }

  @Test func quotedTextReadsBack() throws {
    let result = try MocoProcess.run(
      ["-e", "let x = [\"\(Self.escaped)\"]\nprint(x)\nprint(str(x) == str(from_json(to_json(x))))"],
      in: NSTemporaryDirectory())
    #expect(result.output.contains("\\u{202E}") && result.output.contains("\\u{9B}"))
    #expect(Self.harm(result.output) == [])
  }
}

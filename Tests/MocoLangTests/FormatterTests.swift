import Foundation
import MocoLang
import Testing

@Suite struct FormatterTests {
  private func format(_ text: String) -> String? {
    Formatter.format(SourceFile(name: "test.moco", text: text), .test)
  }

  @Test(
    arguments: [
      ("let a=1", "let a = 1\n"), ("let a  =  1 ;", "let a = 1;\n"), ("f( a ,b )", "f(a, b)\n"),
      ("let x = -1 - -2", "let x = -1 - -2\n"), ("let y = a*b+c**-2", "let y = a * b + c ** -2\n"),
      ("let t = x[1..<3,:,0]", "let t = x[1..<3, :, 0]\n"), ("let r = {a:1,b : 2}", "let r = {a: 1, b: 2}\n"),
      ("let f = x=>x*2", "let f = x => x * 2\n"), ("let g = (a,b)=>{ a+b }", "let g = (a, b) => { a + b }\n"),
      ("xs|>map( f )", "xs |> map(f)\n"), ("if not(a){ b() }", "if not (a) { b() }\n"),
      ("x.for(1)", "x.for(1)\n"),
      ("print(xs [0])", "print(xs [0])\n"), ("return  1", "return 1\n"),
      ("let s = \"a  \\(b+1) {}\"", "let s = \"a  \\(b+1) {}\"\n"),
      ("f(..xs, a:1)", "f(..xs, a: 1)\n"),
      ("train m on d for 3   epochs {batch:4}", "train m on d for 3 epochs {batch: 4}\n"),
      ("", ""), ("\n\n\n", ""), ("let a = (", nil), ("a\n\n\n\n\nb", "a\n\n\nb\n"), ("a// c", "a // c\n"),
      ("\u{FEFF}let a=1", "let a = 1\n"),
      ("#!/usr/bin/env moco\nlet a=1", "#!/usr/bin/env moco\nlet a = 1\n"),
      ("let a = 1\r\nlet b = 2\r\n", "let a = 1\nlet b = 2\n"),
    ] as [(String, String?)])
  func oneLine(_ text: String, _ expected: String?) { #expect(format(text) == expected) }

  @Test func bracketsIndent() {
    let text = """
      func f(a) {
      // a comment
          if a > 1 {
      print(a)   // stays here
            } else {
        g([
      1, 2
      ], {
      b: 2
      })
      }
      }
      let long = a +
      b
      let chain = xs
      .map(f)
      |> filter(x => {
      x > 1
      })
      """
    let expected = """
      func f(a) {
        // a comment
        if a > 1 {
          print(a)   // stays here
        } else {
          g([
            1, 2
          ], {
            b: 2
          })
        }
      }
      let long = a +
        b
      let chain = xs
        .map(f)
        |> filter(x => {
          x > 1
        })

      """
    #expect(format(text) == expected)
    #expect(format(expected) == expected)
  }

  @Test func columnsStay() {
    let text = """
      templates ways {
        group "plain"     { "a {}." }
        group "pixelated" { "b {}." }
        group   "dark" { "c {}." }
      }
      let a    = 1    // one
      let long = 2    // two

      """
    let expected = text.replacing("group   \"dark\"", with: "group \"dark\"")
    #expect(format(text) == expected)
  }

  @Test func linesOfStringsStay() {
    let text = "let s = \"\"\"\n   a   b\n     c\n   \"\"\"\nlet t=1\n"
    #expect(format(text) == text.replacing("t=1", with: "t = 1"))
  }

  private static let programs: [String] = {
    var root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return ["stdlib/examples", "stdlib/modules", "Tests/Language"].flatMap { folder -> [String] in
      let path = root.path + "/" + folder
      let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
      return names.filter { $0.hasSuffix(".moco") }.sorted().map { path + "/" + $0 }
    }
  }()

  @Test func thereArePrograms() { #expect(Self.programs.count > 120) }

  /// Laid out once and twice is the same, and no token, comment or line is lost.
  @Test(arguments: FormatterTests.programs) func keepsPrograms(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let once = format(text) else {
      // Programs about syntax errors.
      #expect(Parser.parse(SourceFile(name: path, text: text), .test).hasErrors)
      return
    }
    #expect(format(once) == once)
    func words(_ text: String) -> String { text.filter { !$0.isWhitespace && $0 != "\u{FEFF}" } }
    #expect(words(once) == words(text))
    func lines(_ text: String) -> Int { text.split(separator: "\n").count { !$0.allSatisfy(\.isWhitespace) } }
    #expect(lines(once) == lines(text))
    #expect(!once.split(separator: "\n").contains { $0.hasSuffix(" ") && !text.contains($0) })
  }

  /// What ships with moco is laid out by it.
  @Test(arguments: FormatterTests.programs.filter { $0.contains("/stdlib/") }) func shippedProgramsAreLaidOut(
    _ path: String
  ) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(format(text) == text)
  }
}

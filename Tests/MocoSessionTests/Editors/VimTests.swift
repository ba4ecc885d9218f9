import Foundation
import MocoBase
import MocoTestSupport
import Testing

/// Vim with the package that `moco editor install vim` writes, where Vim with colors is installed.
@Suite struct VimTests {
  static let vim: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard let path = folders.map({ "\($0)/vim" }).first(where: FileManager.default.isExecutableFile),
      let about = try? run(path, ["--version"]).output
    else { return nil }
    return about.contains("+syntax") && about.contains("+eval") && about.contains("+quickfix") ? path : nil
  }()

  /// Runs commands of Vim on a program, in a home where the package is installed. - Returns: what they wrote to `out`.
  private func out(_ program: String, _ commands: [String]) throws -> String {
    let home = try TemporaryFolder()
    let ran = try moco(["editor", "install", "vim"], environment: ["HOME": home.path])
    #expect(ran.status == 0, "\(ran)")
    try home.write(program, to: "a b.moco")
    let script =
      ["let out = []"] + commands + ["call writefile(out, '\(home.path)/out')", "qall!"]
    try home.write(script.joined(separator: "\n") + "\n", to: "script.vim")
    var environment = ProcessInfo.processInfo.environment
    environment["HOME"] = home.path
    environment["TERM"] = "dumb"
    environment["MOCO_STDLIB"] = Built.root + "/stdlib"
    let vim = try #require(Self.vim)
    _ = try run(
      vim,
      [
        "-E", "-s", "-N", "-u", "NORC", "-i", "NONE", "--cmd",
        "set packpath=\(home.path)/.vim",
        "--cmd", "filetype plugin indent on | syntax on", "a b.moco", "-S", home.path + "/script.vim",
      ], environment: environment, folder: home.path)
    return try home.read("out")
  }

  @Test(.enabled(if: VimTests.vim != nil)) func aFileIsColoredAndSetUp() throws {
    let found = try out(
      "func f(x) {\n  // why\n  return \"a\"\n}\n",
      [
        "call add(out, &filetype)", "call add(out, synIDattr(synID(1, 1, 1), 'name'))",
        "call add(out, synIDattr(synID(2, 4, 1), 'name'))",
        "call add(out, synIDattr(synID(3, 4, 1), 'name'))",
        "call add(out, synIDattr(synID(3, 10, 1), 'name'))", "call add(out, &commentstring)",
        "call add(out, &shiftwidth)",
      ])
    #expect(
      found == "moco\nmocoDeclaration\nmocoComment\nmocoControl\nmocoString\n// %s\n2\n")
  }

  @Test(.enabled(if: VimTests.vim != nil)) func aFileIsIndented() throws {
    let laidOut =
      "func f(x) {\n  // why {\n  let r = [ // two\n    1,\n    \"http://a\",\n  ]\n  if x {\n    f(\n      1\n    )\n  }\n}\n"
    let flat = laidOut.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    let found = try out(flat.joined(separator: "\n"), ["silent normal gg=G", "let out = getline(1, '$')"])
    #expect(found == laidOut)
  }

  @Test(.enabled(if: VimTests.vim != nil)) func makeListsWhatIsFound() throws {
    let found = try out(
      "let a = 1\nlet a = 2\nprint(nothing)\nfunc f() {\n  let unused = 3\n  return 1\n}\n",
      [
        "silent! make", "for q in getqflist()",
        "  if q.valid | call add(out, bufname(q.bufnr) . ':' . q.lnum . ':' . q.col . ':' . q.type . ': ' . q.text) | endif",
        "endfor",
      ])
    let lines = found.split(separator: "\n")
    let wanted = [
      ("a b.moco:2:5:E: ", "'a'"), ("a b.moco:3:7:E: ", "'nothing'"), ("a b.moco:5:7:W: ", "'unused'"),
    ]
    #expect(lines.count == wanted.count, "\(found)")
    for (line, (place, name)) in zip(lines, wanted) { #expect(line.hasPrefix(place) && line.contains(name)) }
  }
}

import MocoLang
import MocoRuntime
import Testing

/// `"${x}"` and `"#{x}"` are text; where they would be values elsewhere, that is said.
@Suite struct DollarTests {
  private func found(_ string: String) -> [Diagnostic] {
    let program = """
      let x = 3
      let r = {a: [1]}
      func f(y) { print(\(string)); y }
      print(\(string), f(1))
      try { print(\(string)) } catch e { }
      """
    let context = CheckContext(librarySession().interpreter)
    return Checker.check(SourceFile(name: "test.moco", text: program), context)
  }

  @Test(arguments: [
    ("\"a ${x} b\"", "x"), ("\"${x}\"", "x"), ("\"#{x}\"", "x"), ("\"${r.a}\"", "r.a"),
    ("\"${r.a[0]}\"", "r.a[0]"),
    ("\"${f(x)}\"", "f(x)"), ("\"${len(r)}\"", "len(r)"), ("\"\\(x) and ${x}\"", "x"),
    ("\"${nobody} ${x}\"", "x"), ("\"\"\"${x}\"\"\"", "x"),
  ])
  func whatWouldBeAValueElsewhere(_ string: String, _ inner: String) {
    let found = found(string)
    #expect(found.map(\.code) == ["E0124", "E0124", "E0124"], "\(found.map { $0.render() })")
    #expect(found.allSatisfy { !$0.isError && $0.help == ["write \\(\(inner))"] })
    #expect(found.allSatisfy { $0.primary?.text.dropFirst().hasPrefix("{\(inner)}") ?? false })
  }

  @Test(arguments: [
    "\"${nobody}\"", "\"${}\"", "\"$x\"", "\"{x}\"", "\"\\(x)\"", "\"${1}\"", "\"${x\"", "\"$ {x}\"",
    "\"costs 3$\"",
    "\"${x-y}\"", "\"${print}\"", "\"a {} photo\"", "\"${x }\"",
  ])
  func whatIsText(_ string: String) {
    let found = found(string)
    #expect(found.isEmpty, "\(found.map { $0.render() })")
  }
}

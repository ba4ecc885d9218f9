import MocoLang
import MocoMethods
import MocoRuntime
import Testing

/// What the language has of a method is made from its descriptor, for each of them.
@Suite struct MethodRegistryTests {
  @Test(arguments: Methods.all.map(\.kind)) func theLanguageHasIt(_ kind: String) throws {
    let method = try #require(Methods[kind])
    let interpreter = librarySession().interpreter
    let function = method.function
    #expect(interpreter.resultTypes[function.name] == method.typeName)
    let help = try #require(interpreter.help(named: function.name))
    #expect(help.contains(function.text) && help.contains(function.example))
    for option in function.options { #expect(help.contains(option.name), "\(option.name)") }
    let type = try #require(interpreter.hostTypes[method.typeName])
    #expect(type.summary == method.summary)
    for field in method.fields {
      let member = try #require(type.member(field.name))
      #expect(member.type == field.type && member.summary == field.summary)
    }
    #expect(type.member("kind")?.summary.contains(kind) == true)
  }

  /// Options of blocks are known before a program runs.
  @Test func optionsOfBlocksAreChecked() {
    func codes(_ text: String) -> [String] {
      let program = "let clip = load_clip(\"small\")\n" + text
      let context = CheckContext(librarySession().interpreter)
      return Checker.check(SourceFile(name: "a", text: program), context).filter(\.isError).map(\.code)
    }
    #expect(codes("mixture(clip, [\"{}\"], [\"a\", \"b\"]) { router { top_q: 1 } }") == ["E0306"])
    #expect(codes("mixture(clip, [\"{}\"], [\"a\", \"b\"]) { loss { gate: {weigth: 1} } }") == ["E0306"])
    #expect(codes("mixture(clip, [\"{}\"], [\"a\", \"b\"]) { loss { gate: {weight: 1} } }") == [])
  }
}

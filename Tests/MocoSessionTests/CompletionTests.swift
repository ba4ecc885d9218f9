import MocoSession
import MocoTestSupport
import Testing

/// What completion offers, without a terminal.
@Suite struct CompletionTests {
  @Test func namesAreCompleted() {
    let typed = Typed()
    typed.enter("let wavelength = 12")
    #expect(typed.completed("wavel") == "wavelength")
    typed.enter("let wavelet = 3")
    #expect(typed.offers("1 + wavel") == ["wavelength", "wavelet"])
    // What is completed stands before the cursor, not at the end of the text.
    let inside = typed.session.complete("wavele + 1", at: 6)
    #expect(
      inside.replaces == 6 && inside.texts == ["wavelength", "wavelet"].filter { $0.hasPrefix("wavele") })
  }

  @Test func aBlockAloneHasItsArguments() {
    let typed = Typed()
    let asked = typed.offers("let mine = model { name: \"mine\", l").map { $0.prefix { $0 != ":" } }
    #expect(asked.contains("logits") && asked.contains("loss"), "\(asked)")
    #expect(typed.offers("model {\n  name: \"mine\"\n  na").allSatisfy { !$0.hasPrefix("name: ") })
  }

  @Test func candidatesSayWhatTheyAre() throws {
    let typed = Typed()
    typed.enter("/// How long a wave is.\nlet wavelength = 12\nvar wave = [1.5]")
    typed.enter("/// Waves a hand.\nfunc wave_hand(times) { times }")
    let found = typed.session.complete("wav", at: 3).candidates
    #expect(
      found == [
        Completion.Candidate("wave", .variable, type: "List", doc: found[0].doc),
        Completion.Candidate("wave_hand", .function, type: "Function", doc: "Waves a hand."),
        Completion.Candidate("wavelength", .constant, type: "Int", doc: "How long a wave is."),
      ])
    let keyword = try #require(typed.session.complete("whil", at: 4).candidates.first)
    #expect(keyword.kind == .keyword && keyword.doc?.isEmpty == false)
    let builtin = try #require(typed.session.complete("load_cli", at: 8).candidates.first)
    #expect(builtin.kind == .function && builtin.doc?.hasSuffix(".") == true)
    typed.enter("let data = dataset(\"fashion\")")
    let field = try #require(typed.session.complete("data.classe", at: 11).candidates.first)
    #expect(field.text == "classes" && field.kind == .field && field.doc?.hasSuffix(".") == true)
    let label = try #require(typed.session.complete("wave_hand(ti", at: 12).candidates.last)
    #expect(label == Completion.Candidate("times: ", .label))
    #expect(typed.session.complete("%sav", at: 4).candidates.map(\.kind) == [.command])
    #expect(typed.session.complete("\"abc\".upp", at: 9).candidates.map(\.kind) == [.method])
  }

  @Test func fieldsOfTheValueBeforeTheDotAreCompleted() {
    let typed = Typed()
    typed.enter("let settings = {learning: {rate: 0.5}, batch: 32}")
    #expect(typed.completed("settings.lea") == "settings.learning")
    #expect(typed.completed("settings.learning.ra") == "settings.learning.rate")
  }

  @Test func noListOfAllFunctionsIsOfferedWhereTheValueIsUnknown() {
    let typed = Typed()
    #expect(typed.offers("mi.") == [])
    // Every function reads as a method, so what begins like one is completed.
    #expect(typed.offers("mi.shuf").contains("shuffle"))
  }

  @Test func labelsOfArgumentsAreCompleted() {
    let typed = Typed()
    typed.enter("func area(width, height, depth = 1) { width * height * depth }")
    #expect(typed.completed("area(wid") == "area(width: ")
    #expect(typed.completed("area(width: 3, hei") == "area(width: 3, height: ")
    // Without those of arguments that are there.
    #expect(typed.completed("area(3, height: 5, ") == "area(3, height: 5, depth: ")
    #expect(typed.completed("area([1, 2][1], hei") == "area([1, 2][1], height: ")
  }

  @Test func pathsInStringsAreCompleted() throws {
    let folder = try TemporaryFolder()
    try folder.write("hello", to: "a long name.txt")
    let typed = Typed()
    #expect(
      typed.completed("len(read_text(\"\(folder.path)/a lo")
        == "len(read_text(\"\(folder.path)/a long name.txt")
    #expect(typed.completed("%load \(folder.path)/a") == "%load \(folder.path)/a long name.txt")
    #expect(typed.completed("%save -f \(folder.path)/a") == "%save -f \(folder.path)/a long name.txt")
    #expect(typed.offers("%run x --set \(folder.path)/a") == [])
  }

  @Test func whatShipsWithMocoIsCompleted() {
    let typed = Typed()
    #expect(typed.completed("use temp") == "use templates")
    typed.enter("use templates")
    #expect(typed.offers("templates.euro") == ["eurosat"])
    #expect(typed.offers("templates.eurosat[\"sat").allSatisfy { $0.hasSuffix("\"]") })
    #expect(typed.offers("templates.eurosat[\"sat").count == 1)
    #expect(typed.offers("dataset(\"fashion").contains("fashion\""))
    #expect(typed.completed("load_clip(\"sm") == "load_clip(\"small\"")
  }

  @Test func commandsAreCompleted() {
    let typed = Typed()
    typed.enter("let name = 1")
    #expect(typed.completed("%vers") == nil && typed.completed("%var") == "%vars")
    #expect(typed.completed("%time nam") == "%time name")
    #expect(typed.offers("%where x") == [] && typed.offers("%config su") == ["suggest "])
    #expect(typed.offers("%config suggest o") == ["off", "on"] && typed.offers("%config digits 3") == [])
  }

  @Test func behindPlacesAndLiterals() {
    let typed = Typed()
    typed.enter("let rows = [{width: 4, \"two words\": 5}]")
    #expect(typed.completed("rows[0].wi") == "rows[0].width")
    #expect(typed.offers("rows[0].").contains("width") && !typed.offers("rows[0].").contains("two words"))
    #expect(typed.offers("\"abc\".upp") == ["upper"])
    #expect(typed.offers("[3, 1].sorte") == ["sorted"])
  }
}

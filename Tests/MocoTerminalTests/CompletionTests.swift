import MocoTestSupport
import Testing

@Suite struct CompletionTests {
  @Test func completesNames() throws {
    var session = try TerminalSession()
    session.enter("let wavelength = 12")
    session.enter("wavel\t + 1")
    session.wait("^13$")
    session.enter("let wavelet = 3")
    session.type("wavel\t")
    session.wait("^moco> wavele$")
    session.type("\t")
    session.wait("^wavelength  wavelet$|^wavelet +wavelength$")
    session.enter("t")
    session.wait("^3$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesFieldsOfTheValueBeforeTheDot() throws {
    var session = try TerminalSession()
    session.enter("let settings = {learning: {rate: 0.5}, batch: 32}")
    session.enter("settings.lea\t.ra\t * 2")
    session.wait("^1.0$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func offersNoListOfAllFunctionsWhereTheValueIsUnknown() throws {
    var session = try TerminalSession()
    session.type("mi.\t")
    session.wait("^moco> mi\\.$")
    // Every function reads as a method, so what begins like one is completed.
    session.type("shuf\t")
    session.wait("^moco> mi\\.shuffle$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesArgumentLabels() throws {
    var session = try TerminalSession()
    session.enter("func area(width, height) { width * height }")
    session.enter("area(wid\t3, hei\t5)")
    session.wait("^15$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesPathsInStrings() throws {
    let folder = try TemporaryFolder()
    try folder.write("hello", to: "a long name.txt")
    var session = try TerminalSession(folder: folder)
    session.enter("len(read_text(\"a lo\t\"))")
    session.wait("^5$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func leavesOutArgumentsThatAreThere() throws {
    var session = try TerminalSession()
    session.enter("func area(width, height, depth = 1) { width * height * depth }")
    session.enter("area(3, height: 5, \t2)")
    session.wait("^30$")
    session.enter("area([1, 2][1], hei\t5)")
    session.wait("^10$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesWhatShipsWithMoco() throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(folder: folder)
    session.enter("use temp\t")
    session.enter("templates.euro\t")
    session.wait("satellite")
    session.enter("len(templates.eurosat[\"sat\t)")
    session.wait("^1$")
    session.enter("dataset(\"fashion\t\").name")
    session.wait("^\"fashion")
    session.type("load_clip(\"sm\t")
    session.wait("^moco> load_clip\\(\"small\"$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesCommands() throws {
    var session = try TerminalSession()
    session.enter("let name = 1")
    session.enter("%who\t")
    session.wait("^name$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesBehindPlacesAndLiterals() throws {
    var session = try TerminalSession()
    session.enter("let rows = [{width: 4, \"two words\": 5}]")
    session.enter("rows[0].wi\t * 2")
    session.wait("^8$")
    session.type("rows[0].\t")
    session.wait("width")
    session.interrupt()
    session.enter("\"abc\".upp\t()")
    session.wait("^\"ABC\"$")
    session.enter("[3, 1].sor\t()")
    session.wait("^\\[1, 3\\]$")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
  }
}

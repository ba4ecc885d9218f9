import Testing

@Suite struct CompletionTests {
  @Test func completesNames() throws {
    var session = try TerminalSession()
    session.type("let wavelength = 12\r")
    session.type("wavel\t + 1\r")
    session.wait("^13$")
    session.type("let wavelet = 3\r")
    session.type("wavel\t")
    session.wait("^moco> wavele$")
    session.type("\t")
    session.wait("^wavelength  wavelet$|^wavelet +wavelength$")
    session.type("t\r")
    session.wait("^3$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesFieldsOfTheValueBeforeTheDot() throws {
    var session = try TerminalSession()
    session.type("let settings = {learning: {rate: 0.5}, batch: 32}\r")
    session.type("settings.lea\t.ra\t * 2\r")
    session.wait("^1.0$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesArgumentLabels() throws {
    var session = try TerminalSession()
    session.type("func area(width, height) { width * height }\r")
    session.type("area(wid\t3, hei\t5)\r")
    session.wait("^15$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesPathsInStrings() throws {
    let folder = try TemporaryFolder()
    try folder.write("hello", to: "a long name.txt")
    var session = try TerminalSession(folder: folder)
    session.type("len(read_text(\"a lo\t\"))\r")
    session.wait("^5$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func completesCommands() throws {
    var session = try TerminalSession()
    session.type("let name = 1\r")
    session.type("%who\t\r")
    session.wait("^name$")
    session.leave()
    #expect(try session.play().status == 0)
  }
}

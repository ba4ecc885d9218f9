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

  @Test func completesPathsInStrings() throws {
    let folder = try TemporaryFolder()
    try folder.write("hello", to: "a long name.txt")
    var session = try TerminalSession(folder: folder)
    session.enter("len(read_text(\"a lo\t\"))")
    session.wait("^5$")
    session.leave()
    #expect(try session.play().status == 0)
  }
}

import MocoLang
import Testing

/// Names of a session that are also names of built-in functions.
@Suite struct HiddenNameTests {
  @Test(arguments: ["let clip = 3;", "let print = 3;", "let [map, filter] = [1, 2];", "func len(x) { 1 }"])
  func declaringOneIsNoNews(_ input: String) {
    #expect(Typed().enter(input) == "")
  }

  @Test func aCallThatFailsSaysHowToGetTheFunctionBack() {
    let typed = Typed()
    typed.enter("let sorted = [2, 1];")
    let text = typed.enter("sorted([2, 1])")
    #expect(text.contains("'sorted' is declared at prompt[1]:1 and shadows the built-in function 'sorted'"))
    #expect(text.contains("help: type %reset sorted: it deletes your value and restores the function"))
    #expect(
      typed.enter("%reset sorted") == "deleted your 'sorted'; sorted is the built-in function again\n")
    #expect(typed.enter("sorted([2, 1])") == "[1, 2]\n")
    #expect(typed.enter("%reset sorted") == "sorted is already the built-in\n")
  }

  @Test func aNameThatHidesNothingIsOnlyRemoved() {
    let typed = Typed()
    typed.enter("let mine = 1;")
    #expect(typed.enter("%reset mine") == "mine is removed\n")
  }

  @Test func helpAloneIsAQuestion() throws {
    let typed = Typed()
    typed.enter("help")
    let guide = try #require(typed.frontEnd.pages.last)
    #expect(guide.hasPrefix("New here? `help(\"tutorial\")`"))
    typed.enter("?")
    #expect(typed.frontEnd.pages == [guide, guide])
    // The program of the page runs as it is written.
    let program = try #require(guide.components(separatedBy: "```").dropFirst().first)
    let cell = program.split(separator: "\n").map { String($0) }.joined(separator: "\n")
    let outcome = typed.session.execute(cell)
    #expect(outcome.failure == nil && outcome.value != nil, "\(typed.frontEnd.text)")
    // A value of the session with this name is shown.
    typed.enter("let help = 12;")
    #expect(typed.enter("help") == "12\n")
  }
}

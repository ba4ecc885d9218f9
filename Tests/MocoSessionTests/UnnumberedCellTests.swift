import MocoLang
import MocoSession
import Testing

/// Cells without a number, commands with one, and values beside the session.
@Suite struct UnnumberedCellTests {
  @Test func aCellWithoutANumberLeavesNoTraceButItsNames() {
    let typed = Typed()
    typed.enter("7")
    var options = Session.CellOptions()
    options.isNumbered = false
    options.isRemembered = false
    typed.frontEnd.text = ""
    let outcome = typed.session.execute("let hidden = 3; print(1); hidden + 1", options)
    #expect(outcome.number == nil && outcome.value?.asInt == 4 && outcome.status == .fine)
    #expect(typed.frontEnd.text == "1\n4\n" && outcome.bindings == ["hidden"])
    #expect(typed.session.number == 1 && typed.session.historyEntries.map(\.text) == ["7"])
    #expect(typed.enter("[ans, len(Out), hidden]") == "[7, 1, 3]\n")
    #expect(typed.session.execute("nothing", options).status == .failed)
    #expect(typed.session.number == 2)
  }

  @Test func commandsGetNumbersWhereTheyAreWanted() {
    let typed = Typed()
    var options = Session.CellOptions()
    options.numbersCommands = true
    for cell in ["%who", "?print", "1 + 1", "x = !echo a", "  "] { typed.session.execute(cell, options) }
    #expect(typed.session.number == 4)
    #expect(typed.session.historyEntries.map(\.number) == [1, 2, 3, 4])
    #expect(typed.enter("Out[3]") == "2\n")
    #expect(typed.enter("Out[1]").contains("input 1 has no value"))
    // Elsewhere they have none.
    let before = typed.session.number
    typed.enter("%who")
    #expect(typed.session.number == before)
  }

  @Test func aValueBesideTheSessionChangesNothing() throws {
    let typed = Typed()
    typed.enter("let x = 21; x")
    typed.frontEnd.text = ""
    let shown = try typed.session.value(of: "x * 2").get()
    #expect(shown.text == "42\n" && shown.value?.asInt == 42 && shown.number == nil)
    guard case .failure(let failure) = typed.session.value(of: "nothing") else {
      Issue.record("a name that is not there has a value")
      return
    }
    #expect(failure.isError && typed.frontEnd.text.isEmpty)
    #expect(typed.session.number == 1 && typed.enter("ans") == "21\n")
  }
}

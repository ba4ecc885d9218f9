import MocoLang
import MocoWatch
import Testing

@Suite struct LiveNotebookTests {
  private let program = """
    // %% One
    let a = 1
    // %% Two
    let b = a + 1
    print(b)
    // %% Other
    let c = 10
    print(c)
    // %% Last
    print(b + c)
    """

  @Test func whatChangedRunsAndWhatReadsFromIt() throws {
    let live = Live()
    #expect(live.save(program) == [0, 1, 2, 3])
    #expect(live.outputs == ["", "2\n", "10\n", "12\n"])
    #expect(live.save(program.replacing("let c = 10", with: "let c = 20")) == [2, 3])
    #expect(live.outputs == ["", "2\n", "20\n", "22\n"])
    #expect(live.save(program) == [2, 3])
    #expect(live.notebook.states == [.fresh, .fresh, .fresh, .fresh])
  }

  @Test func commentsAndBlanksRunNothing() {
    let live = Live()
    live.save(program)
    #expect(live.save(program.replacing("let a = 1", with: "// what it is\nlet a =   1   // one\n")) == [])
    #expect(live.save(program.replacing("// %% Two", with: "// %% Another title")) == [])
  }

  @Test func insertedMovedAndRemovedCells() {
    let live = Live()
    live.save(program)
    #expect(live.save("// %%\nlet z = 5\n" + program) == [0])
    let moved = """
      // %% Other
      let c = 10
      print(c)
      // %% One
      let a = 1
      // %% Two
      let b = a + 1
      print(b)
      // %% Last
      print(b + c)
      """
    #expect(live.save(moved) == [])
    // A name that is declared once more above is another one for those below.
    #expect(
      live.save(program.replacing("// %% Other", with: "// %%\nlet a = 7\nlet b = 3\n// %% Other")) == [2, 4])
    #expect(live.outputs.last == "13\n")
    #expect(live.save(program) == [3])
    #expect(live.outputs.last == "12\n")
  }

  @Test func removedNamesGoAway() {
    let live = Live()
    live.save("// %%\nlet a = 1\n// %%\nprint(2)\n")
    live.save("// %%\nprint(2)\n// %%\nprint(a)\n")
    #expect(live.notebook.problems.first?.message.contains("'a'") == true)
    #expect(live.save("// %%\nprint(2)\n") == [])
    #expect(live.notebook.problems.isEmpty)
  }

  @Test func aCellBeginsWithTheStateBeforeIt() {
    let program = """
      // %%
      let xs = [1]
      let alias = xs
      // %%
      xs.append(2)
      print(xs, alias)
      // %%
      xs[0] = 9
      print(xs, alias)
      // %%
      print(len(xs))
      """
    let live = Live()
    live.save(program)
    #expect(live.outputs == ["", "[1, 2] [1, 2]\n", "[9, 2] [9, 2]\n", "2\n"])
    #expect(live.save(program.replacing("xs.append(2)", with: "xs.append(3)")) == [1, 2, 3])
    #expect(live.outputs == ["", "[1, 3] [1, 3]\n", "[9, 3] [9, 3]\n", "2\n"])
    #expect(
      live.save(
        program.replacing("xs.append(2)", with: "xs.append(3)").replacing("xs[0] = 9", with: "xs[0] = 8"))
        == [2, 3])
    #expect(live.outputs == ["", "[1, 3] [1, 3]\n", "[8, 3] [8, 3]\n", "2\n"])
    live.ask(1)
    #expect(live.settle() == [1, 2, 3])
    #expect(live.outputs == ["", "[1, 3] [1, 3]\n", "[8, 3] [8, 3]\n", "2\n"])
  }

  @Test func whatCannotBeCopiedIsMadeAgain() {
    let program = """
      // %%
      func counter() {
        var n = 0
        () => { n += 1; n }
      }
      let next = counter()
      // %%
      print(next(), next())
      // %%
      print(next())
      """
    let live = Live()
    #expect(live.save(program) == [0, 1, 2])
    #expect(live.outputs == ["", "1 2\n", "3\n"])
    #expect(live.save(program.replacing("next(), next()", with: "next()")) == [0, 1, 2])
    #expect(live.outputs == ["", "1\n", "2\n"])
  }

  @Test func randomNumbersGoOnFromWhereTheyStood() throws {
    let program = """
      // %%
      let a = random()
      print(a)
      // %%
      print(1)
      // %%
      print(random(), randn([2]))
      """
    let live = Live()
    live.save(program)
    let first = live.outputs
    #expect(live.save(program.replacing("print(1)", with: "print(2)")) == [1])
    live.ask(2)
    #expect(live.settle() == [2])
    #expect(live.outputs.last == first.last)
    live.save(program.replacing("print(1)", with: "print(random())"))
    #expect(live.outputs == (try fromScratch(program.replacing("print(1)", with: "print(random())"))))
  }

  @Test func aFailedCellKeepsWhatItHadMade() {
    let live = Live()
    live.save(program)
    let failing = program.replacing("let b = a + 1", with: "let b = [a][3]")
    #expect(live.save(failing) == [1])
    #expect(live.notebook.states == [.fresh, .failed, .fresh, .waiting([1])])
    #expect(live.outputs[1].contains("E0202"))
    #expect(live.outputs[3] == "12\n")
    // Others run meanwhile.
    #expect(live.save(failing.replacing("let c = 10", with: "let c = 11")) == [2])
    #expect(live.settle() == [])
    #expect(live.save(program.replacing("let c = 10", with: "let c = 11")) == [3])
    #expect(live.outputs == ["", "2\n", "11\n", "13\n"])
  }

  @Test func aFileThatCannotRunLeavesEverything() {
    let live = Live()
    live.save(program)
    #expect(live.save(program + "\nprint(nothing)\n") == [])
    #expect(live.notebook.problems.count == 1)
    #expect(live.outputs.last == "12\n")
    #expect(live.save(program + "\nlet = \n") == [])
    #expect(live.save(program) == [])
    #expect(live.notebook.problems.isEmpty)
  }

  @Test func settingsRunTheirCellAndWhatReadsFromIt() throws {
    let live = Live()
    live.save(program)
    try live.notebook.set("c", "30")
    #expect(live.settle() == [2, 3])
    #expect(live.outputs == ["", "2\n", "30\n", "32\n"])
    try live.notebook.set("c", "10")
    try live.notebook.set("c", "12")
    #expect(live.settle() == [2, 3])
    #expect(live.outputs.last == "14\n")
  }

  @Test func exitEndsItsCellAlone() {
    let live = Live()
    #expect(live.save("// %%\nprint(1)\nexit(3)\n// %%\nprint(2)\n") == [0, 1])
    #expect(live.notebook.states == [.failed, .fresh])
    #expect(live.outputs[0].contains("exit(3)"))
    #expect(live.outputs[1] == "2\n")
  }

  @Test func placesInWarningsMoveWithTheirCell() {
    let live = Live()
    live.save("// %%\nprint(1)\n// %%\nlet x = [1][4]\n")
    #expect(live.outputs[1].contains("test.moco:4:"))
    #expect(live.save("// %%\n// a line more\nprint(1)\n// %%\n\nlet x = [1][4]\n") == [])
    #expect(live.outputs[1].contains("test.moco:6:"))
  }

  @Test func controlsAreLive() throws {
    let program = "// %%\nlet k = slider(1...6, 2)\n// %%\nprint(k * 10)\n// %%\nprint(7)\n"
    let live = Live()
    live.save(program)
    #expect(live.outputs == ["", "20\n", "7\n"])
    try live.notebook.set("k", "4")
    try live.notebook.set("k", "5")
    #expect(live.settle() == [0, 1])
    #expect(live.outputs == ["", "50\n", "7\n"])
    #expect(live.notebook.records[0]?.controls.first?.value == "5")
    // What it cannot be changes nothing.
    #expect(throws: (any Error).self) { try live.notebook.set("k", "9") }
    #expect(throws: (any Error).self) { try live.notebook.set("nothing", "1") }
    #expect(live.settle() == [])
    // A position stays while other cells are edited, and not where the control is.
    #expect(live.save(program.replacing("k * 10", with: "k * 100")) == [1])
    #expect(live.outputs[1] == "500\n")
    #expect(live.save(program.replacing("1...6, 2", with: "1...6, 3")) == [0, 1])
    #expect(live.outputs == ["", "30\n", "7\n"])
  }
}

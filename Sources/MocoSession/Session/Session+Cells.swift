import MocoLang

extension Session {
  /// Runs one cell of a program that was checked as a whole, with some of its top-level `let`s set: controls, and literals.
  ///
  /// - Parameter settings: of names that the cell declares, as `--set` takes them; of others E0307 comes of it.
  public func run(
    cell index: Int, of program: CheckedProgram, settings: [(name: String, text: String)]
  ) -> Outcome {
    interpreter.clearOverrides()
    for setting in settings { interpreter.setOverride(setting.name, setting.text) }
    defer { interpreter.clearOverrides() }
    return run(cell: index, of: program)
  }

  /// Runs one cell of a program that was checked as a whole. Its names stay; its value is shown.
  public func run(cell index: Int, of program: CheckedProgram) -> Outcome {
    observed { runCell(program.keeping(cells: [index]), shows: true, mode: .part) }
  }

  /// Before a cell of a program runs once more: remarks that are made once are made again, and a cell that has ended the
  /// program with `exit` has not.
  package func beginAgain() {
    oldNames = []
    isLeaving = false
  }
}

import MocoLang

extension Session {
  /// Runs one cell of a program that was checked as a whole, with some of its top-level `let`s set: controls, and literals.
  ///
  /// - Parameter settings: for names that the cell declares, in the form of `--set`; other names cause E0307.
  public func run(
    cell index: Int, of program: CheckedProgram, settings: [(name: String, text: String)]
  ) -> Outcome {
    interpreter.clearOverrides()
    for setting in settings { interpreter.setOverride(setting.name, setting.text) }
    defer { interpreter.clearOverrides() }
    return run(cell: index, of: program)
  }

  /// Runs one cell of a program that was checked as a whole. Its names are kept; its value is shown.
  public func run(cell index: Int, of program: CheckedProgram) -> Outcome {
    observed { runCell(program.keeping(cells: [index]), shows: true, mode: .part) }
  }

  /// Prepares another run of a program's cell: one-time remarks are made again, and an earlier `exit` of the
  /// cell is reset.
  package func beginAgain() {
    oldNames = []
    isLeaving = false
  }
}

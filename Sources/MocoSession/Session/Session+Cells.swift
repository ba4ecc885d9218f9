import MocoLang

extension Session {
  /// Runs one cell of a program that was checked as a whole. Its names stay; its value is shown.
  public func run(cell index: Int, of program: CheckedProgram) -> Outcome {
    observed { runCell(program.keeping(cells: [index]), shows: true, mode: .part) }
  }
}

import MocoBase
import MocoLang

extension Notebook {
  /// The notebook as the text of a program, verified by reading it back.
  ///
  /// - Parameters:
  ///   - name: the name of the notebook in messages.
  ///   - dialect: the dialect of programs.
  /// - Throws: E1002 for a cell that a program cannot contain: an open bracket or string would include the next cell.
  public func checkedSource(name: String, _ dialect: Dialect) throws -> String {
    let text = source
    let program = Parser.parse(SourceFile(name: name, text: text), dialect).program
    let again = try? Notebook(program)
    if again == self || (cells.isEmpty && again?.cells.allSatisfy { $0.source.isEmpty } ?? false) {
      return text
    }
    let place = cells.indices.first { index in
      guard let again, again.cells.indices.contains(index) else { return true }
      return again.cells[index] != cells[index]
    }
    let number = (place ?? max(0, cells.count - 1)) + 1
    throw Failure(
      "E1002", "cell \(number) of \(name) cannot be written to a program and read back",
      help: "close its brackets and strings in Jupyter, and write no // %% line within it")
  }
}

import MocoBase
import MocoLang

extension Notebook {
  /// The notebook as a program's text, which was read back and is the same notebook.
  ///
  /// - Parameters:
  ///   - name: what messages call the notebook.
  ///   - dialect: how programs are read.
  /// - Throws: E1002 for a cell that a program cannot hold: one with an open bracket or string swallows the next.
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
      "E1002", "cell \(number) of \(name) cannot be written into a program and be read back",
      help: "close its brackets and strings in Jupyter, and write no // %% line within it")
  }
}

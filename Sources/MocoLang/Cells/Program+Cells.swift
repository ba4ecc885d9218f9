import MocoBase

extension Program {
  /// The program with some of its cells alone, in order, and the text as it was: places in messages stay right.
  public func keeping(cells kept: Set<Int>) -> Program {
    var statements: [Stmt] = []
    var cells: [Cell] = []
    for (index, cell) in self.cells.enumerated() where kept.contains(index) {
      let first = statements.count
      statements += cell.statements.compactMap {
        self.statements.indices.contains($0) ? self.statements[$0] : nil
      }
      cells.append(
        Cell(
          title: cell.title, kind: cell.kind, attributes: cell.attributes, span: cell.span,
          statements: first..<statements.count))
    }
    return Program(
      file: file, statements: statements, doc: kept.contains(0) ? doc : nil, cells: cells, hasCells: hasCells,
      slashes: [])
  }

  /// The cell that a text names: its number, from 1, or its title.
  ///
  /// - Throws: E1003 where there is none, or where several have the title.
  public func cell(named text: String) throws -> Int {
    guard hasCells else {
      throw Failure(
        "E1003", "\(file.name) has no cells", help: "begin cells with // %% Title, or run the whole program")
    }
    let titled = cells.indices.filter { cells[$0].title == text }
    if titled.count == 1, let index = titled.first { return index }
    if titled.count > 1 {
      let numbers = titled.map { String($0 + 1) }.joined(separator: ", ")
      throw Failure(
        "E1003", "cells \(numbers) are called \"\(text)\"",
        help: "give the number of one: --cell \((titled.first ?? 0) + 1)")
    }
    if let number = Int(text) {
      if cells.indices.contains(number - 1) { return number - 1 }
      throw Failure(
        "E1003", "\(file.name) has no cell \(number)",
        help: "give a number from 1 to \(cells.count), or a title")
    }
    let titles = cells.map(\.title).filter { !$0.isEmpty }
    let near = Nearest.name(to: text, among: titles).map { "did you mean \"\($0)\"? " } ?? ""
    let known =
      titles.isEmpty
      ? "its cells have no titles: give a number from 1 to \(cells.count)"
      : "\(near)its titles are \(titles.prefix(12).map { "\"\($0)\"" }.joined(separator: ", "))"
    throw Failure("E1003", "\(file.name) has no cell called \"\(text)\"", help: known)
  }
}

extension CheckedProgram {
  /// Some of the program's cells, which were checked with the others.
  public func keeping(cells: Set<Int>) -> CheckedProgram {
    let tree = parsed.program
    let places = cells.compactMap { tree.cells.indices.contains($0) ? tree.cells[$0].span : nil }
    return CheckedProgram(
      checked: tree.keeping(cells: cells),
      diagnostics: diagnostics.filter { found in
        found.primary.map { place in places.contains { $0.start <= place.start && place.start < $0.end } }
          ?? false
      })
  }
}

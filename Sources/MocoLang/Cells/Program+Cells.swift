import MocoBase

extension Program {
  /// The program with only some of its cells, in order. The text is unchanged, so positions in messages stay
  /// correct.
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

  /// The cell with this number, from 1, or this title.
  ///
  /// - Throws: E1003 if there is no such cell, or if several have the title.
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
        help: "pass the number of one of them: --cell \((titled.first ?? 0) + 1)")
    }
    if let number = Int(text) {
      if cells.indices.contains(number - 1) { return number - 1 }
      throw Failure(
        "E1003", "\(file.name) has no cell \(number)",
        help: "pass a number from 1 to \(cells.count), or a title")
    }
    let titles = cells.map(\.title).filter { !$0.isEmpty }
    let near = Nearest.name(to: text, among: titles).map { "did you mean \"\($0)\"? " } ?? ""
    let known =
      titles.isEmpty
      ? "its cells have no titles: pass a number from 1 to \(cells.count)"
      : "\(near)its titles are \(titles.prefix(12).map { "\"\($0)\"" }.joined(separator: ", "))"
    throw Failure("E1003", "\(file.name) has no cell called \"\(text)\"", help: known)
  }
}

extension CheckedProgram {
  /// Some of the program's cells, checked together with the others.
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

import MocoBase
import MocoDocument
import MocoLang
import MocoPlot
import MocoTensor

/// `show`, `clear_output`, `table` and the functions of `plot`.
public func registerShowBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define(
    NativeFunction(
      "show(*values, title = nil, size = nil)",
      doc: """
        Shows values as richly as the output allows: figures, reports, tensors, images and tables are drawn, other
        values are formatted to the width. A list of images becomes a grid, a list of records a table. `size` is the
        width of an image in terminal columns.

        ```
        show plot.line([0.9, 0.5, 0.3])
        show table([{method: "zero-shot", base: 68.5}, {method: "mixture", base: 72.1}])
        show plot.image([[0, 0.5], [0.5, 1]]), size: 20
        ```
        """
    ) { arguments in
      let title = try arguments.optionalString("title")
      let size = arguments["size"]?.isNil ?? true ? nil : try arguments.int("size", in: 2...400)
      let interpreter = arguments.interpreter
      for value in arguments.rest {
        let shown = try ShownValue(value, title: title, size: size, context, interpreter)
        if context.log.events != nil, let figure = shown.figure {
          try context.log.keep(figure) { interpreter.note($0) }
        }
        if let show = interpreter.showDocument {
          show(shown.document)
        } else {
          let text = shown.document.terminal(context.limits)
          context.output(text.hasSuffix("\n") ? text : text + "\n")
        }
      }
      return .nil
    })
  interpreter.define(
    NativeFunction(
      "clear_output(wait = false)",
      doc: """
        Clears the output of the running cell or program: in a notebook the output of the cell, on a terminal
        the screen. Output to a file or a pipe is not changed. With `wait: true` it is cleared when the next
        output arrives, so that redrawn figures do not flicker.

        ```
        for step in 1...3 {
          clear_output(wait: true)
          show plot.bars({done: step, left: 3 - step})
        }
        ```
        """
    ) { arguments in
      context.delegate?.runtimeClears(waits: try arguments.bool("wait"))
      return .nil
    })
  interpreter.define(tableFunction())
  interpreter.define("plot", .host(PlotModule()), doc: PlotModule.guide)
  interpreter.noteMethods(of: PlotModule.methods)
  interpreter.noteMethods(of: FigureValue.methods)
}

/// The document that `show` displays for a value.
struct ShownValue {
  private(set) var document: Document
  /// The figure, if the value has one.
  private(set) var figure: Figure?

  init(
    _ value: AnyValue, title: String?, size: Int?, _ context: RuntimeContext, _ interpreter: Interpreter
  ) throws {
    var shown = try ShownValue.figure(value)
    if let size {
      guard case .images(var grid) = shown?.content else {
        throw Failure(
          "E0303", "'size' applies to images only, not to \(Arguments.describe(value))",
          help: "remove size, or pass an image: show plot.image(pixels), size: \(size)", argument: "size")
      }
      grid.columns = size
      shown?.content = .images(grid)
    }
    if var figure = shown {
      if let title { figure.title = title }
      self.figure = figure
      // `show` displays all rows, unless their number is set.
      document = Document([.figure(FigureLeaf(figure, rows: context.limits.rows))])
    } else {
      document = interpreter.document(of: value, limits: context.limits)
      if let title { document.blocks.insert(contentsOf: [.title(title, overflow: .keep), .gap], at: 0) }
    }
  }

  /// The figure of a value that has one.
  static func figure(_ value: AnyValue) throws -> Figure? {
    if let object: any HostObject = value.asHost() {
      // Features have no pictures: their counts and sizes are shown.
      if (object as? SplitValue)?.split.isFeatures ?? (object as? DatasetValue)?.isOfFeatures ?? false {
        return nil
      }
      if let drawn = object as? any FigureConvertible { return drawn.figure }
      if let picture = (object as? any ImageConvertible)?.plotImage {
        return Figure(.images(ImageGrid([.init(picture)])))
      }
      return nil
    }
    guard let list = value.asList, let first = list.first else { return nil }
    let pictures = try list.compactMap { (value: AnyValue) -> PlotImage? in
      try Cancellation.check()
      guard let object: any HostObject = value.asHost() else { return nil }
      return (object as? any ImageConvertible)?.plotImage
    }
    if pictures.count == list.count { return Figure(.images(ImageGrid(pictures.map { ImageGrid.Item($0) }))) }
    if first.asRecord != nil, list.count > 1, list.allSatisfy({ $0.asRecord != nil }) {
      return Figure(.table(try TableReader.table(value)))
    }
    return nil
  }
}

// MARK: Tables

private func tableFunction() -> NativeFunction {
  NativeFunction(
    "table(rows, columns = nil, title = \"\", digits = nil, best = nil)",
    doc: """
      A table as a figure. `rows` is a list of records, a list of lists with `columns`, or a record of columns.
      `best: "max"` or `"min"` shows the best number of every column in bold.

      ```
      show table([{method: "zero-shot", H: 68.5}, {method: "mixture", H: 72.1}], digits: 1, best: "max")
      ```
      """
  ) { arguments in
    var table: Table
    do {
      table = try TableReader.table(
        arguments.value("rows"), columns: try arguments.optionalList("columns")?.map { TableReader.word($0) })
    } catch is TableReader.Misshapen {
      throw arguments.wrongType(
        "rows", expected: "a list of records, a list of lists, or a record of lists",
        help: "table([{a: 1, b: 2}, {a: 3, b: 4}])")
    }
    if let digits = try arguments.optionalInt("digits") { table.digits = min(max(digits, 0), 15) }
    if try arguments.optionalString("best") != nil {
      table.markBest(largest: try arguments.choice("best", among: ["max", "min"]) == "max")
    }
    return .host(FigureValue(Figure(.table(table), title: try arguments.string("title"))))
  }
}

enum TableReader {
  struct Misshapen: Error {}

  /// - Throws: `Misshapen`.
  static func table(_ value: AnyValue, columns: [String]? = nil) throws -> Table {
    if let record = value.asRecord {
      let names = columns ?? record.names
      let lists = try names.map { name -> [AnyValue] in
        guard let field = record[name], let elements = try PlotNumbers.elements(field) else {
          throw Misshapen()
        }
        return elements
      }
      let count = lists.map(\.count).max() ?? 0
      return Table(
        columns: names,
        rows: try (0..<count).map { row in
          try lists.map { $0.indices.contains(row) ? try cell($0[row]) : .empty }
        })
    }
    guard let rows = try PlotNumbers.elements(value) else { throw Misshapen() }
    if rows.contains(where: { $0.asRecord != nil }) {
      var names = columns ?? []
      if columns == nil {
        for row in rows {
          for name in row.asRecord?.names ?? [] where !names.contains(name) { names.append(name) }
        }
      }
      return Table(
        columns: names,
        rows: try rows.map { row in
          guard let record = row.asRecord else { throw Misshapen() }
          return try names.map { name in try record[name].map { try cell($0) } ?? .empty }
        })
    }
    return Table(
      columns: columns ?? [],
      rows: try rows.map { row in
        guard let cells = try PlotNumbers.elements(row) else { throw Misshapen() }
        return try cells.map { try cell($0) }
      })
  }

  static func cell(_ value: AnyValue) throws -> Table.Cell {
    switch value.kind {
    case .nil: return .empty
    case .int(let number): return .integer(number)
    case .float(let number): return .number(number)
    case .host(let object):
      if let number = try object.number()?.asFloat { return .number(number) }
      return .text(object.shortDescription)
    default: return .text(word(value))
    }
  }

  /// A value in a few words; deeply nested values are left out.
  static func word(_ value: AnyValue, depth: Int = 0) -> String {
    switch value.kind {
    case .nil: return ""
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .float(let number): return "\(number)"
    case .string(let text): return text
    case .range(let range): return range.description
    case .host(let object): return object.shortDescription
    case .list, .record:
      let isList = value.asList != nil
      guard depth < 3 else { return isList ? "[…]" : "{…}" }
      if isList {
        let words = (value.asList ?? []).prefix(8).map { word($0, depth: depth + 1) }
        return "[" + words.joined(separator: ", ") + "]"
      }
      let words = (value.asRecord ?? [:]).prefix(8).map { "\($0.name): \(word($0.value, depth: depth + 1))" }
      return "{" + words.joined(separator: ", ") + "}"
    case .quantity, .function, .module: return "<\(value.typeName)>"
    }
  }
}

extension Table {
  /// Shows the largest or smallest number of every column in bold, if it differs from the others.
  mutating func markBest(largest: Bool) {
    for column in columns.indices {
      let numbers = rows.enumerated().compactMap { index, row -> (Int, Double)? in
        guard row.indices.contains(column) else { return nil }
        switch row[column] {
        case .number(let value) where value.isFinite: return (index, value)
        case .integer(let value): return (index, Double(value))
        default: return nil
        }
      }
      guard numbers.count > 1, let best = largest ? numbers.map(\.1).max() : numbers.map(\.1).min(),
        numbers.contains(where: { $0.1 != best })
      else { continue }
      for (row, value) in numbers where value == best {
        emphasized.insert(Position(row: row, column: column))
      }
    }
  }
}

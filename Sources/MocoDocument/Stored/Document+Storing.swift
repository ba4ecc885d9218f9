// Documents as JSON: how the record of a run stores the output of cells. Nothing of a document is lost, so that
// a document that was read again is rendered like the original.

import MocoBase

extension Document {
  /// Version of the JSON format of stored documents.
  public static let storedVersion = 1

  /// The document as JSON: `{"format": "moco-document", "version": 1, "blocks": […]}`. `Document(stored:)` reads it.
  public var stored: Json {
    [
      "format": "moco-document", "version": .int(Document.storedVersion),
      "blocks": .array(StoredWriter().blocks(blocks)),
    ]
  }
}

/// Writes blocks as JSON. Default values are left out.
struct StoredWriter {
  /// The current depth of nested blocks; JSON may be nested 128 deep.
  private var depth = 0
  private static let deepest = 20

  func blocks(_ blocks: [Document.Block]) -> [Json] { blocks.map(block) }

  private func inner(_ blocks: [Document.Block]) -> Json {
    var writer = self
    writer.depth += 1
    return .array(writer.blocks(blocks))
  }

  private func object(_ members: [(String, Json?)]) -> Json {
    .object(JsonObject(members.compactMap { name, value in value.map { (name, $0) } }))
  }

  private func unless<Value: Equatable>(
    _ usual: Value, _ value: Value, _ json: (Value) -> Json
  ) -> Json? {
    value == usual ? nil : json(value)
  }

  private func name<Value: Equatable>(_ value: Value, _ names: [(name: String, value: Value)]) -> Json {
    .string(names.first { $0.value == value }?.name ?? "")
  }

  private func block(_ block: Document.Block) -> Json {
    guard depth < Self.deepest else {
      return ["kind": "preformatted", "text": .string(Document([block]).plain())]
    }
    switch block {
    case .text(let text): return object([("kind", "text"), ("text", self.text(text))])
    case .heading(let text, let level):
      return object([("kind", "heading"), ("level", .int(level)), ("text", self.text(text))])
    case .items(let items): return self.items(items)
    case .fields(let fields): return self.fields(fields)
    case .list(let list):
      return object([
        ("kind", "list"), ("marker", name(list.marker, Document.List.Marker.stored)),
        ("indent", unless(0, list.indent, Json.int)), ("items", .array(list.items.map(inner))),
      ])
    case .collection(let collection): return self.collection(collection)
    case .table(let table): return self.table(table)
    case .figure(let figure):
      if let stored = figure.stored { return object([("kind", "figure"), ("figure", stored)]) }
      return ["kind": "preformatted", "text": .string(figure.terminalText(TerminalOptions()))]
    case .image(let image): return self.image(image)
    case .code(let code, let language):
      return ["kind": "code", "language": .string(language), "text": .string(code)]
    case .fold(let summary, let details):
      return object([("kind", "fold"), ("summary", text(summary)), ("details", inner(details))])
    case .preformatted(let words): return ["kind": "preformatted", "text": .string(words)]
    case .gap: return ["kind": "gap"]
    case .adapted(let lines, let page):
      return object([("kind", "adapted"), ("lines", inner(lines)), ("page", inner(page))])
    }
  }

  // MARK: Words

  /// A string, or an object with runs: strings, or pairs of a string and its style.
  func text(_ text: Document.Text) -> Json {
    let runs = text.runs.map { run -> Json in
      run.style == .plain ? .string(run.text) : [.string(run.text), .string(run.style.storedName)]
    }
    if text.indent == 0, text.overflow == .wrap(hanging: 2), runs.count == 1, case .string? = runs.first {
      return runs[0]
    }
    return object([
      ("runs", .array(runs)),
      ("overflow", unless(.wrap(hanging: 2), text.overflow) { .string($0.storedName) }),
      ("indent", unless(0, text.indent, Json.int)),
    ])
  }

  private func items(_ items: Document.Items) -> Json {
    object([
      ("kind", "items"), ("lead", text(items.lead)), ("items", .array(items.items.map(text))),
      ("separator", .string(items.separator)),
      ("lead_is_item", unless(false, items.leadIsItem, Json.bool)),
      ("indent", unless(0, items.indent, Json.int)),
      ("hanging", items.hanging.map(Json.int)), ("most_lines", items.mostLines.map(Json.int)),
      ("overflow", unless(.wrap(hanging: 2), items.overflow) { .string($0.storedName) }),
    ])
  }

  private func fields(_ fields: Document.Fields) -> Json {
    object([
      ("kind", "fields"), ("layout", fields.layout == .aligned ? "aligned" : "inline"),
      ("indent", .int(fields.indent)),
      ("overflow", unless(.wrap(hanging: 2), fields.overflow) { .string($0.storedName) }),
      (
        "fields",
        .array(
          fields.fields.map { field in
            object([
              ("name", .string(field.name)), ("values", .array(field.values.map(text))),
              ("overflow", field.overflow.map { .string($0.storedName) }),
            ])
          })
      ),
    ])
  }

  private func collection(_ collection: Document.Collection) -> Json {
    object([
      ("kind", "collection"), ("of", name(collection.kind, Document.Collection.Kind.stored)),
      (
        "entries",
        .array(
          collection.entries.map { entry in
            switch entry {
            case .leftOut(let words): return ["left_out": .string(words)]
            case .value(let name, let value):
              var writer = self
              writer.depth += 1
              return object([("name", name.map { .string($0) }), ("value", writer.block(value))])
            }
          })
      ),
    ])
  }

  // MARK: Tables and pictures

  func table(_ table: Document.Table) -> Json {
    object([
      ("kind", "table"), ("of", name(table.kind, Document.Table.Kind.stored)),
      ("title", unless("", table.title, text)), ("caption", unless("", table.caption, text)),
      (
        "columns",
        .array(
          table.columns.map { column in
            object([
              ("name", text(column.name)),
              ("alignment", name(column.alignment, Document.Table.Alignment.stored)),
            ])
          })
      ),
      (
        "rows",
        .array(
          table.rows.map { row in
            switch row {
            case .leftOut(let words): return ["left_out": .string(words)]
            case .cells(let cells): return .array(cells.map(cell))
            }
          })
      ),
      ("cell_width", unless(1, table.cellWidth, Json.int)), ("indent", unless(0, table.indent, Json.int)),
    ])
  }

  private func cell(_ cell: Document.Table.Cell) -> Json {
    object([
      ("text", text(cell.text)), ("kind", name(cell.kind, Document.Table.Cell.Kind.stored)),
      ("emphasized", unless(false, cell.isEmphasized, Json.bool)),
    ])
  }

  private func image(_ image: Document.Image) -> Json {
    var members: [(String, Json?)] = [
      ("kind", "image"), ("alternative", .string(image.alternativeText)),
      ("caption", unless("", image.caption, text)),
    ]
    switch image.source {
    case .pixels(let pixels): members.append(("pixels", pixels.stored))
    case .encoded(let bytes, let type):
      members += [
        ("type", .string(type)), ("width", .int(image.width)), ("height", .int(image.height)),
        ("bytes", .string(Base64.encode(bytes))),
      ]
    }
    return object(members)
  }
}

extension PixelImage {
  /// Size, channels and the deflated bytes in base 64.
  package var stored: Json {
    let packed = (try? Gzip.deflate(bytes, container: .zlib, level: 6)) ?? []
    return [
      "width": .int(width), "height": .int(height), "channels": .int(channels),
      "bytes": .string(Base64.encode(packed)),
    ]
  }

  /// - Returns: nil if it is not such a picture.
  package init?(stored json: Json?) {
    guard let json, let width = json["width"]?.intValue, let height = json["height"]?.intValue,
      let channels = json["channels"]?.intValue, let packed = json["bytes"]?.stringValue,
      let bytes = Base64.decode(packed), width > 0, height > 0, channels == 1 || channels == 3
    else { return nil }
    let (area, tooWide) = width.multipliedReportingOverflow(by: height)
    let (size, tooLarge) = area.multipliedReportingOverflow(by: channels)
    guard !tooWide, !tooLarge, size <= 1 << 30,
      let pixels = try? bytes.withUnsafeBytes({
        try Gzip.inflate($0, container: .zlib, cap: size, name: "pixels")
      })
    else { return nil }
    self.init(width: width, height: height, channels: channels, bytes: pixels)
  }
}

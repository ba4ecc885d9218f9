import MocoBase

extension Document {
  /// A document that was written by `stored`.
  ///
  /// - Parameters:
  ///   - name: the name of the text that contains it, for messages.
  ///   - figure: makes a figure from its stored form; nil if it is not a figure.
  /// - Throws: E0502 if it is not such a document, is corrupted, or was written by a later version.
  public init(
    stored json: Json, name: String, figure: @escaping (Json) throws -> (any DocumentFigure)?
  ) throws {
    guard json["format"]?.stringValue == "moco-document", let version = json["version"]?.intValue else {
      throw Failure.corrupt(name, "it contains no valid document")
    }
    guard version <= Document.storedVersion else {
      throw Failure(
        "E0502",
        "\(name): its documents have version \(version); this version of moco supports version \(Document.storedVersion)",
        help: "read it with the version of moco that wrote it, or a later one")
    }
    self.init(try StoredReader(name: name, figure: figure).blocks(json["blocks"]))
  }
}

/// Reads blocks from JSON.
struct StoredReader {
  let name: String
  let figure: (Json) throws -> (any DocumentFigure)?

  func fault(_ what: String) -> Failure { Failure.corrupt(name, "\(what) of a document is corrupted") }

  func blocks(_ json: Json?) throws -> [Document.Block] {
    guard let list = json?.arrayValue else { throw fault("a list of blocks") }
    return try list.map(block)
  }

  private func array(_ json: Json?, _ what: String) throws -> [Json] {
    guard let list = json?.arrayValue else { throw fault(what) }
    return list
  }

  private func string(_ json: Json?, _ what: String) throws -> String {
    guard let text = json?.stringValue else { throw fault(what) }
    return text
  }

  /// A small number; `usual` if it is missing.
  private func int(_ json: Json?, _ usual: Int = 0, _ what: String) throws -> Int {
    guard let json else { return usual }
    guard let number = json.intValue, (0...100_000).contains(number) else { throw fault(what) }
    return number
  }

  private func bool(_ json: Json?, _ what: String) throws -> Bool {
    guard let json else { return false }
    guard let value = json.boolValue else { throw fault(what) }
    return value
  }

  private func named<Value>(
    _ json: Json?, _ names: [(name: String, value: Value)], _ what: String
  ) throws -> Value {
    guard let text = json?.stringValue, let known = names.first(where: { $0.name == text }) else {
      throw fault(what)
    }
    return known.value
  }

  private func block(_ json: Json) throws -> Document.Block {
    switch json["kind"]?.stringValue {
    case "text": return .text(try text(json["text"]))
    case "heading":
      return .heading(try text(json["text"]), level: try int(json["level"], 1, "a heading"))
    case "items": return .items(try items(json))
    case "fields": return .fields(try fields(json))
    case "list":
      return .list(
        Document.List(
          try array(json["items"], "a list").map { try blocks($0) },
          marker: try named(json["marker"], Document.List.Marker.stored, "a list"),
          indent: try int(json["indent"], "a list")))
    case "collection": return .collection(try collection(json))
    case "table": return .table(try table(json))
    case "figure":
      guard let stored = json["figure"], let figure = try figure(stored) else { throw fault("a figure") }
      return .figure(figure)
    case "image": return .image(try image(json))
    case "code":
      return .code(try string(json["text"], "code"), language: try string(json["language"], "code"))
    case "fold": return .fold(summary: try text(json["summary"]), details: try blocks(json["details"]))
    case "preformatted": return .preformatted(try string(json["text"], "a text"))
    case "gap": return .gap
    case "adapted": return .adapted(lines: try blocks(json["lines"]), page: try blocks(json["page"]))
    default: throw fault("a block")
    }
  }

  private func int(_ json: Json?, _ what: String) throws -> Int { try int(json, 0, what) }

  // MARK: Words

  private func overflow(_ json: Json?) throws -> Document.Text.Overflow? {
    guard let json else { return nil }
    guard let text = json.stringValue, let value = Document.Text.Overflow(storedName: text) else {
      throw fault("a text")
    }
    return value
  }

  private func text(_ json: Json?) throws -> Document.Text {
    if let plain = json?.stringValue { return Document.Text([Document.Run(plain)]) }
    let runs = try array(json?["runs"], "a text").map { run -> Document.Run in
      if let plain = run.stringValue { return Document.Run(plain) }
      guard let words = run[0]?.stringValue, let name = run[1]?.stringValue,
        let style = Document.Run.Style(storedName: name)
      else { throw fault("a text") }
      return Document.Run(words, style)
    }
    return Document.Text(
      runs, overflow: try overflow(json?["overflow"]) ?? .wrap(hanging: 2),
      indent: try int(json?["indent"], "a text"))
  }

  private func optionalText(_ json: Json?) throws -> Document.Text { try json.map { try text($0) } ?? "" }

  private func items(_ json: Json) throws -> Document.Items {
    Document.Items(
      try text(json["lead"]), try array(json["items"], "a list").map { try text($0) },
      separator: try string(json["separator"], "a list"),
      leadIsItem: try bool(json["lead_is_item"], "a list"), indent: try int(json["indent"], "a list"),
      hanging: try json["hanging"].map { try int($0, "a list") },
      mostLines: try json["most_lines"].map { try int($0, "a list") },
      overflow: try overflow(json["overflow"]) ?? .wrap(hanging: 2))
  }

  private func fields(_ json: Json) throws -> Document.Fields {
    let fields = try array(json["fields"], "a card").map { field in
      Document.Fields.Field(
        try string(field["name"], "a card"),
        try array(field["values"], "a card").map { try text($0) },
        overflow: try overflow(field["overflow"]))
    }
    return Document.Fields(
      fields, layout: try string(json["layout"], "a card") == "inline" ? .inline : .aligned,
      indent: try int(json["indent"], 2, "a card"),
      overflow: try overflow(json["overflow"]) ?? .wrap(hanging: 2))
  }

  private func collection(_ json: Json) throws -> Document.Collection {
    Document.Collection(
      try named(json["of"], Document.Collection.Kind.stored, "a list"),
      try array(json["entries"], "a list").map { entry in
        if let words = entry["left_out"] { return .leftOut(try string(words, "a list")) }
        guard let value = entry["value"] else { throw fault("a list") }
        return .value(name: try entry["name"].map { try string($0, "a list") }, try block(value))
      })
  }

  // MARK: Tables and pictures

  private func table(_ json: Json) throws -> Document.Table {
    Document.Table(
      try named(json["of"], Document.Table.Kind.stored, "a table"), title: try optionalText(json["title"]),
      caption: try optionalText(json["caption"]),
      columns: try array(json["columns"], "a table").map { column in
        Document.Table.Column(
          try text(column["name"]),
          try named(column["alignment"], Document.Table.Alignment.stored, "a table"))
      },
      rows: try array(json["rows"], "a table").map { row in
        if let words = row["left_out"] { return .leftOut(try string(words, "a table")) }
        return .cells(try array(row, "a table").map(cell))
      },
      cellWidth: try int(json["cell_width"], 1, "a table"), indent: try int(json["indent"], "a table"))
  }

  private func cell(_ json: Json) throws -> Document.Table.Cell {
    Document.Table.Cell(
      try text(json["text"]), try named(json["kind"], Document.Table.Cell.Kind.stored, "a table"),
      isEmphasized: try bool(json["emphasized"], "a table"))
  }

  private func image(_ json: Json) throws -> Document.Image {
    let caption = try optionalText(json["caption"])
    let alternative = try string(json["alternative"], "a picture")
    if let pixels = json["pixels"] {
      guard let pixels = PixelImage(stored: pixels) else { throw fault("a picture") }
      return Document.Image(pixels, caption: caption, alternativeText: alternative)
    }
    guard let bytes = json["bytes"]?.stringValue.flatMap(Base64.decode) else { throw fault("a picture") }
    return Document.Image(
      bytes, mediaType: try string(json["type"], "a picture"),
      width: try int(json["width"], 1, "a picture"),
      height: try int(json["height"], 1, "a picture"), caption: caption, alternativeText: alternative)
  }
}

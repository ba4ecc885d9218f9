// The results of a cell as a line of JSON, in the file `outputs.jsonl` of a run's record:
//
//   {"format": "moco-outputs", "version": 1, "moco": "0.2.0"}                        the first line
//   {"cell": 0, "number": 1, "seconds": 0.5, "fine": true, "outputs": [
//     {"text": "printed\n"}, {"text": "beside it\n", "beside": true},
//     {"shown": {"format": "moco-document", …}, "result": true},
//     {"diagnostics": [{"code": "E0202", …}], "files": [{"name": "a.moco", "text": "…"}]}]}
//
// A cell is identified by the offset of its first byte in the program's text.

import MocoBase
import MocoDocument
import MocoLang
import MocoPlot
import MocoSession

/// The results of a cell, and the start of the cell in the program's text.
struct StoredCell {
  /// UTF-8 offset of the cell in the program.
  var place: Int
  /// Its outputs.
  var record: CellRecord

  /// Version of the lines.
  static let version = 1
  /// Larger texts are not stored for the source lines of messages.
  private static let longestFile = 4 << 20

  /// The first line of a file.
  static func head(moco: String) -> Json {
    ["format": "moco-outputs", "version": .int(version), "moco": .string(moco)]
  }

  init(place: Int, record: CellRecord) {
    self.place = place
    self.record = record
  }

  // MARK: - Writing

  /// - Parameter script: the program's text, which is not stored again.
  func json(_ script: SourceFile) -> Json {
    var object = JsonObject([("cell", .int(place))])
    if let number = record.number { object["number"] = .int(number) }
    object["seconds"] = .double(record.seconds)
    object["fine"] = .bool(record.isFine)
    // Controls are fixed: one line each.
    let lines = record.controlLines
    let controls = lines.isEmpty ? [] : [CellRecord.Output.text(lines, isError: false)]
    object["outputs"] = .array((controls + record.outputs).map { Self.json($0, script) })
    return .object(object)
  }

  private static func json(_ output: CellRecord.Output, _ script: SourceFile) -> Json {
    switch output {
    case .text(let text, let isError):
      return isError ? ["text": .string(text), "beside": true] : ["text": .string(text)]
    case .shown(let document, let isResult):
      return isResult ? ["shown": document.stored, "result": true] : ["shown": document.stored]
    case .diagnostics(let diagnostics):
      var files = StoredFiles(script: script)
      let list = diagnostics.map { json($0, &files) }
      return ["diagnostics": .array(list), "files": files.json]
    }
  }

  private static func json(_ diagnostic: Diagnostic, _ files: inout StoredFiles) -> Json {
    var object = JsonObject([
      ("code", .string(diagnostic.code)), ("severity", .string(diagnostic.severity.rawValue)),
      ("message", .string(diagnostic.message)),
    ])
    if let place = files.place(diagnostic.primary) { object["at"] = place }
    if !diagnostic.primaryText.isEmpty { object["text"] = .string(diagnostic.primaryText) }
    let labels = diagnostic.labels.compactMap { label in
      files.place(label.span).map { Json.array([$0, .string(label.text)]) }
    }
    if !labels.isEmpty { object["labels"] = .array(labels) }
    if !diagnostic.help.isEmpty { object["help"] = .array(diagnostic.help.map(Json.string)) }
    if !diagnostic.notes.isEmpty { object["notes"] = .array(diagnostic.notes.map(Json.string)) }
    let trace = diagnostic.trace.map { entry -> Json in
      guard let place = files.place(entry.callSite) else { return [.string(entry.function)] }
      return [.string(entry.function), place]
    }
    if !trace.isEmpty { object["trace"] = .array(trace) }
    return .object(object)
  }

  /// The texts that messages refer to.
  private struct StoredFiles {
    let script: SourceFile
    var others: [SourceFile] = []

    init(script: SourceFile) { self.script = script }

    /// `[-1, 12, 15]`: in the program; `[0, 12, 15]`: in the first of the other texts.
    mutating func place(_ span: Span?) -> Json? {
      guard let span, span.file.bytes.count <= longestFile else { return nil }
      var number = -1
      if span.file !== script {
        if let known = others.firstIndex(where: { $0 === span.file }) {
          number = known
        } else {
          number = others.count
          others.append(span.file)
        }
      }
      return [.int(number), .int(span.start), .int(span.end)]
    }

    var json: Json {
      .array(others.map { ["name": .string($0.name), "text": .string($0.text)] })
    }
  }

  // MARK: - Reading

  /// - Parameters:
  ///   - name: the name of the line in messages.
  ///   - script: the program's text.
  /// - Throws: E0502 for a corrupted line.
  init(_ json: Json, name: String, script: SourceFile) throws {
    let fault = Failure.corrupt(name, "the line is not a record of a cell")
    guard let place = json["cell"]?.intValue, let outputs = json["outputs"]?.arrayValue,
      let seconds = json["seconds"]?.doubleValue, let isFine = json["fine"]?.boolValue
    else { throw fault }
    var record = CellRecord()
    record.number = json["number"]?.intValue
    record.seconds = seconds
    record.isFine = isFine
    for output in outputs {
      if let text = output["text"] {
        guard let text = text.stringValue else { throw fault }
        record.outputs.append(.text(text, isError: output["beside"]?.boolValue ?? false))
      } else if let shown = output["shown"] {
        let document = try Document(stored: shown, name: name) { FigureLeaf(stored: $0) }
        record.outputs.append(.shown(document, isResult: output["result"]?.boolValue ?? false))
      } else if let list = output["diagnostics"]?.arrayValue {
        let files = try (output["files"]?.arrayValue ?? []).map { file -> SourceFile in
          guard let name = file["name"]?.stringValue, let text = file["text"]?.stringValue else {
            throw fault
          }
          return SourceFile(name: name, text: text)
        }
        record.outputs.append(
          .diagnostics(
            try list.map { json in
              guard let read = Self.diagnostic(json, files, script) else { throw fault }
              return read
            }))
      } else {
        throw fault
      }
    }
    self.init(place: place, record: record)
  }

  private static func diagnostic(_ json: Json, _ files: [SourceFile], _ script: SourceFile) -> Diagnostic? {
    guard let code = json["code"]?.stringValue, let message = json["message"]?.stringValue,
      let severity = json["severity"]?.stringValue.flatMap(Diagnostic.Severity.init(rawValue:))
    else { return nil }
    func span(_ json: Json?) -> Span? {
      guard let number = json?[0]?.intValue, let start = json?[1]?.intValue, let end = json?[2]?.intValue
      else { return nil }
      let file = number < 0 ? script : files.indices.contains(number) ? files[number] : nil
      // Clamp the offset to the text.
      guard let file, start >= 0, start <= end, end <= file.bytes.count + 1 else { return nil }
      return file.span(start, end)
    }
    func texts(_ name: String) -> [String] { (json[name]?.arrayValue ?? []).compactMap(\.stringValue) }
    return Diagnostic(
      code, message, at: span(json["at"]), text: json["text"]?.stringValue ?? "",
      labels: (json["labels"]?.arrayValue ?? []).compactMap { label in
        guard let place = span(label[0]), let text = label[1]?.stringValue else { return nil }
        return Diagnostic.Label(place, text)
      },
      help: texts("help"), notes: texts("notes"), severity: severity,
      trace: (json["trace"]?.arrayValue ?? []).compactMap { entry in
        entry[0]?.stringValue.map { Diagnostic.TraceEntry(function: $0, callSite: span(entry[1])) }
      })
  }
}

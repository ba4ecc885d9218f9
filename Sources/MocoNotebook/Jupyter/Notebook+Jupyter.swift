import MocoBase
import MocoLang
import MocoSession

// Jupyter's notebook format 4: nbformat.readthedocs.io, "The notebook file format".

extension Notebook {
  /// The result of reading a Jupyter notebook.
  public struct Imported {
    /// Its cells, without outputs.
    public var notebook: Notebook
    /// Notes about ignored or changed parts, one sentence each.
    public var notes: [String]
  }

  /// Reads a Jupyter notebook of moco.
  ///
  /// Its outputs are ignored. Everything else is kept: writing the notebook as a program, reading that, and writing it
  /// as a Jupyter notebook gives the same cells, identifiers, metadata and attachments.
  /// - Parameter name: the name of the file in messages.
  /// - Throws: E1001 if it is not a notebook of format 4 in this language; E1002 for a cell that cannot be written to
  ///   a program.
  public static func read(jupyter text: [UInt8], name: String) throws -> Imported {
    let json: Json
    do {
      json = try Json.parse(text, name: name)
    } catch let error as Failure {
      throw Failure("E1001", "\(name) is not a notebook: \(error.message)", help: "save it again in Jupyter")
    }
    var reader = JupyterReader(name: name)
    let notebook = try reader.notebook(json)
    return Imported(notebook: notebook, notes: reader.notes)
  }
}

/// Reads the JSON of a notebook.
struct JupyterReader {
  let name: String
  var notes: [String] = []
  private var ids: [String: Int] = [:]

  init(name: String) { self.name = name }

  mutating func notebook(_ json: Json) throws -> Notebook {
    guard let object = json.objectValue, let format = object["nbformat"]?.intValue,
      let cells = object["cells"]?.arrayValue ?? (format < 4 ? [] : nil)
    else {
      throw refusal("it has no cells and no nbformat", "use a file written by Jupyter")
    }
    guard format == 4 else {
      throw refusal(
        "its format is \(format)", "convert it: jupyter nbconvert --to notebook --nbformat 4 FILE")
    }
    let metadata = object["metadata"]?.objectValue ?? JsonObject()
    if let language = JupyterReader.language(metadata), language != "moco" {
      throw refusal("its language is \(language)", "use a notebook with the kernel moco")
    }
    var result = Notebook(metadata: JsonObject(metadata.filter { !JupyterFormat.isOwn($0.key, $0.value) }))
    for (index, cell) in cells.enumerated() { result.cells.append(try self.cell(cell, index + 1)) }
    let withOutputs = cells.count { ($0["outputs"]?.arrayValue?.count ?? 0) > 0 }
    if withOutputs > 0 {
      notes.append(
        "outputs are not kept in a program: \(NumberText.counted(withOutputs, "cell")) had outputs; run the program to create them again"
      )
    }
    return result
  }

  private func refusal(_ reason: String, _ help: String) -> Failure {
    Failure("E1001", "\(name) is not a supported notebook: \(reason)", help: help)
  }

  /// The language of the notebook; nil if missing.
  private static func language(_ metadata: JsonObject) -> String? {
    metadata["language_info"]?["name"]?.stringValue ?? metadata["kernelspec"]?["language"]?.stringValue
      ?? metadata["kernelspec"]?["name"]?.stringValue
  }

  private mutating func cell(_ json: Json, _ number: Int) throws -> Notebook.Cell {
    guard let object = json.objectValue, let word = object["cell_type"]?.stringValue else {
      throw refusal("cell \(number) has no cell_type", "save the notebook again in Jupyter")
    }
    guard let kind = Program.Cell.Kind(rawValue: word) else {
      throw refusal(
        "cell \(number) has the unknown type \"\(word)\"", "change it to code, markdown or raw in Jupyter")
    }
    guard let source = JupyterReader.text(object["source"]) else {
      throw refusal("the source of cell \(number) is not text", "save the notebook again in Jupyter")
    }
    let known: Set = ["cell_type", "source", "id", "metadata", "attachments", "outputs", "execution_count"]
    for key in object.keys where !known.contains(key) {
      notes.append("cell \(number) has an unknown field \"\(key)\": it is left out")
    }
    var metadata = object["metadata"]?.objectValue ?? JsonObject()
    var title = ""
    if let text = metadata["title"]?.stringValue, Notebook.isTitle(text) {
      title = text
      metadata = JsonObject(metadata.filter { $0.key != "title" })
    }
    var attributes: [(String, Json)] = []
    if let id = object["id"] { if let id = kept(id, number) { attributes.append(("id", .string(id))) } }
    if let attachments = object["attachments"] { attributes.append(("attachments", attachments)) }
    if metadata.keys.contains(where: JupyterFormat.reserved.contains) {
      attributes.append(("metadata", .object(metadata)))
    } else {
      attributes += metadata.map { ($0.key, $0.value) }
    }
    return Notebook.Cell(kind, title: title, source: source, attributes: JsonObject(attributes))
  }

  /// A valid identifier; nil for one that the cell cannot keep.
  private mutating func kept(_ id: Json, _ number: Int) -> String? {
    guard let text = id.stringValue, JupyterFormat.isIdentifier(text) else {
      notes.append("the id of cell \(number) is not a valid identifier: it gets a new one")
      return nil
    }
    if let first = ids[text] {
      notes.append("cells \(first) and \(number) have the same id \"\(text)\": cell \(number) gets a new one")
      return nil
    }
    ids[text] = number
    return text
  }

  /// A string, or a list of lines.
  static func text(_ json: Json?) -> String? {
    if let text = json?.stringValue { return text }
    guard let lines = json?.arrayValue else { return nil }
    var result = ""
    for line in lines {
      guard let text = line.stringValue else { return nil }
      result += text
    }
    return result
  }
}

extension Notebook {
  /// Whether a text can follow `// %%` and is read back unchanged.
  static func isTitle(_ text: String) -> Bool {
    guard !text.isEmpty, !text.utf8.contains(where: { $0 < 0x20 }) else { return false }
    var head = CellHead()
    head.title = text
    return CellHead(comment: String(head.line.dropFirst(2))) == head
  }
}

/// The Pygments lexer for moco cells in converted notebooks.
package enum JupyterLexer {
  /// The environment variable with its name; `moco kernel install` sets it if there is a moco lexer.
  package static let variable = "MOCO_PYGMENTS_LEXER"

  /// The fallback: Pygments' lexer for Swift, which highlights most of moco correctly.
  package static var name: String {
    guard let name = ProcessEnvironment.value(variable), !name.isEmpty, name.utf8.allSatisfy(isLetter) else {
      return "swift"
    }
    return name
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "-")
  }
}

/// The metadata of every moco notebook.
enum JupyterFormat {
  /// Attributes of a cell that are not metadata.
  static let reserved: Set = ["id", "attachments", "metadata", Notebook.notebookKey, "title"]

  static let kernelspec = Json.object(
    JsonObject([("display_name", "moco"), ("language", "moco"), ("name", "moco")]))
  static var languageInfo: Json {
    Json.object(
      JsonObject([
        ("codemirror_mode", "swift"), ("file_extension", ".moco"), ("mimetype", "text/x-moco"),
        ("name", "moco"),
        ("pygments_lexer", .string(JupyterLexer.name)),
      ]))
  }

  /// Whether a member of a notebook's metadata is always rewritten.
  static func isOwn(_ key: String, _ value: Json) -> Bool {
    switch key {
    case "kernelspec": value == kernelspec
    case "language_info": value["name"]?.stringValue == "moco"
    default: false
    }
  }

  /// 1 to 64 letters, digits, `-` and `_`.
  static func isIdentifier(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
          || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
          || $0 == UInt8(ascii: "_")
      }
  }
}

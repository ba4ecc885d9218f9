import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import Testing

/// Jupyter notebooks become programs, and programs become the same notebooks again.
@Suite struct JupyterTests {
  private func notebook(
    _ cells: [Json], metadata: Json = ["kernelspec": ["language": "moco", "name": "moco"]]
  ) -> Json {
    ["cells": .array(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5]
  }

  private func read(_ json: Json) throws -> Notebook.Imported {
    try Notebook.read(jupyter: Array(json.serialized().utf8), name: "x.ipynb")
  }

  /// Reads a notebook, writes the program, reads that, and gives both.
  private func thereAndBack(_ json: Json) throws -> (Notebook, Notebook, String) {
    let first = try read(json).notebook
    let text = try first.checkedSource(name: "x.ipynb", .moco)
    let second = try Notebook(Parser.parse(SourceFile(name: "x.moco", text: text), .moco).program)
    return (first, second, text)
  }

  static let sources = [
    "", "1 + 1", "let a = 1\nlet b = 2\n", "\n\na\n\n\n", "%time 1 + 1", "!ls -l\n%cd ..", "// a comment",
    "// %% no cell",
    "// \\%% no cell", "//%% x", "  // %%", "let s = \"\"\"\n// %% in a string\n\"\"\"", "a\r\nb",
    "é 𝐚 \u{0}",
    "func f() {\n  // %% inside\n  1\n}", "/// doc\nlet a = 1", "// \\no", "//%time", "x //%% y",
  ]

  @Test(arguments: sources) func codeComesBack(_ source: String) throws {
    for around in [[], ["1"], ["", ""]] {
      let cells = (around + [source] + around).map {
        Json.object(JsonObject([("cell_type", "code"), ("source", .string($0))]))
      }
      do {
        let (first, second, text) = try thereAndBack(notebook(cells))
        #expect(first == second, "\(text)")
        #expect(second.cells.map(\.source) == around + [source] + around)
      } catch let error as Failure {
        // What a program cannot hold is refused, never changed.
        #expect(error.code == "E1002")
        #expect(
          ["//%time", "// \\no"].contains(source) || source.contains("//") || source.contains("\u{0}"),
          "\(source): \(error)")
      }
    }
  }

  @Test(arguments: [
    "", "Words.", "# Title\n\n- a\n- b\n", "%% x", "\\%% x", " %% x", "\\\\%%", "    code\n\n\tTab",
    "// slashes", "\n",
    "a\n\n\n", "é 𝐚",
  ])
  func proseComesBack(_ source: String) throws {
    for kind in ["markdown", "raw"] {
      let cells: [Json] = [
        ["cell_type": .string(kind), "source": .string(source)], ["cell_type": "code", "source": "1"],
        ["cell_type": .string(kind), "source": .string(source)],
      ]
      let (first, second, text) = try thereAndBack(notebook(cells))
      #expect(first == second, "\(text)")
      #expect(second.cells.map(\.source) == [source, "1", source], "\(text)")
      #expect(second.cells.map(\.kind.rawValue) == [kind, "code", kind])
    }
  }

  @Test func identifiersMetadataAndAttachmentsComeBack() throws {
    let json = notebook(
      [
        [
          "attachments": ["a.png": ["image/png": "iVBORw0KGgo="]], "cell_type": "markdown", "id": "a-1_B",
          "metadata": ["tags": ["x", "y"], "nested": ["a": [1, 2.5, true, .null, "\"quoted\" }"]]],
          "source": ["one\n", "two"],
        ],
        [
          "cell_type": "code", "execution_count": 3, "id": "b2",
          "metadata": ["id": "other", "title": "A title"],
          "outputs": [], "source": "1 + 1",
        ],
        [
          "cell_type": "code", "execution_count": .null, "id": "c3", "metadata": [:], "outputs": [],
          "source": "2",
        ],
      ],
      metadata: [
        "authors": [["name": "A. B."]],
        "kernelspec": ["display_name": "moco", "language": "moco", "name": "moco"],
      ])
    let (first, second, text) = try thereAndBack(json)
    #expect(first == second, "\(text)")
    let written = try Json.parse(second.jupyter(), name: "again")
    #expect(written["cells"]?[0]?["id"]?.stringValue == "a-1_B")
    #expect(written["cells"]?[0]?["metadata"] == json["cells"]?[0]?["metadata"])
    #expect(written["cells"]?[0]?["attachments"] == json["cells"]?[0]?["attachments"])
    #expect(written["cells"]?[1]?["metadata"] == json["cells"]?[1]?["metadata"])
    #expect(written["cells"]?[1]?["id"]?.stringValue == "b2")
    #expect(written["metadata"]?["authors"] == json["metadata"]?["authors"])
    #expect(text.contains("// %% A title {\"id\": \"b2\""))
    let third = try read(written).notebook
    #expect(third == second)
  }

  @Test(arguments: [
    ("", "E1001"), ("{", "E1001"), ("[]", "E1001"), ("{\"cells\": []}", "E1001"),
    ("{\"nbformat\": 3, \"worksheets\": []}", "E1001"),
    ("{\"nbformat\": 4}", "E1001"), ("{\"nbformat\": 4, \"cells\": [3]}", "E1001"),
    ("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"heading\", \"source\": \"\"}]}", "E1001"),
    ("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\"}]}", "E1001"),
    ("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": [1]}]}", "E1001"),
    (
      "{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"kernelspec\": {\"language\": \"python\", \"name\": \"python3\"}}}",
      "E1001"
    ),
    ("{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"language_info\": {\"name\": \"julia\"}}}", "E1001"),
    ("{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"x\": NaN}}", "E1001"),
  ])
  func whatIsNoNotebookIsRefused(_ text: String, _ code: String) {
    let error = #expect(throws: Failure.self) {
      try Notebook.read(jupyter: Array(text.utf8), name: "x.ipynb")
    }
    #expect(error?.code == code)
    #expect(error?.help != nil)
  }

  @Test func whatIsChangedIsSaid() throws {
    let json = notebook([
      [
        "cell_type": "code", "id": "a", "source": "1",
        "outputs": [["output_type": "unknown", "data": ["x/y": 1]]],
      ],
      ["cell_type": "code", "id": "a", "source": "2", "collapsed": true],
      ["cell_type": "code", "id": "not right", "source": "2"],
    ])
    let imported = try read(json)
    #expect(imported.notes.count == 4, "\(imported.notes)")
    let ids = try Json.parse(imported.notebook.jupyter(), name: "x")["cells"]?.arrayValue?.compactMap {
      $0["id"]?.stringValue
    }
    #expect(Set(ids ?? []).count == 3)
  }

  @Test func openBracketsAreRefused() throws {
    let json = notebook([["cell_type": "code", "source": "print("], ["cell_type": "code", "source": "2"]])
    let error = #expect(throws: Failure.self) {
      try read(json).notebook.checkedSource(name: "x.ipynb", .moco)
    }
    #expect(error?.code == "E1002")
  }

  @Test func theSameProgramGivesTheSameFile() throws {
    let text = "// %% One\nlet a = 1\n\n// %% One\nlet a = 1\n"
    let notebook = try Notebook(Parser.parse(SourceFile(name: "x", text: text), .moco).program)
    #expect(notebook.jupyter() == notebook.jupyter())
    #expect(notebook.source == text)
    let ids = try Json.parse(notebook.jupyter(), name: "x")["cells"]?.arrayValue?.compactMap {
      $0["id"]?.stringValue
    }
    #expect(ids?.count == 2 && ids?[1] == (ids?[0] ?? "") + "-2")
  }

  @Test(arguments: [
    "let a = 1\n", "// %%\nlet a = 1\n\n\n// %%\na\n", "/// A program.\nlet a = 1\n// %% B\na", "",
    "// %% [markdown]\n// # T\n//\n// words\n\n// %%\n1\n",
  ])
  func programsComeBackFromJupyter(_ text: String) throws {
    let notebook = try Notebook(Parser.parse(SourceFile(name: "x", text: text), .moco).program)
    let again = try Notebook.read(jupyter: Array(notebook.jupyter().utf8), name: "x").notebook
    #expect(again.cells.map(\.source) == notebook.cells.map(\.source))
    #expect(again.cells.map(\.title) == notebook.cells.map(\.title))
    #expect(again.cells.map(\.kind) == notebook.cells.map(\.kind))
  }
}

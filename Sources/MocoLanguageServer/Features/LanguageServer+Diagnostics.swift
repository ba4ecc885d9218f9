import MocoBase
import MocoLang
import MocoRuntime

extension LanguageServer {
  /// What `moco check` says of a file.
  func diagnostics(of file: OpenFile) -> [Json] {
    let analysis = file.analysis(context)
    return analysis.checked.diagnostics.map { json($0, file, analysis) }
  }

  private func json(_ found: Diagnostic, _ file: OpenFile, _ analysis: OpenFile.Analysis) -> Json {
    let place = found.primary.flatMap { $0.file === analysis.source ? $0 : nil }
    var text = found.message
    if place == nil, let other = found.primary { text = "\(other.file.name):\(other.line): \(text)" }
    text += found.help.map { "\nhelp: \($0)" }.joined() + found.notes.map { "\nnote: \($0)" }.joined()
    var members = JsonObject([
      ("range", place.map { file.range($0, analysis) } ?? file.document.range(0, 0)),
      ("severity", .int(found.severity == .error ? 1 : found.severity == .warning ? 2 : 3)),
      ("code", .string(found.code)), ("source", "moco"), ("message", .string(text)),
    ])
    if client.takesCodeLinks, let link = page(of: found.code) {
      members["codeDescription"] = ["href": .string(link)]
    }
    if let tag = LanguageServer.tags[found.code], client.tags.contains(tag) { members["tags"] = [.int(tag)] }
    let labels = found.labels.filter { $0.span.file === analysis.source && !$0.text.isEmpty }
    if client.takesRelated, !labels.isEmpty {
      members["relatedInformation"] = .array(
        labels.map { label in
          [
            "location": ["uri": .string(file.address), "range": file.range(label.span, analysis)],
            "message": .string(label.text),
          ]
        })
    }
    return .object(members)
  }

  /// What is never used or reached is 1, an older name 2.
  private static let tags = ["E0117": 1, "E0112": 1, "E0123": 2]

  /// The address of the page of a code in the standard library.
  private func page(of code: String) -> String? {
    guard let library = session.runtime.context.library, let page = context.dialect.errors.pagePath(for: code)
    else { return nil }
    let path = library.path(page)
    return FileSystem.kind(path) == .file ? FileSystem.realPath(path).map(FileAddress.address) : nil
  }
}

import MocoBase
import MocoLang
import MocoRuntime

// Where a name is declared and used, in one file.

extension LanguageServer {
  private func name(
    _ params: Json
  ) throws(ResponseError) -> (file: OpenFile, analysis: OpenFile.Analysis, offset: Int)? {
    guard let file = try file(params) else { return nil }
    let analysis = file.analysis(context)
    return (file, analysis, file.document.offset(of: try Position(params["position"])) - analysis.shift)
  }

  private func location(_ span: Span, _ file: OpenFile, _ analysis: OpenFile.Analysis) -> Json {
    ["uri": .string(file.address), "range": file.range(span, analysis)]
  }

  func definition(_ params: Json) throws(ResponseError) -> Json {
    guard let (file, analysis, offset) = try name(params) else { return .null }
    if let module = module(at: offset, analysis) {
      return ["uri": .string(FileAddress.address(module)), "range": file.document.fileStart]
    }
    guard let found = analysis.names.name(at: offset) else { return .null }
    return location(analysis.names.names[found].place, file, analysis)
  }

  /// The file of the module that a `use` names.
  private func module(at offset: Int, _ analysis: OpenFile.Analysis) -> String? {
    for case .use(let use) in analysis.program.statements.map(\.kind)
    where use.sourceSpan.start <= offset && offset <= use.sourceSpan.end {
      switch use.source {
      case .library(let name):
        return session.runtime.context.library?.module(name).flatMap(FileSystem.realPath)
      case .path(let path):
        guard let own = analysis.source.path else { return nil }
        return FileSystem.realPath(path.hasPrefix("/") ? path : FileSystem.parent(of: own) + "/" + path)
      }
    }
    return nil
  }

  func references(_ params: Json) throws(ResponseError) -> Json {
    guard let (file, analysis, offset) = try name(params) else { return .null }
    guard let found = analysis.names.name(at: offset) else { return [] }
    let declared = params["context"]?["includeDeclaration"] == true
    return .array(
      analysis.names.references(of: found, declared: declared).map { location($0, file, analysis) })
  }

  func highlights(_ params: Json) throws(ResponseError) -> Json {
    guard let (file, analysis, offset) = try name(params) else { return .null }
    guard let found = analysis.names.name(at: offset) else { return [] }
    return .array(
      analysis.names.references(of: found, declared: true).map { ["range": file.range($0, analysis)] })
  }
}

extension TextDocument {
  /// The beginning of another file.
  fileprivate var fileStart: Json {
    let start: Json = ["line": 0, "character": 0]
    return ["start": start, "end": start]
  }
}

import MocoBase

/// What the client has said that it understands, as far as the server asks.
struct ClientAbilities {
  var encoding = PositionEncoding.utf16
  var takesVersions = false
  var takesRelated = false
  var takesCodeLinks = false
  var tags: Set<Int> = []
  var takesSymbolTrees = false
  var hoverIsMarkdown = false
  var completionIsMarkdown = false
  var signatureIsMarkdown = false
  var takesLabelOffsets = false

  init() {}

  init(_ capabilities: Json) {
    encoding = .negotiated(capabilities["general"]?["positionEncodings"])
    let text = capabilities["textDocument"]
    let diagnostics = text?["publishDiagnostics"]
    takesVersions = diagnostics?["versionSupport"] == true
    takesRelated = diagnostics?["relatedInformation"] == true
    takesCodeLinks = diagnostics?["codeDescriptionSupport"] == true
    tags = Set((diagnostics?["tagSupport"]?["valueSet"]?.arrayValue ?? []).compactMap(\.intValue))
    takesSymbolTrees = text?["documentSymbol"]?["hierarchicalDocumentSymbolSupport"] == true
    func takesMarkdown(_ formats: Json?) -> Bool { formats?.arrayValue?.contains("markdown") ?? false }
    hoverIsMarkdown = takesMarkdown(text?["hover"]?["contentFormat"])
    completionIsMarkdown = takesMarkdown(text?["completion"]?["completionItem"]?["documentationFormat"])
    let signature = text?["signatureHelp"]?["signatureInformation"]
    signatureIsMarkdown = takesMarkdown(signature?["documentationFormat"])
    takesLabelOffsets = signature?["parameterInformation"]?["labelOffsetSupport"] == true
  }
}

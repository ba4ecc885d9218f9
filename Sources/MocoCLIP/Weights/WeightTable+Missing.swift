import MocoBase

extension WeightTable {
  /// The error for files in which a tensor that determines a size is missing or has a wrong shape.
  ///
  /// - Parameter unknown: tensors that determine sizes; names of layers end with `…`.
  func missingAll(_ unknown: [String], stages: [Int]?, declared: DeclaredSizes) -> Failure {
    if sources.isEmpty { return nothingKnown() }
    for name in unknown {
      guard let entry = sources[name]?.first?.entry, missing(name).isEmpty else { continue }
      let wanted = name == "visual.conv1.weight" ? "[width, channels, patch, patch]" : "two sizes"
      return Failure(
        "E0602",
        "\(path): \(entry.name) has shape [\(entry.shape.map(String.init).joined(separator: ", "))]; the model expects \(wanted)",
        help: "use weights of a CLIP model, or download the file again")
    }
    let names = parameterNames(stages: stages, declared: declared).flatMap { missing($0) }
    let layers = unknown.filter { $0.hasSuffix("…") }
    let rest = unknown.filter { !$0.hasSuffix("…") }.flatMap { missing($0) }.filter { !names.contains($0) }
    return .missingTensors(rest + names + layers, path: path, isLeast: !layers.isEmpty)
  }

  private func nothingKnown() -> Failure {
    let names = allNames.map { $0.isEmpty ? "a tensor without a name" : $0 }
    let list =
      names.prefix(6).joined(separator: ", ") + (names.count > 6 ? " and \(names.count - 6) more" : "")
    return Failure(
      "E0601",
      names.isEmpty
        ? "\(path): it contains no tensors"
        : "\(path): none of its tensors is a parameter of CLIP; it contains \(list)",
      help: "load a file of the entire model, with the names of OpenAI, open_clip or Hugging Face")
  }

  /// The parameters of a model with the known layers, independent of its sizes.
  private func parameterNames(stages: [Int]?, declared: DeclaredSizes) -> [String] {
    func count(_ told: Int?, _ found: Int?) -> Int { max(0, min(told ?? found ?? 0, 1024)) }
    guard stages?.allSatisfy({ (0...256).contains($0) }) ?? true, stages.map({ $0.count == 4 }) ?? true else {
      return []
    }
    let vision =
      stages.map { VisionConfig(imageSize: 32, stages: $0, width: 2, heads: 1) }
      ?? VisionConfig(
        imageSize: 1, patchSize: 1, width: 1, layers: count(declared.vision.layers, layers("visual.")),
        heads: 1)
    var model = CLIPConfig(
      embedDim: 1, vision: vision,
      text: TextConfig(
        context: 3, vocabulary: 3, width: 1, layers: count(declared.text.layers, layers("")), heads: 1))
    model.vision.hasPreNorm = declared.hasPreNorm
    model.withoutText = declared.withoutText
    return model.parameterShapes.map(\.name).filter { $0 != "logit_scale" || declared.withoutText == nil }
  }
}

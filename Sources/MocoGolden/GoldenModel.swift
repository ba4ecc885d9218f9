import MocoCLIP
import MocoFormats
import MocoTensor

/// The small frozen model in a method's golden file, as `clip.*` with OpenAI's names.
package enum GoldenModel {
  /// The model; its token table is padded with zeros for tokens that no text of the file uses.
  package static func clip(_ file: SafetensorsFile, tokenizerDirectory: String) throws -> CLIPModel {
    var tensors: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix("clip.") {
      tensors[String(name.dropFirst("clip.".count))] = try file.tensor(name)
    }
    func shape(_ name: String) throws -> [Int] {
      guard let tensor = tensors[name] else { throw GoldenFault("no tensor clip.\(name)") }
      return tensor.shape
    }
    let heads = Int(file.metadata("heads") ?? "") ?? 1
    let vocabulary = Tokenizer.vocabularySize(merges: Tokenizer.mergesInUse)
    let width = try shape("positional_embedding")[1]
    let patches = try shape("visual.conv1.weight")
    let positions = try shape("visual.positional_embedding")
    let side = Int(Double(positions[0] - 1).squareRoot().rounded())
    func layers(_ prefix: String) -> Int {
      var count = 0
      while tensors["\(prefix)transformer.resblocks.\(count).ln_1.weight"] != nil { count += 1 }
      return count
    }
    let config = CLIPConfig(
      name: "golden", embedDim: try shape("text_projection")[1],
      vision: VisionConfig(
        imageSize: side * patches[2], patchSize: patches[2], width: patches[0], layers: layers("visual."),
        heads: patches[0] == width ? heads : max(1, patches[0] / 64), channels: patches[1],
        mlpWidth: try shape("visual.transformer.resblocks.0.mlp.c_fc.weight")[0]),
      text: TextConfig(
        context: try shape("positional_embedding")[0], vocabulary: vocabulary, width: width,
        layers: layers(""),
        heads: heads, mlpWidth: try shape("transformer.resblocks.0.mlp.c_fc.weight")[0]),
      activation: .quickGelu)
    let ids = try file.tensor("clip.token_embedding.ids").toInts()
    let rows = try file.tensor("clip.token_embedding.rows").toFloats()
    var table = [Float](repeating: 0, count: vocabulary * width)
    for (row, id) in ids.enumerated() where id >= 0 && id < vocabulary {
      for i in 0..<width { table[id * width + i] = rows[row * width + i] }
    }
    tensors["token_embedding.weight"] = try Tensor(table, shape: [vocabulary, width])
    return try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: tokenizerDirectory)
  }
}

extension SafetensorsFile {
  /// The largest difference of a tensor's numbers from those of the file; infinite if the counts differ.
  func difference(_ tensor: Tensor, _ name: String) throws -> Double {
    let expected = try self.tensor(name)
    guard tensor.count == expected.count else { return .infinity }
    return largestDifference(try tensor.toFloats(), try expected.toFloats())
  }
}

import MocoBase
import MocoTensor

extension WeightTable {
  /// The kind of a stored attention mask.
  private enum Mask {
    /// Each position attends to itself and earlier positions.
    case causal
    /// Every position attends to all.
    case none
    case other
  }

  private func kind(of item: WeightSelection.Item) throws -> Mask {
    let shape = item.entry.shape
    guard item.entry.type.isFloating else { return .other }
    return try item.file.tensor(item.entry.name).withFloats { values in
      if values.allSatisfy({ $0 == 0 }) { return .none }
      guard shape.count == 2, shape[0] == shape[1], values.count == shape[0] * shape[0] else { return .other }
      let side = shape[0]
      let isCausal = (0..<side).allSatisfy { row in
        (0..<side).allSatisfy { column in
          let value = values[row * side + column]
          return column <= row ? value == 0 : value <= -1e4
        }
      }
      return isCausal ? .causal : .other
    }
  }

  /// Rejects masks that do not match `config`: any mask in the image tower, and
  /// a mask in the text tower that differs from its own.
  ///
  /// - Throws: E0605 that lists them.
  func requireMasks(_ config: CLIPConfig, declared place: String?) throws {
    for item in masks {
      let isOfImages = item.name.split(separator: ".").contains { $0 == "visual" || $0 == "vision_model" }
      let found = try kind(of: item)
      let wanted = isOfImages || !config.text.isCausal ? Mask.none : .causal
      guard found != wanted else { continue }
      if isOfImages {
        throw Failure(
          "E0605",
          "\(path): \(item.entry.name) masks attention between image patches, which CLIP's image tower does not do",
          help: "use a model without a mask for images; or, if the model does not use the mask, ignore it:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])")
      }
      let says =
        place.map { "\($0) says that there is none" } ?? "the model's configuration says that there is none"
      let what: String =
        switch found {
        case .causal: "is a causal mask, but \(says)"
        case .none: "lets every token attend to the entire text, but the model's mask is causal"
        case .other: "is not a mask as CLIP has it"
        }
      throw Failure(
        "E0605", "\(path): \(item.entry.name) \(what)",
        help: found == .other
          ? "use plain CLIP weights; or, if the model's features do not depend on it, ignore it:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])"
          : "download the weights and their configuration again, both from the same model; or leave the mask out:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])")
    }
  }
}

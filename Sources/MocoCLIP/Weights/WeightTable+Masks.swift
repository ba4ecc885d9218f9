import MocoBase
import MocoTensor

extension WeightTable {
  /// What a stored mask lets positions see.
  private enum Mask {
    /// Themselves and what stands before.
    case causal
    /// Everything.
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

  /// Refuses masks with which the towers would compute otherwise than `config` says: any in the image tower, and
  /// in the text tower another than its own.
  ///
  /// - Throws: E0605 naming them.
  func requireMasks(_ config: CLIPConfig, declared place: String?) throws {
    for item in masks {
      let isOfImages = item.name.split(separator: ".").contains { $0 == "visual" || $0 == "vision_model" }
      let found = try kind(of: item)
      let wanted = isOfImages || !config.text.isCausal ? Mask.none : .causal
      guard found != wanted else { continue }
      if isOfImages {
        throw Failure(
          "E0605",
          "\(path): \(item.entry.name) hides patches of images from each other, which CLIP's image tower does not",
          help: "load a model without a mask for images; or, if it is a leftover, leave it out:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])")
      }
      let says =
        place.map { "\($0) says that there is none" } ?? "the model's configuration says that there is none"
      let what: String =
        switch found {
        case .causal: "is a causal mask, and \(says)"
        case .none: "lets every token see all of the text, and the model's mask is causal"
        case .other: "is a mask of another kind than CLIP's"
        }
      throw Failure(
        "E0605", "\(path): \(item.entry.name) \(what)",
        help: found == .other
          ? "load plain CLIP weights; or, if the model's features do not depend on it, leave it out:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])"
          : "download the weights and the configuration beside them again, both of one model; or leave the mask out:"
            + " load_clip(…, ignore: [\"\(item.entry.name)\"])")
    }
  }
}

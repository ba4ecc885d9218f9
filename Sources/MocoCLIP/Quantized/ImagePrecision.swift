import MocoBase

/// The number format of products in a frozen image tower.
public enum ImagePrecision: String, Sendable, CaseIterable {
  /// Single precision.
  case float32
  /// 8-bit integers in the products with the blocks' weights: weights are quantized per output channel, rows dynamically.
  /// Attention, LayerNorm, activations, the patches and the head stay in single precision.
  case int8
}

extension CLIPModel {
  /// Sets the precision of the frozen image tower. Texts stay in single precision.
  ///
  /// - Throws: E0605 for int8 in a ResNet.
  public func setImagePrecision(_ precision: ImagePrecision) throws {
    guard precision == .float32 || !config.vision.isResNet else {
      throw Failure(
        "E0605", "the image tower of \(config.name) is a ResNet, for which int8 is not supported",
        help: "leave out precision:, or use a vision transformer, such as ViT-B/16", argument: "precision")
    }
    imagePrecision = precision
  }

  /// - Throws: E0605 if the image tower computes in int8.
  func requireFloatImages(for purpose: String) throws {
    guard imagePrecision == .float32 else {
      throw Failure(
        "E0605",
        "the image tower of \(config.name) computes in int8, which supports features without gradients, but not \(purpose)",
        help: "load the model without precision: \"int8\"")
    }
  }
}

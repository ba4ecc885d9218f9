import MocoCLIP
import MocoTensor

extension DataSplit {
  /// Normalized pixels of some items. Shape: [B, channels, S, S].
  ///
  /// - Throws: what decoding throws, naming the image; E0520 for a split of features; E0202.
  public func pixels(
    _ indices: [Int], preprocess: Preprocess, augmentation: Augmentation? = nil
  ) throws -> Tensor {
    throw CLIPError(code: "E0520", "the split \"\(name)\" holds features, no pixels")
  }

  /// Features of some items, from the table that `features(_:)` keeps. Shape: [B, D].
  public func features(_ encoder: ImageEncoder, at indices: [Int]) throws -> Tensor {
    throw CLIPError(code: "E0520", "the split \"\(name)\" holds no features")
  }

  /// Features of every item by a frozen encoder; computed once, kept in memory by content. Shape: [count, D].
  ///
  /// A split of features returns its own vectors.
  public func features(_ encoder: ImageEncoder) throws -> Tensor {
    throw CLIPError(code: "E0520", "the split \"\(name)\" holds no features")
  }
}

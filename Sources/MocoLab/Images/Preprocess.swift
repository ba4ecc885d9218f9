import MocoCLIP
import MocoTensor

/// How an image becomes what a tower takes: short side to `size`, centre crop, channels, normalization.
public struct Preprocess: Sendable, Hashable {
  /// S, pixels of the side.
  public let size: Int
  public let channels: Int
  public let mean: [Float]
  public let std: [Float]

  public init(size: Int, channels: Int = 3, mean: [Float], std: [Float]) {
    self.size = size
    self.channels = channels
    self.mean = mean
    self.std = std
  }

  public init(_ config: CLIPConfig) {
    self.init(
      size: config.vision.imageSize, channels: config.vision.channels, mean: config.mean, std: config.std)
  }
}

/// Random resized crops and flips of training images.
public struct Augmentation: Sendable, Hashable {
  /// The crop's share of the area.
  public var scale: ClosedRange<Double> = 0.08...1
  /// The crop's width / height.
  public var ratio: ClosedRange<Double> = 3.0 / 4.0...4.0 / 3.0
  /// The probability of a horizontal flip.
  public var flip = 0.5
  public var seed: UInt64
  public var epoch: Int

  public init(seed: UInt64 = 0, epoch: Int = 0) {
    self.seed = seed
    self.epoch = epoch
  }
}

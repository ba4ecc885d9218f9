import MocoCLIP

/// Ways in which an image can be rendered.
public enum Style: String, CaseIterable, Sendable, Hashable {
  case clean, pixelated, blurry, dark, sketch
  case closeUp = "close-up"
  case negative, grainy

  /// The name in programs and tables.
  public var name: String { rawValue }

  /// The style's number k in the table above, 0 for clean.
  public var index: Int { Style.allCases.firstIndex(of: self) ?? 0 }
}

/// A style with everything that fixes how an image comes out in it.
public struct StyleDraw: Sendable, Hashable {
  public let style: Style
  /// t, 0 … 1.
  public let severity: Float
  /// Keys the style's own randomness (offset of a close-up, grain) together with the image's number.
  public let seed: UInt64
  public let epoch: Int

  public init(style: Style, severity: Float, seed: UInt64 = 0, epoch: Int = 0) {
    self.style = style
    self.severity = severity
    self.seed = seed
    self.epoch = epoch
  }
}

import MocoBase
import MocoTensor

/// Styles of rendering an image, each with a severity t in 0 … 1 (data sets draw 0 … 0.6).
///
/// For an image x of 32 × 32 pixels with values in 0 … 1:
///
/// | style | result for x |
/// |---|---|
/// | clean | x |
/// | pixelated | the mean of each block of 2 × 2 pixels if t < 0.33, else of 4 × 4 |
/// | blurry | round(2 + 10 t) passes of a 3 × 3 mean, edges replicated |
/// | dark | x (0.40 − 0.34 t) |
/// | sketch | 1 − clamp(3 (m − 0.05 − 0.45 t), 0, 1), m the Sobel magnitude with kernels / 4, edges replicated |
/// | close-up | a window of (22 − 10 t)/32 of the side, off the middle by at most 0.6 of the free play, bilinear |
/// | negative | 1 − x (1 − 0.6 t) |
/// | grainy | x + N(0, 0.1 + 0.4 t), clamped to 0 … 1 |
///
/// For another size, u = max(1, round(shorter side / 32)) pixels stand for one: blocks have 2u or 4u pixels,
/// the mean reaches u pixels to each side, Sobel compares pixels u apart, and a grain is u pixels wide. Of a
/// colour image the sketch is drawn from the brightness, and grain is the same in all channels.
public enum Style: String, CaseIterable, Sendable, Hashable {
  case clean, pixelated, blurry, dark, sketch
  case closeUp = "close-up"
  case negative, grainy

  /// The name in programs and tables.
  public var name: String { rawValue }

  /// The index k of the style in the table above, 0 for clean.
  public var index: Int { Style.allCases.firstIndex(of: self) ?? 0 }

  /// The style of that name; upper case, `_` and spaces do not matter.
  ///
  /// - Throws: E0518 with the nearest name, if there is no such style.
  public static func parse(_ name: String) throws -> Style {
    func plain(_ text: String) -> String {
      String(text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
    }
    if let style = allCases.first(where: { plain($0.name) == plain(name) }) { return style }
    throw DataError.noStyle(name)
  }

  /// The most common severity range: t ~ U(0, 0.6).
  public static let defaultSeverity: Float = 0.6
}

/// A style with everything that determines its result for an image.
public struct StyleDraw: Sendable, Hashable {
  /// The style to render in.
  public let style: Style
  /// t, 0 … 1.
  public let severity: Float
  /// The seed of the style's randomness (the position of a close-up, grain), together with the image's index.
  public let seed: UInt64
  /// From 0; for draws that change in each epoch.
  public let epoch: Int

  /// A draw; a severity outside 0 … 1 counts as the nearer end.
  public init(style: Style, severity: Float, seed: UInt64 = 0, epoch: Int = 0) {
    self.style = style
    // NaN counts as severity 0.
    self.severity = severity > 0 ? min(severity, 1) : 0
    self.seed = seed
    self.epoch = epoch
  }

  /// The image in this style. `index` is the image's index in its source.
  public func render(_ planes: Planes, index: Int) -> Planes {
    var random = Philox(
      seed: seed, stream: "style", epoch: epoch, index: index &* Style.allCases.count &+ style.index)
    return style.render(planes, severity: severity, random: &random)
  }
}

/// Class × style pairs that pretraining never uses.
public struct WithheldPairs: Sendable, Hashable {
  /// One (label, style) for every withheld pair.
  public let pairs: Set<Pair>

  /// A class in a style.
  public struct Pair: Sendable, Hashable {
    /// The class.
    public let label: Int
    /// The style that is withheld.
    public let style: Style

    /// A withheld pair.
    public init(label: Int, style: Style) {
      self.label = label
      self.style = style
    }
  }

  /// Withholds these pairs.
  public init(_ pairs: Set<Pair>) { self.pairs = pairs }

  /// Withholds nothing.
  public static let none = WithheldPairs([])

  /// The rule of the small world: class c is never seen in style number (3c + 3k) mod 8 for k = 0, 1, 2;
  /// clean is exempt. For ten classes: 26 of 80 pairs.
  public static func smallWorld(classes: Int) -> WithheldPairs {
    var pairs = Set<Pair>()
    for label in 0..<max(classes, 0) {
      for k in 0..<3 {
        let style = Style.allCases[(3 * label + 3 * k) % Style.allCases.count]
        if style != .clean { pairs.insert(Pair(label: label, style: style)) }
      }
    }
    return WithheldPairs(pairs)
  }

  public func contains(label: Int, style: Style) -> Bool {
    pairs.contains(Pair(label: label, style: style))
  }
}

import MocoBase

/// A picture that draws itself in every way: a plot.
public protocol DocumentFigure: Sendable {
  /// A few words; empty for none.
  var title: String { get }
  /// A sentence below; empty for none.
  var caption: String { get }
  /// What the picture shows, in words, for whoever cannot see it.
  var alternativeText: String { get }
  /// Lines for a terminal, title and caption among them, without anything that steers it but colors, and without a
  /// newline at the end.
  func terminalText(_ options: TerminalOptions) -> String
  /// A self-contained `svg` element with `role="img"` and a `title`; well-formed XML that references nothing.
  func svg() -> String
  /// Pixels that `svg()` takes.
  var svgSize: (width: Double, height: Double) { get }
  /// The same as a table, where that is what it is; nil for a drawing.
  var table: Document.Table? { get }
  /// The numbers of a drawing as tables, for whoever cannot see it; at most some hundred, the rest is said.
  var numbers: [Document.Table] { get }
  /// Bytes that the picture's data takes, about.
  var heldByteCount: Int { get }
  /// What the picture is made of, so that it can be read again; nil where it can only be kept as text.
  var stored: Json? { get }
}

extension DocumentFigure {
  /// None.
  public var numbers: [Document.Table] { [] }
  /// As many as a small picture takes.
  public var heldByteCount: Int { 4096 }
  /// Kept as text.
  public var stored: Json? { nil }
}

extension Document {
  /// A picture of pixels.
  public struct Image: Sendable, Equatable {
    /// Where the pixels are.
    public enum Source: Sendable, Equatable {
      case pixels(PixelImage)
      /// The bytes of a file, and its media type: `image/png`.
      case encoded([UInt8], mediaType: String)
    }

    /// The pixels.
    public var source: Source
    /// Pixels across, at least 1.
    public var width: Int
    /// Pixels down, at least 1.
    public var height: Int
    /// A line below; empty for none.
    public var caption: Text
    /// What the picture shows, in words, for whoever cannot see it.
    public var alternativeText: String

    /// A picture of pixels in memory.
    public init(_ pixels: PixelImage, caption: Text = "", alternativeText: String) {
      source = .pixels(pixels)
      (width, height) = (pixels.width, pixels.height)
      self.caption = caption
      self.alternativeText = alternativeText
    }

    /// A picture in the bytes of a file.
    public init(
      _ bytes: [UInt8], mediaType: String, width: Int, height: Int, caption: Text = "",
      alternativeText: String
    ) {
      source = .encoded(bytes, mediaType: mediaType)
      (self.width, self.height) = (max(1, width), max(1, height))
      self.caption = caption
      self.alternativeText = alternativeText
    }

    /// The bytes of a PNG file; nil for a picture that came in another format.
    package var png: [UInt8]? {
      switch source {
      case .pixels(let pixels): PNG.encode(pixels)
      case .encoded(let bytes, let type): type == "image/png" ? bytes : nil
      }
    }

    /// `data:image/png;base64,…`; media types that are not a plain word give that of unknown bytes.
    package var dataURI: String {
      switch source {
      case .pixels(let pixels): return "data:image/png;base64,\(Base64.encode(PNG.encode(pixels)))"
      case .encoded(let bytes, let type):
        let isPlain = type.utf8.allSatisfy {
          ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
            || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            || "/+-.".utf8.contains($0)
        }
        return
          "data:\(isPlain && !type.isEmpty ? type : "application/octet-stream");base64,\(Base64.encode(bytes))"
      }
    }
  }
}

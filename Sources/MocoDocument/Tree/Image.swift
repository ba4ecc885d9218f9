import MocoBase

/// A picture that draws itself in every output format: a plot.
public protocol DocumentFigure: Sendable {
  /// The title; empty for none.
  var title: String { get }
  /// A sentence below; empty for none.
  var caption: String { get }
  /// What the picture shows, in words, for accessibility.
  var alternativeText: String { get }
  /// Lines for a terminal, including title and caption, with no escape sequences except colors, and without a
  /// newline at the end.
  func terminalText(_ options: TerminalOptions) -> String
  /// A self-contained `svg` element with `role="img"` and a `title`; well-formed XML that references nothing.
  func svg() -> String
  /// The size of `svg()` in pixels.
  var svgSize: (width: Double, height: Double) { get }
  /// The figure as a table if it is one; nil for a drawing.
  var table: Document.Table? { get }
  /// The numbers of a drawing as tables, for accessibility; at most some hundred, with a note about the others.
  var numbers: [Document.Table] { get }
  /// The approximate size of the picture's data in bytes.
  var heldByteCount: Int { get }
  /// The figure's data, so that it can be read again; nil if it can only be stored as text.
  var stored: Json? { get }
}

extension DocumentFigure {
  /// None.
  public var numbers: [Document.Table] { [] }
  /// The size of a small picture.
  public var heldByteCount: Int { 4096 }
  /// Stored as text.
  public var stored: Json? { nil }
}

extension Document {
  /// An image of pixels.
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
    /// What the picture shows, in words, for accessibility.
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

    /// The bytes of a PNG file; nil for a picture in another format.
    package var png: [UInt8]? {
      switch source {
      case .pixels(let pixels): PNG.encode(pixels)
      case .encoded(let bytes, let type): type == "image/png" ? bytes : nil
      }
    }

    /// `data:image/png;base64,…`; for invalid media types, that of unknown bytes.
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

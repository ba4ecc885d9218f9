import CMarkdown
import Glibc
import MocoDocument

/// Prose in GitHub's Markdown, parsed by cmark-gfm: raw HTML and dangerous addresses are removed.
package enum Prose {
  /// A part of a text.
  package enum Part {
    /// Its text as HTML, and as words.
    case heading(level: Int, html: String, words: String)
    /// A paragraph, list, table, quotation or program, as HTML.
    case block(String)
  }

  /// The parts of a text, in order.
  /// - Parameter picture: the address of a picture in the page; nil to leave out the picture.
  package static func parts(_ markdown: String, picture: (String) -> String?) -> [Part] {
    let bytes = Array(markdown.utf8)
    let document = bytes.withUnsafeBytes {
      cm_parse($0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    defer { cm_free(document) }
    var result: [Part] = []
    var node = cm_first(document)
    while let block = node {
      node = cm_next(block)
      replacePictures(block, picture)
      let html = text(cm_html(document, block)) ?? ""
      let level = Int(cm_heading_level(block))
      if level > 0 {
        let words = (text(cm_words(block)) ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        result.append(.heading(level: level, html: html, words: words))
      } else if !html.isEmpty {
        result.append(.block(html))
      }
    }
    return result
  }

  private static func replacePictures(_ block: OpaquePointer, _ picture: (String) -> String?) {
    withoutActuallyEscaping(picture) { picture in
      let box = PictureBox(picture)
      cm_replace_pictures(
        block,
        { address, context in
          guard let address, let context else { return nil }
          let box = Unmanaged<PictureBox>.fromOpaque(context).takeUnretainedValue()
          return box.picture(String(cString: address)).flatMap { strdup($0) }
        }, Unmanaged.passUnretained(box).toOpaque())
      withExtendedLifetime(box) {}
    }
  }

  /// A string from C, which is freed.
  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}

private final class PictureBox {
  let picture: (String) -> String?
  init(_ picture: @escaping (String) -> String?) { self.picture = picture }
}

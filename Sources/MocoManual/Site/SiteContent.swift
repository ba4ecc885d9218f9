import MocoDocument
import MocoLang
import MocoNotebook

/// A page's Markdown as HTML with links, its headings, and its words.
struct SiteContent {
  /// A heading of the second or third level.
  struct Heading {
    var level: Int
    var id: String
    var words: String
  }

  /// The heading of the first level.
  private(set) var title = ""
  /// The content after it.
  private(set) var html = ""
  private(set) var headings: [Heading] = []

  init(_ page: ManualPage, _ links: SiteLinks, _ dialect: Dialect) {
    var ids = SiteLinks.headingIDs
    let isGenerated = page.kind == .function || page.kind == .type
    var followsHeading = false
    for part in Prose.parts(page.markdown, picture: { _ in nil }) {
      switch part {
      case .heading(let level, let html, let words):
        let id = ids.next(words)
        if level > 1 { headings.append(Heading(level: level, id: id, words: words)) }
        let label =
          "<a class=\"anchor\" href=\"#\(id)\" aria-label=\"Link to \(HTMLText.escaped(words))\">#</a>"
        let heading = "<h\(level) id=\"\(id)\">\(html) \(label)</h\(level)>\n"
        if level == 1 { title += heading } else { self.html += heading }
      case .block(let html):
        // The first block below the name of a function is its signature; blocks in its text are programs.
        if let program = SiteContent.program(html, isMarked: !isGenerated) {
          let code = SiteContent.shown(program, dialect)
          if isGenerated && followsHeading {
            self.html += "<div class=\"signature\">\(code)</div>\n"
          } else {
            self.html += code + (isGenerated ? SiteContent.given(for: program, dialect) : "")
          }
        } else if html.hasPrefix("<pre") {
          self.html += html.replacing(prefix: "<pre", with: "<pre tabindex=\"0\"")
        } else {
          self.html += SiteContent.linked(html, links, isIndex: page.name == "all")
        }
      }
      if case .heading = part { followsHeading = true } else { followsHeading = false }
    }
  }

  /// The text of a program; nil for other blocks.
  ///
  /// - Parameter isMarked: whether only code that is marked as a program is one.
  private static func program(_ html: String, isMarked: Bool) -> String? {
    let openings =
      ["<pre lang=\"moco\"><code>", "<pre><code class=\"language-moco\">"] + (isMarked ? [] : ["<pre><code>"])
    guard let opening = openings.first(where: html.hasPrefix), let end = html.firstRange(of: "</code></pre>")
    else { return nil }
    var text = String(html[html.index(html.startIndex, offsetBy: opening.count)..<end.lowerBound])
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacing(entity, with: character)
    }
    return text
  }

  /// A program with a class for each kind of word.
  private static func shown(_ program: String, _ dialect: Dialect) -> String {
    "<pre tabindex=\"0\"><code>\(PageCode.html(program, dialect))</code></pre>\n"
  }

  /// The folded setup code of an example; empty if it needs none.
  private static func given(for example: String, _ dialect: Dialect) -> String {
    let statements = ExamplePrelude.statements(for: example)
    guard !statements.isEmpty else { return "" }
    return "<details class=\"code\">\n<summary>Setup code for this example</summary>\n"
      + shown(statements.joined(separator: "\n") + "\n", dialect) + "</details>\n"
  }

  /// The HTML of a block with links for names of pages, functions and error codes.
  private static func linked(_ html: String, _ links: SiteLinks, isIndex: Bool) -> String {
    let namesFunctions = isIndex || html.hasPrefix("<p>See also: ")
    var result = ""
    var rest = html[...]
    var open: [Substring] = []
    while let start = rest.firstIndex(of: "<") {
      result +=
        open.contains("a") || open.contains("code") ? String(rest[..<start]) : codes(rest[..<start], links)
      guard let end = rest[start...].firstIndex(of: ">") else { break }
      let tag = rest[start...end]
      rest = rest[rest.index(after: end)...]
      let name = tag.dropFirst().prefix { $0 != " " && $0 != ">" && $0 != "/" }
      if tag.hasPrefix("</") {
        if let last = open.lastIndex(of: tag.dropFirst(2).dropLast()) { open.remove(at: last) }
        result += tag
      } else if name == "a" {
        open.append(name)
        result += address(tag, links)
      } else if name == "code", !open.contains("a"), let close = rest.firstRange(of: "</code>") {
        let words = String(rest[..<close.lowerBound]).replacing("&quot;", with: "\"")
        let target =
          links.page(ofHelp: words) ?? links.code(words) ?? (namesFunctions ? links.named(words) : nil)
        let code = "<code>" + rest[..<close.lowerBound] + "</code>"
        result += target.map { "<a href=\"\($0)\">\(code)</a>" } ?? code
        rest = rest[close.upperBound...]
      } else {
        if !["br", "hr", "img", "input"].contains(name) { open.append(name) }
        result += tag
      }
    }
    return result + codes(rest, links)
  }

  /// A tag `<a href="…">` with the address in the site.
  private static func address(_ tag: Substring, _ links: SiteLinks) -> String {
    guard let start = tag.firstRange(of: "href=\""), let end = tag[start.upperBound...].firstIndex(of: "\"")
    else {
      return String(tag)
    }
    return tag[..<start.upperBound] + links.address(String(tag[start.upperBound..<end])) + tag[end...]
  }

  /// Text in which error codes are links.
  private static func codes(_ text: Substring, _ links: SiteLinks) -> String {
    guard text.contains("E") else { return String(text) }
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: "E") {
      result += rest[..<start]
      let word = rest[start...].prefix(5)
      let isWhole =
        !(result.last?.isLetter ?? false) && !(rest.dropFirst(word.count).first?.isNumber ?? false)
      if isWhole, let target = links.code(String(word)) {
        result += "<a href=\"\(target)\">\(word)</a>"
        rest = rest[word.endIndex...]
      } else {
        result += "E"
        rest = rest[rest.index(after: start)...]
      }
    }
    return result + rest
  }
}

extension String {
  fileprivate func replacing(prefix: String, with other: String) -> String { other + dropFirst(prefix.count) }
}

import MocoDocument

/// The frame of each page: head, search, navigation, footer.
struct SiteFrame {
  private let manual: Manual
  private let version: String

  init(_ manual: Manual, version: String) {
    self.manual = manual
    self.version = version
  }

  /// Kinds of pages with their own list page.
  static let listed: [ManualPage.Kind] = [.function, .type, .error]
  private static let written: [ManualPage.Kind] = [.tutorial, .howTo, .reference, .explanation]

  static func listAddress(_ kind: ManualPage.Kind) -> String { kind.rawValue.lowercased() + "-index.html" }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }

  /// A page of the manual.
  func page(_ page: ManualPage, content: SiteContent) -> String {
    var contents = ""
    let headings = content.headings.filter { $0.level == 2 }
    if headings.count > 2 {
      contents +=
        "<nav class=\"contents\" aria-labelledby=\"contents\">\n<p id=\"contents\">On this page</p>\n<ul>\n"
      for heading in headings {
        contents += "<li><a href=\"#\(heading.id)\">\(escaped(heading.words))</a></li>\n"
      }
      contents += "</ul>\n</nav>\n"
    }
    return whole(
      title: page.title, current: page.address, kind: page.kind, content.title + contents + content.html)
  }

  /// The first page.
  func home() -> String {
    var text = "<h1>moco</h1>\n"
    text += "<p>A scripting language and prompt for prompt learning with CLIP.</p>\n"
    for kind in SiteFrame.written where !manual.pages(kind).isEmpty {
      text += "<h2>\(kind.rawValue)</h2>\n" + list(manual.pages(kind))
    }
    text += "<h2>Everything by name</h2>\n<ul>\n"
    for kind in SiteFrame.listed {
      text +=
        "<li><a href=\"\(SiteFrame.listAddress(kind))\">\(kind.rawValue)</a> (\(manual.pages(kind).count))</li>\n"
    }
    return whole(title: "moco", current: "index.html", kind: nil, text + "</ul>\n")
  }

  /// The list page of a kind.
  func list(of kind: ManualPage.Kind) -> String {
    whole(
      title: kind.rawValue, current: SiteFrame.listAddress(kind), kind: kind,
      "<h1>\(kind.rawValue)</h1>\n" + list(manual.pages(kind)))
  }

  private func list(_ pages: [ManualPage]) -> String {
    pages.map { page in
      "<dt><a href=\"\(page.address)\">\(escaped(page.title))</a></dt><dd>\(escaped(page.summary))</dd>\n"
    }.joined().wrapped("<dl class=\"pages\">\n", "</dl>\n")
  }

  private func whole(title: String, current: String, kind: ManualPage.Kind?, _ content: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="moco">
    <title>\(escaped(title == "moco" ? "moco: manual" : title + " – moco"))</title>
    <link rel="stylesheet" href="style.css">
    <script src="search.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
    <a class="home" href="index.html">moco</a>
    <form role="search"><label for="search">Search</label>
    <input id="search" type="search" autocomplete="off" aria-controls="results" disabled></form>
    </header>
    <section id="results" aria-label="Search results" aria-live="polite" hidden></section>
    <noscript><p class="notice">The search needs JavaScript. All pages are listed under
    <a href="index.html">Contents</a>.</p></noscript>
    <div class="columns">
    <nav class="site" aria-label="Pages">
    \(navigation(current: current, kind: kind))</nav>
    <main id="content">
    \(content)</main>
    </div>
    <footer>moco \(escaped(version))</footer>
    </body>
    </html>

    """
  }

  private func navigation(current: String, kind: ManualPage.Kind?) -> String {
    var text = ""
    for section in SiteFrame.written where !manual.pages(section).isEmpty {
      text += "<details open>\n<summary>\(section.rawValue)</summary>\n<ul>\n"
      for page in manual.pages(section) { text += item(page.address, page.title, current) }
      text += "</ul>\n</details>\n"
    }
    text += "<details open>\n<summary>By name</summary>\n<ul>\n"
    for section in SiteFrame.listed {
      let address = SiteFrame.listAddress(section)
      text += item(address, section.rawValue, kind == section ? address : current)
    }
    return text + "</ul>\n</details>\n"
  }

  private func item(_ address: String, _ title: String, _ current: String) -> String {
    let mark = address == current ? " aria-current=\"page\"" : ""
    return "<li><a href=\"\(address)\"\(mark)>\(escaped(title))</a></li>\n"
  }
}

extension String {
  fileprivate func wrapped(_ before: String, _ after: String) -> String { before + self + after }
}

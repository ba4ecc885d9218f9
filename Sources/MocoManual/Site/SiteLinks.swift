import MocoDocument
import MocoNotebook

/// Link targets for the words of a page: pages, functions, members of types, error codes.
struct SiteLinks {
  private var addresses: [String: String] = [:]
  private var functions: [String: String] = [:]
  private var members: [String: String] = [:]
  private var codes: [String: String] = [:]

  init(_ manual: Manual) {
    for page in manual.pages {
      switch page.kind {
      case .function: functions[page.title] = page.address
      case .type:
        members[page.title] = page.address
        var ids = SiteLinks.headingIDs
        for line in page.markdown.split(separator: "\n") where line.hasPrefix("## ") {
          let name = String(line.dropFirst(3))
          members["\(page.title).\(name)"] = "\(page.address)#\(ids.next(name))"
        }
      case .error: codes[String(page.title.prefix { $0 != ":" })] = page.address
      case .tutorial, .howTo, .reference, .explanation: addresses[page.name] = page.address
      }
    }
  }

  /// Ids for the headings of a page, in addition to those of its frame.
  static var headingIDs: HeadingIDs {
    HeadingIDs(taken: ["content", "contents", "search", "results"], keepsUnderscores: true)
  }

  /// The page for `help("values")` or `help(sorted)`; nil for other code.
  func page(ofHelp code: String) -> String? {
    guard code.hasPrefix("help("), code.hasSuffix(")") else { return nil }
    let argument = code.dropFirst(5).dropLast()
    if argument.count > 2, argument.hasPrefix("\""), argument.hasSuffix("\"") {
      let name = String(argument.dropFirst().dropLast())
      return addresses[name] ?? named(name)
    }
    return named(String(argument))
  }

  /// The page of a function, type or member: `sorted`, `sorted(xs)`, `Report.accuracy`.
  func named(_ code: String) -> String? {
    let name = String(code.prefix { $0 != "(" })
    return functions[name] ?? members[name]
  }

  /// The page of an error code.
  func code(_ text: String) -> String? { codes[text] }

  /// A link of a page to another file of the manual: `notebooks.md#cells` is `notebooks.html#cells`.
  func address(_ link: String) -> String {
    guard !link.contains(":"), !link.hasPrefix("/") else { return link }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts[0].hasSuffix(".md") else { return link }
    let name = String(parts[0].dropLast(3))
    guard let address = addresses[name] ?? codes[String(name.suffix(5))] else { return link }
    return address + (parts.count > 1 ? "#" + parts[1] : "")
  }
}

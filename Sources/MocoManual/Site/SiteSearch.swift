import MocoBase

/// The search of the manual: its pages with their words, and the script.
enum SiteSearch {
  /// The script, including the words: a page on a disk cannot load data.
  static func script(_ manual: Manual) -> String {
    let pages = manual.pages.map { page in
      Json.array([
        .string(page.title), .string(page.address), .string(page.kind.rawValue), .string(page.summary),
        .string(words(page.markdown)),
      ])
    }
    // As JSON text in JavaScript; the two line separators that only JSON allows are escaped.
    let text = Json.array(pages).serialized().replacing("\u{2028}", with: "\\u2028")
      .replacing("\u{2029}", with: "\\u2029")
    return "\"use strict\";\nconst pages = \(text);\n" + program
  }

  /// The words of a page, without duplicates, in lower case.
  private static func words(_ markdown: String) -> String {
    var seen: Set<String> = []
    var result: [String] = []
    for word in markdown.lowercased().split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") })
    where word.count > 1 && seen.insert(String(word)).inserted {
      result.append(String(word))
    }
    return result.joined(separator: " ")
  }

  /// A page must contain every word of the query; the title has the highest weight, then the summary, then the text.
  private static let program = """
    const field = document.getElementById("search");
    const results = document.getElementById("results");
    function rank(page, term) {
      const title = page[0].toLowerCase();
      if (title === term) return 100;
      if (title.startsWith(term)) return 50;
      if (title.includes(term)) return 25;
      if (page[3].toLowerCase().includes(term)) return 10;
      if ((" " + page[4] + " ").includes(" " + term + " ")) return 3;
      return (" " + page[4]).includes(" " + term) ? 1 : 0;
    }
    const written = new Set(["Tutorial", "How-to guides", "Reference", "Explanation"]);
    function find(question) {
      const terms = question.toLowerCase().split(/[^\\p{L}\\p{N}_]+/u).filter(term => term);
      if (!terms.length) return [];
      const found = [];
      pages.forEach((page, place) => {
        const ranks = terms.map(term => rank(page, term));
        if (ranks.every(rank => rank > 0)) {
          const sum = ranks.reduce((a, b) => a + b) + (written.has(page[2]) ? 2 : 0);
          found.push([sum, place]);
        }
      });
      found.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      return found.slice(0, 20).map(entry => pages[entry[1]]);
    }
    function show() {
      const question = field.value.trim();
      results.hidden = !question;
      results.replaceChildren();
      if (!question) return;
      const found = find(question);
      const count = document.createElement("p");
      count.className = "kind";
      count.textContent = found.length ? found.length + (found.length === 1 ? " page" : " pages")
        : "No results.";
      results.append(count);
      const list = document.createElement("ol");
      for (const page of found) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = page[1];
        link.textContent = page[0];
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = " " + page[2] + ". " + page[3];
        item.append(link, kind);
        list.append(item);
      }
      results.append(list);
    }
    field.disabled = false;
    field.addEventListener("input", show);
    field.form.addEventListener("submit", event => {
      event.preventDefault();
      const first = results.querySelector("a");
      if (first) location.href = first.href;
    });
    document.addEventListener("keydown", event => {
      if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
      if (event.key === "Escape" && document.activeElement === field) { field.value = ""; show(); }
    });
    show();

    """
}

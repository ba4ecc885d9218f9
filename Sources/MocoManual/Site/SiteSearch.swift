import MocoBase
import MocoSession

/// The search of the manual: its pages with their words, the terms of its glossary, and the script.
enum SiteSearch {
  /// The script, including the words: a page on a disk cannot load data.
  static func script(_ manual: Manual) -> String {
    let pages = manual.pages.map { page in
      Json.array([
        .string(page.title), .string(page.address), .string(page.kind.rawValue), .string(page.summary),
        .string(words(page.markdown)),
      ])
    }
    let glossary = manual.pages.first { $0.name == "glossary" }
    let terms = GlossaryTerm.all(in: glossary?.markdown ?? "").map { term in
      // A browser that knows this fragment shows the row.
      let row = term.title.utf8.map { byte in
        let isPlain =
          byte < 128 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
        return isPlain
          ? String(UnicodeScalar(byte)) : "%" + String(Int(byte) + 256, radix: 16).dropFirst().uppercased()
      }
      return Json.array([
        .string(term.title), .string("glossary.html#:~:text=\(row.joined())"), .string("Glossary"),
        .string(plain(term.meaning)), .string(""),
      ])
    }
    // As JSON text in JavaScript; the two line separators that only JSON allows are escaped.
    let common = Json.array(SearchWords.common.sorted().map { .string($0) }).serialized()
    let text = Json.array(pages + terms).serialized().replacing("\u{2028}", with: "\\u2028")
      .replacing("\u{2029}", with: "\\u2029")
    return "\"use strict\";\nconst pages = \(text);\n" + "const common = new Set(\(common));\n"
      + program
  }

  /// A line of Markdown without its markup and without links in brackets at its end.
  private static func plain(_ markdown: String) -> String {
    let text = markdown.split(separator: " ([", maxSplits: 1).first.map(String.init) ?? markdown
    return text.filter { $0 != "*" && $0 != "`" }
  }

  /// The words of a page, without duplicates, in lower case.
  private static func words(_ markdown: String) -> String {
    var seen: Set<String> = []
    var result: [String] = []
    for word in markdown.lowercased().split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") })
    where seen.insert(String(word)).inserted {
      result.append(String(word))
    }
    return result.joined(separator: " ")
  }

  /// A page must contain every word of the query, except common words such as "the"; one letter must be a whole word.
  /// The title has the highest weight, then the summary, then the text.
  private static let program = """
    const field = document.getElementById("search");
    const results = document.getElementById("results");
    const written = new Set(["Tutorial", "How-to guides", "Reference", "Explanation"]);
    const split = text => text.toLowerCase().split(/[^\\p{L}\\p{N}_]+/u).filter(word => word);
    function stem(word) {
      const ending = ["ing", "ed", "es", "e", "s"].find(it => word.endsWith(it) && word.length >= it.length + 4);
      return ending ? word.slice(0, -ending.length) : word;
    }
    function rank(page, term) {
      const title = split(page[0]), text = " " + page[4] + " ";
      const isWord = term.length === 1;
      if (title.length === 1 && title[0] === term) return 100;
      if (title.includes(term)) return 50;
      if (!isWord && page[0].toLowerCase().includes(term)) return 25;
      if (split(page[3]).includes(term)) return 10;
      if (text.includes(" " + term + " ")) return 3;
      if (isWord) return 0;
      return (" " + title.join(" ") + " " + split(page[3]).join(" ") + text).includes(" " + stem(term)) ? 1 : 0;
    }
    function find(question) {
      const words = split(question);
      const rare = words.filter(word => !common.has(word));
      const terms = rare.length ? rare : words;
      if (!terms.length) return [];
      const whole = question.trim().toLowerCase();
      const phrases = [whole, terms.join(" ")];
      const found = [];
      pages.forEach((page, place) => {
        const ranks = terms.map(term => rank(page, term));
        if (ranks.every(rank => rank > 0)) {
          let sum = ranks.reduce((a, b) => a + b) / terms.length + (written.has(page[2]) ? 2 : 0);
          const names = [page[0].toLowerCase(), ...page[0].toLowerCase().split(", ")];
          if (names.some(name => phrases.includes(name))) sum += 1000;
          else if (phrases.some(phrase => page[3].toLowerCase().includes(phrase))) sum += 20;
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

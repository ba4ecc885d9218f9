import MocoDocument

/// Documents of every kind of block.
enum Samples {
  /// Text that steers terminals, pages and documents wherever it is taken at its word.
  static let nasty = [
    "\u{1B}[2J\u{1B}]0;T\u{7}\u{1B}[31mred", "\u{202E}left\u{2066}\u{2028}\u{9B}5m\u{7F}\u{0}",
    "</td></table><script>alert(1)</script>", "<img src=x onerror=\"a()\">", "a\" onclick=\"b()",
    "it's & &amp; &#60;",
    "]]> <!-- --", "**bold** _em_ `code` ~~gone~~", "[a](javascript:b) ![c](d) <http://e>", "# heading",
    "- item",
    "1. one", "> quote", "=====", "|a|b|", "\\`*", "$x$", "``` fence", "~~~", "two\nlines\r\nand\tthree",
    "   ",
    "日本 e\u{301} 🙂", "\u{FFFE}\u{FFFF}\u{FEFF}", "`", " `` ", "<details>", "    four blanks",
  ]

  /// A picture whose every part is a text from outside.
  struct Leaf: DocumentFigure {
    let title: String
    var caption: String { title }
    var alternativeText: String { "drawing: \(title)" }
    func terminalText(_ options: TerminalOptions) -> String { "drawing" }
    func svg() -> String {
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" role=\"img\"><title>drawing</title></svg>\n"
    }
    var svgSize: (width: Double, height: Double) { (40, 20) }
    var table: Document.Table? { nil }
  }

  /// Every kind of block with the words in every place that words can stand.
  static func everywhere(_ words: String) -> [Document.Block] {
    let text = Document.Text(words)
    let styles: [Document.Run.Style] = [
      .plain, .emphasis, .strong, .code, .literal, .number, .label, .title, .error, .muted,
      .color(Color(0x336699)),
    ]
    var blocks: [Document.Block] = [
      .text(text), .text(Document.Text(words, overflow: .cut, indent: 2)),
      .text(Document.Text(styles.map { Document.Run(words, $0) })),
      .items(Document.Items(text, [text, text])), .heading(text, level: 2),
      .fields(Document.Fields([.init(words, [text, text])])),
      .fields(Document.Fields([.init(words, text)], layout: .inline)),
      .list(Document.List([[.text(text)], [.text(text), .code(words, language: words)]])),
      .list(Document.List([[.text(text)]], marker: .number)),
      .list(Document.List([[.text(text)]], marker: .none)),
      .collection(
        Document.Collection(
          .record,
          [
            .value(name: words, .text(text)), .leftOut(words),
            .value(name: words, .collection(Document.Collection(.list, [.value(name: nil, .text(text))]))),
          ])),
      .collection(Document.Collection(.numbers, [.value(name: nil, .text(text)), .leftOut(words)])),
      .figure(Leaf(title: words)), .code(words, language: words),
      .fold(summary: text, details: [.text(text)]),
      .preformatted(words), .gap, .adapted(lines: [.text(text)], page: [.text(text)]),
      .image(
        Document.Image(
          [1, 2, 3], mediaType: words, width: 2, height: 2, caption: text, alternativeText: words)),
    ]
    if let pixels = PixelImage(width: 2, height: 2, channels: 1, bytes: [0, 255, 255, 0]) {
      blocks.append(.image(Document.Image(pixels, caption: text, alternativeText: words)))
    }
    for kind in [Document.Table.Kind.records, .words, .matrix] {
      blocks.append(
        .table(
          Document.Table(
            kind, title: text, caption: text,
            columns: [.init(text), .init(text, .trailing), .init("", .center)],
            rows: [
              .cells([.init(text, .header), .init(text, .number, isEmphasized: true)]), .leftOut(words),
              .cells([.missing, .init(text), .init("", .leftOut)]),
            ])))
    }
    return blocks
  }

  /// A document that shows what there is.
  static let all = Document([
    .heading("Results", level: 2),
    .text(
      Document.Text([
        .init("A sentence with "), .init("code", .code), .init(", "), .init("weight", .strong),
        .init(" and "),
        .init("emphasis", .emphasis), .init(", which is long enough to be broken at some blank of it."),
      ])),
    .gap,
    .items(Document.Items("classes: ", ["t-shirt", "trouser", "pullover", "ankle boot"], indent: 2)),
    .fields(
      Document.Fields([.init("images", "2,000, grey"), .init("features", ["512 numbers", "of length 1"])])),
    .gap,
    .table(
      Document.Table(
        title: "Accuracy", caption: "In percent.",
        columns: [.init("method"), .init("base", .trailing), .init("new", .trailing)],
        rows: [
          .cells([.init("zero-shot", .header), .init("68.5", .number), .init("70.0", .number)]),
          .leftOut("3 more rows"),
          .cells([.init("mixture", .header), .init("75.1", .number, isEmphasized: true), .missing]),
        ])),
    .gap,
    .table(
      Document.Table(
        .matrix, title: "[0, :, :]",
        rows: [
          .cells([.init("1.000", .number), .init("", .leftOut), .init("-3.000", .number)]), .leftOut(""),
          .cells([.init("4.000", .number), .init("", .leftOut), .init("5.500", .number)]),
        ], cellWidth: 8, indent: 1)),
    .list(Document.List([[.text("one")], [.text("two"), .code("let x = 1", language: "moco")]])),
    .collection(
      Document.Collection(
        .record,
        [
          .value(name: "name", .text(Document.Text("\"a\"", .literal))), .leftOut("… 40 more"),
          .value(
            name: "xs",
            .collection(
              Document.Collection(.numbers, (0..<30).map { .value(name: nil, .text("\($0 * 11)")) }))),
        ])),
    .fold(summary: "Details", details: [.preformatted("a  b\n c")]),
    .figure(Leaf(title: "Loss")),
  ])
}

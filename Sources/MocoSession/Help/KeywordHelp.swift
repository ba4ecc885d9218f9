import MocoLang

/// The help of `?for` and the other keywords of the language.
package enum KeywordHelp {
  /// The help entry of a keyword.
  package struct Entry {
    /// Its syntax.
    package let syntax: String
    /// Its description, in Markdown.
    package let sentence: String
    /// A program that uses it.
    package let example: String
    /// The page of the reference.
    package let page: String
  }

  /// All of them, in alphabetical order.
  package static var keywords: [String] { Keyword.allCases.map(\.rawValue).sorted() }

  /// The help entry of a keyword; nil for another word.
  package static func entry(for keyword: String) -> Entry? {
    Keyword(rawValue: keyword).flatMap { entries[$0] }
  }

  /// As Markdown.
  package static func text(for keyword: String) -> String? {
    guard let entry = entry(for: keyword) else { return nil }
    return """
      `\(entry.syntax)`

      \(entry.sentence)

      ```
      \(entry.example)
      ```

      See `help("\(entry.page)")`.
      """
  }

  private static let entries: [Keyword: Entry] = {
    let ifElse = Entry(
      syntax: "if CONDITION { … } else if CONDITION { … } else { … }",
      sentence:
        "Runs the first block whose condition is true. Its value is the value of that block, and it may be used "
        + "as an expression; without `else` the value may be nil.",
      example: "let n = 7\nlet kind = if n % 2 == 0 { \"even\" } else { \"odd\" }", page: "expressions")
    let loop = Entry(
      syntax: "for NAME in VALUES { … }",
      sentence:
        "Iterates over a List, a Record (its names), a String (its letters), a Range, a Tensor (its rows) "
        + "or another object. The name is a new one in every iteration. `[x * x for x in xs if x > 0]` makes a List.",
      example:
        "for i in 0..<3 { print(i) }\nfor [name, value] in items({lr: 0.1, batch: 32}) { print(name, value) }",
      page: "statements")
    let attempt = Entry(
      syntax: "try { … } catch NAME { … }",
      sentence:
        "Runs the second block if an error occurs in the first. Its value is that of the last block "
        + "that ran; the name holds the error, with `code`, `message` and `help`, and may be left out.",
      example: "let n = try { int(\"twelve\") } catch e { print(e.message); 0 }", page: "errors")
    let use = Entry(
      syntax: "use MODULE as NAME,  use {NAME, NAME as NAME} from MODULE",
      sentence:
        "Loads a module, from the standard library or a file, and makes its names available. A file is written as "
        + "a String: `use \"./common.moco\" as common`.",
      example: "use templates\nuse {eurosat, dtd as textures} from templates", page: "modules")
    return [
      .let: Entry(
        syntax: "let NAME = VALUE",
        sentence:
          "Declares a constant; `var` declares a variable. A List may be destructured by position, "
          + "a Record by name.",
        example: "let limit = 3\nlet [first, ..others] = [1, 2, 3]\nlet {loss} = {loss: 0.5, epoch: 3}",
        page: "statements"),
      .var: Entry(
        syntax: "var NAME = VALUE",
        sentence: "Declares a variable: a name to which `=`, `+=`, `-=`, `*=` and `/=` assign another value.",
        example: "var count = 0\ncount += 1", page: "statements"),
      .func: Entry(
        syntax: "func NAME(PARAMETER, PARAMETER = DEFAULT) { … }",
        sentence:
          "Declares a function. It returns the value of its last statement; `return` ends it earlier. "
          + "`x => x * 2` is a function without a name.",
        example:
          "/// The mean of some numbers.\nfunc average(xs) { sum(xs) / len(xs) }\nprint(average([1, 2, 6]))",
        page: "functions"),
      .return: Entry(
        syntax: "return VALUE",
        sentence:
          "Returns from a function with a value, or with nil. The last statement of a function is its value "
          + "without `return`.",
        example: "func sign(x) {\n  if x < 0 { return -1 }\n  if x > 0 { 1 } else { 0 }\n}",
        page: "statements"),
      .if: ifElse,
      .else: ifElse,
      .for: loop,
      .in: Entry(
        syntax: "VALUE in VALUES,  for NAME in VALUES { … }",
        sentence:
          "Whether a List contains an element, a Record a name, a String a part, a Range a number; `not in` is the "
          + "opposite. In `for` it precedes the values of the loop.",
        example:
          "print(2 in [1, 2, 3], \"lr\" in {lr: 0.1}, \"cat\" not in \"dog\")\nfor i in 0..<3 { print(i) }",
        page: "expressions"),
      .while: Entry(
        syntax: "while CONDITION { … }",
        sentence:
          "Repeats while the condition is true. `break` leaves the loop, `continue` begins the next "
          + "iteration.",
        example: "var n = 27\nwhile n > 1 { n = div(n, 2) }", page: "statements"),
      .break: Entry(
        syntax: "break",
        sentence: "Leaves the innermost loop.",
        example: "for i in 0..<10 {\n  if i == 3 { break }\n  print(i)\n}", page: "statements"),
      .continue: Entry(
        syntax: "continue",
        sentence: "Begins the next iteration of the innermost loop.",
        example: "for i in 0..<4 {\n  if i == 2 { continue }\n  print(i)\n}", page: "statements"),
      .and: Entry(
        syntax: "CONDITION and CONDITION",
        sentence: "True if both sides are true; the right side is not evaluated if the left one is false.",
        example: "let x = 3\nprint(x > 0 and x < 5)", page: "expressions"),
      .or: Entry(
        syntax: "CONDITION or CONDITION",
        sentence: "True if one side is true; the right side is not evaluated if the left one is true.",
        example: "let x = 3\nprint(x < 0 or x > 2)", page: "expressions"),
      .not: Entry(
        syntax: "not CONDITION",
        sentence: "True if the condition is false. `x not in xs` is short for `not (x in xs)`.",
        example: "let xs = [1, 2]\nprint(not (len(xs) > 2), 3 not in xs)", page: "expressions"),
      .use: use,
      .as: Entry(
        syntax: use.syntax,
        sentence: "Renames a module, or a name from it.",
        example: "use small_world as world\nuse {dtd as textures} from templates", page: "modules"),
      .from: Entry(
        syntax: "use {NAME, NAME as NAME} from MODULE",
        sentence: "Names the module from which names are imported.", example: use.example, page: "modules"),
      .try: attempt,
      .catch: attempt,
      .true: Entry(
        syntax: "true", sentence: "One of the two values of type Bool; a condition must be one of them.",
        example: "let shuffled = true\nif shuffled { print(\"yes\") }", page: "values"),
      .false: Entry(
        syntax: "false", sentence: "One of the two values of type Bool; a condition must be one of them.",
        example: "let shuffled = false\nprint(not shuffled)", page: "values"),
      .nil: Entry(
        syntax: "nil", sentence: "No value. `x ?? y` is `y` if `x` is nil.",
        example: "let seed = nil\nprint(seed ?? 1, seed == nil)", page: "values"),
    ]
  }()
}

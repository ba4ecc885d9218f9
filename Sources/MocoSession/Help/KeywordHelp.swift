import MocoLang

/// What `?for` and the other keywords of the language show.
package enum KeywordHelp {
  /// What help says of a keyword.
  package struct Entry {
    /// How it is written.
    package let syntax: String
    /// What it does, in Markdown.
    package let sentence: String
    /// A program that uses it.
    package let example: String
    /// The page of the reference that says more.
    package let page: String
  }

  /// All of them, in the order of the alphabet.
  package static var keywords: [String] { Keyword.allCases.map(\.rawValue).sorted() }

  /// What help says of a keyword; nil for another word.
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

      `help("\(entry.page)")` says more.
      """
  }

  private static let entries: [Keyword: Entry] = {
    let ifElse = Entry(
      syntax: "if CONDITION { … } else if CONDITION { … } else { … }",
      sentence: "Runs the first block whose condition is true. It has the value of that block, and may stand "
        + "wherever a value may; without `else` that value may be nil.",
      example: "let n = 7\nlet kind = if n % 2 == 0 { \"even\" } else { \"odd\" }", page: "expressions")
    let loop = Entry(
      syntax: "for NAME in VALUES { … }",
      sentence:
        "Goes through a list, a record (its names), a string (its letters), a range, a tensor (its rows) "
        + "or another object. The name is a new one in every turn. `[x * x for x in xs if x > 0]` makes a list.",
      example:
        "for i in 0..<3 { print(i) }\nfor [name, value] in items({lr: 0.1, batch: 32}) { print(name, value) }",
      page: "statements")
    let attempt = Entry(
      syntax: "try { … } catch NAME { … }",
      sentence:
        "Runs the second block where something went wrong in the first. It has the value of the block "
        + "that ended it; the name holds the error, with `code`, `message` and `help`, and may be left out.",
      example: "let n = try { int(\"twelve\") } catch e { print(e.message); 0 }", page: "errors")
    let use = Entry(
      syntax: "use MODULE as NAME,  use {NAME, NAME as NAME} from MODULE",
      sentence:
        "Loads a module, one of the standard library or a file, and gives its names. A file is written as "
        + "a string: `use \"./common.moco\" as common`.",
      example: "use templates\nuse {eurosat, dtd as textures} from templates", page: "modules")
    return [
      .let: Entry(
        syntax: "let NAME = VALUE",
        sentence:
          "Gives a name to a value for good; `var` makes a variable. A list may be destructured by position, "
          + "a record by name.",
        example: "let limit = 3\nlet [first, ..others] = [1, 2, 3]\nlet {loss} = {loss: 0.5, epoch: 3}",
        page: "statements"),
      .var: Entry(
        syntax: "var NAME = VALUE",
        sentence: "Makes a variable: a name that `=`, `+=`, `-=`, `*=` and `/=` may give another value.",
        example: "var count = 0\ncount += 1", page: "statements"),
      .func: Entry(
        syntax: "func NAME(PARAMETER, PARAMETER = DEFAULT) { … }",
        sentence: "Declares a function. It gives the value of its last statement; `return` leaves earlier. "
          + "`x => x * 2` is a function without a name.",
        example:
          "/// The mean of some numbers.\nfunc average(xs) { sum(xs) / len(xs) }\nprint(average([1, 2, 6]))",
        page: "functions"),
      .return: Entry(
        syntax: "return VALUE",
        sentence:
          "Leaves a function with a value, or with nil. The last statement of a function gives its value "
          + "without `return`.",
        example: "func sign(x) {\n  if x < 0 { return -1 }\n  if x > 0 { 1 } else { 0 }\n}",
        page: "statements"),
      .if: ifElse,
      .else: ifElse,
      .for: loop,
      .in: Entry(
        syntax: "VALUE in VALUES,  for NAME in VALUES { … }",
        sentence:
          "Whether a list has an element, a record a name, a string a part, a range a number; `not in` is the "
          + "opposite. In `for` it stands before what is gone through.",
        example:
          "print(2 in [1, 2, 3], \"lr\" in {lr: 0.1}, \"cat\" not in \"dog\")\nfor i in 0..<3 { print(i) }",
        page: "expressions"),
      .while: Entry(
        syntax: "while CONDITION { … }",
        sentence:
          "Repeats as long as the condition is true. `break` leaves the loop, `continue` begins the next "
          + "turn.",
        example: "var n = 27\nwhile n > 1 { n = div(n, 2) }", page: "statements"),
      .break: Entry(
        syntax: "break",
        sentence: "Leaves the loop around it.",
        example: "for i in 0..<10 {\n  if i == 3 { break }\n  print(i)\n}", page: "statements"),
      .continue: Entry(
        syntax: "continue",
        sentence: "Begins the next iteration of the loop around it.",
        example: "for i in 0..<4 {\n  if i == 2 { continue }\n  print(i)\n}", page: "statements"),
      .and: Entry(
        syntax: "CONDITION and CONDITION",
        sentence: "True where both sides are; the right one is not computed where the left one is false.",
        example: "let x = 3\nprint(x > 0 and x < 5)", page: "expressions"),
      .or: Entry(
        syntax: "CONDITION or CONDITION",
        sentence: "True where one side is; the right one is not computed where the left one is true.",
        example: "let x = 3\nprint(x < 0 or x > 2)", page: "expressions"),
      .not: Entry(
        syntax: "not CONDITION",
        sentence: "True where the condition is false. `x not in xs` is short for `not (x in xs)`.",
        example: "let xs = [1, 2]\nprint(not (len(xs) > 2), 3 not in xs)", page: "expressions"),
      .use: use,
      .as: Entry(
        syntax: use.syntax,
        sentence: "Gives a module, or a name from it, another name.",
        example: "use small_world as world\nuse {dtd as textures} from templates", page: "modules"),
      .from: Entry(
        syntax: "use {NAME, NAME as NAME} from MODULE",
        sentence: "Says which module the names are taken from.", example: use.example, page: "modules"),
      .try: attempt,
      .catch: attempt,
      .true: Entry(
        syntax: "true", sentence: "One of the two values of type Bool; a condition has to be one of them.",
        example: "let shuffled = true\nif shuffled { print(\"yes\") }", page: "values"),
      .false: Entry(
        syntax: "false", sentence: "One of the two values of type Bool; a condition has to be one of them.",
        example: "let shuffled = false\nprint(not shuffled)", page: "values"),
      .nil: Entry(
        syntax: "nil", sentence: "No value. `x ?? y` is `y` where `x` is nil.",
        example: "let seed = nil\nprint(seed ?? 1, seed == nil)", page: "values"),
    ]
  }()
}

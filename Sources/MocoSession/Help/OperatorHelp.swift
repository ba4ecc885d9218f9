/// What `?@`, `?|>` and the other signs of the language show.
package enum OperatorHelp {
  /// What help says of an operator.
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

  package static func text(for sign: String) -> String? {
    // `??` is asked as `???`, and as `??` as well: a single question mark is not an operator.
    guard let entry = entries.first(where: { $0.sign == (sign == "?" ? "??" : sign) })?.entry else {
      return nil
    }
    return """
      `\(entry.syntax)`

      \(entry.sentence)

      ```
      \(entry.example)
      ```

      `help("\(entry.page)")` says more.
      """
  }

  private static func arithmetic(_ syntax: String, _ sentence: String, _ example: String) -> Entry {
    Entry(syntax: syntax, sentence: sentence, example: example, page: "expressions")
  }

  private static let comparison = arithmetic(
    "a < b,  a <= b,  a > b,  a >= b",
    "Compares numbers, or Strings by their letters; of tensors it gives a tensor of Bools, element by element.",
    "print(2 < 3, \"a\" < \"b\")\nprint(1 <= 2 and 2 < 3)")
  private static let equality = arithmetic(
    "a == b,  a != b",
    "Whether two values are equal; of tensors it gives a tensor of Bools. `equal(a, b)` compares as a whole.",
    "print(1 == 1.0, [1, 2] == [1, 2], \"a\" != \"b\")")
  private static let change = Entry(
    syntax: "x = VALUE,  x += VALUE,  -=,  *=,  /=",
    sentence: "Gives a variable (`var`), a field or an element another value.",
    example: "var n = 1\nn += 2\nlet xs = [1, 2]\nxs[0] = 5\nprint(n, xs)", page: "statements")
  private static let range = Entry(
    syntax: "a..<b,  a...b", sentence: "Ints in order: `..<` leaves the end out, `...` has it.",
    example: "for i in 0..<3 { print(i) }\nprint([1, 2, 3, 4][1...2])", page: "collections")

  /// Operators as they are written, in the order of the reference.
  package static let entries: [(sign: String, entry: Entry)] = [
    (
      "+",
      arithmetic(
        "a + b", "Adds numbers or tensors, and puts Strings or Lists together.",
        "print(1 + 2, \"a\" + \"b\", [1] + [2])")
    ),
    ("-", arithmetic("a - b,  -a", "Subtracts; before a value, its negative.", "print(5 - 3, -2)")),
    (
      "*",
      arithmetic(
        "a * b", "Multiplies numbers, and tensors element by element; `@` is the matrix product.",
        "print(2 * 3, tensor([1, 2]) * 2)")
    ),
    (
      "/",
      arithmetic("a / b", "Divides and gives a Float; `div(a, b)` divides Ints.", "print(7 / 2, div(7, 2))")
    ),
    (
      "//",
      Entry(
        syntax: "// COMMENT",
        sentence: "Begins a comment, which goes to the end of the line. Ints are divided by `div(a, b)`.",
        example: "let half = div(7, 2)    // 3\nprint(half)", page: "expressions")
    ),
    (
      "///",
      Entry(
        syntax: "/// DESCRIPTION", sentence: "A comment that `help` shows of the function declared below it.",
        example: "/// Twice as much.\nfunc twice(x) { x * 2 }\nprint(twice(2))", page: "functions")
    ),
    ("%", arithmetic("a % b", "What is left of a division; it has the sign of b.", "print(7 % 3, -1 % 3)")),
    (
      "**", arithmetic("a ** b", "A power; from right to left, and before a sign.", "print(2 ** 10, -2 ** 2)")
    ),
    (
      "@",
      Entry(
        syntax: "a @ b", sentence: "The matrix product of tensors: [m, k] @ [k, n] is [m, n].",
        example: "print((ones([2, 3]) @ ones([3, 4])).shape)", page: "tensors")
    ),
    ("==", equality), ("!=", equality), ("<", comparison), ("<=", comparison), (">", comparison),
    (">=", comparison),
    ("??", arithmetic("x ?? y", "y where x is nil, else x.", "let seed = nil\nprint(seed ?? 1)")),
    (
      "|>",
      arithmetic(
        "x |> f(y)", "Gives a value to a function as its first argument: `x |> f(y)` is `f(x, y)`.",
        "print([3, 1, 2] |> sorted() |> len())")
    ),
    (
      "=>",
      Entry(
        syntax: "x => VALUE,  (x, y) => VALUE", sentence: "A function without a name.",
        example: "print(map([1, 2, 3], x => x * x))", page: "functions")
    ),
    ("..<", range), ("...", range),
    (
      "..",
      Entry(
        syntax: "[..xs],  {..r},  f(..xs)",
        sentence: "Puts the elements of a List or the fields of a Record in; in a pattern it takes the rest.",
        example:
          "let xs = [2, 3]\nprint([1, ..xs], {..{a: 1}, b: 2})\nlet [first, ..rest] = [1, 2, 3]\nprint(rest)",
        page: "collections")
    ),
    ("=", change), ("+=", change), ("-=", change), ("*=", change), ("/=", change),
    (
      ".",
      Entry(
        syntax: "x.name,  x.f(y)",
        sentence: "A field or method of x; every function reads as a method: `x.f(y)` is `f(x, y)`.",
        example: "let r = {lr: 0.1}\nprint(r.lr, [3, 1].sorted())", page: "expressions")
    ),
    (
      ";",
      Entry(
        syntax: "STATEMENT; STATEMENT",
        sentence: "Ends a statement, as the end of a line does; at the prompt it hides the value before it.",
        example: "let a = 1; let b = 2\nprint(a + b)", page: "statements")
    ),
    (
      ":",
      Entry(
        syntax: "name: VALUE", sentence: "Names an argument of a call, or a field of a record.",
        example: "print(round(2.345, digits: 1), {lr: 0.1})", page: "functions")
    ),
    (
      "[]",
      Entry(
        syntax: "[a, b],  x[i],  x[a..<b],  [VALUE for x in xs if CONDITION]",
        sentence: "A List, an element, a part of a list or tensor, or a List made in a loop.",
        example: "let xs = [1, 2, 3]\nprint(xs[0], xs[-1], xs[0..<2], [x * x for x in xs])",
        page: "collections")
    ),
    (
      "{}",
      Entry(
        syntax: "{name: VALUE},  { STATEMENTS }",
        sentence: "A Record; behind `if`, `for`, `func` and the like a block of statements.",
        example: "let r = {a: 1, \"two words\": 2}\nprint(r.a, r[\"two words\"])", page: "collections")
    ),
    (
      "\"",
      Entry(
        syntax: "\"text \\(VALUE)\",  \"\"\" … \"\"\"",
        sentence: "A String; `\\(x:.2f)` puts a value in, three quotes hold several lines.",
        example: "let x = 0.25\nprint(\"x is \\(x:.1f)\")", page: "strings")
    ),
  ]
}

/// The help of `?@`, `?|>` and the other signs of the language.
package enum OperatorHelp {
  /// The help entry of an operator.
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

  package static func text(for sign: String) -> String? {
    // The help of `??` is shown by `???`, and also by `??`: a single question mark is not an operator.
    guard let entry = entries.first(where: { $0.sign == (sign == "?" ? "??" : sign) })?.entry else {
      return nil
    }
    return """
      `\(entry.syntax)`

      \(entry.sentence)

      ```
      \(entry.example)
      ```

      See `help("\(entry.page)")`.
      """
  }

  private static func arithmetic(_ syntax: String, _ sentence: String, _ example: String) -> Entry {
    Entry(syntax: syntax, sentence: sentence, example: example, page: "expressions")
  }

  private static let comparison = arithmetic(
    "a < b,  a <= b,  a > b,  a >= b",
    "Compares numbers, or Strings by their characters; for tensors the result is a tensor of Bools, element by element.",
    "print(2 < 3, \"a\" < \"b\")\nprint(1 <= 2 and 2 < 3)")
  private static let equality = arithmetic(
    "a == b,  a != b",
    "Whether two values are equal; for tensors the result is a tensor of Bools. `equal(a, b)` compares entire tensors.",
    "print(1 == 1.0, [1, 2] == [1, 2], \"a\" != \"b\")")
  private static let change = Entry(
    syntax: "x = VALUE,  x += VALUE,  -=,  *=,  /=",
    sentence: "Assigns another value to a variable (`var`), a field or an element.",
    example: "var n = 1\nn += 2\nlet xs = [1, 2]\nxs[0] = 5\nprint(n, xs)", page: "statements")
  private static let range = Entry(
    syntax: "a..<b,  a...b", sentence: "Ints in order: `..<` excludes the end, `...` includes it.",
    example: "for i in 0..<3 { print(i) }\nprint([1, 2, 3, 4][1...2])", page: "collections")

  /// Operators as they are written, in the order of the reference.
  package static let entries: [(sign: String, entry: Entry)] = [
    (
      "+",
      arithmetic(
        "a + b", "Adds numbers or tensors, and concatenates Strings or Lists.",
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
        sentence: "Begins a comment up to the end of the line. `div(a, b)` divides Ints.",
        example: "let half = div(7, 2)    // 3\nprint(half)", page: "expressions")
    ),
    (
      "///",
      Entry(
        syntax: "/// DESCRIPTION",
        sentence: "A comment that `help` shows for the function declared below it.",
        example: "/// Twice as much.\nfunc twice(x) { x * 2 }\nprint(twice(2))", page: "functions")
    ),
    ("%", arithmetic("a % b", "The remainder of a division; it has the sign of b.", "print(7 % 3, -1 % 3)")),
    (
      "**",
      arithmetic(
        "a ** b", "The power; evaluated from right to left, and before a sign.", "print(2 ** 10, -2 ** 2)")
    ),
    (
      "@",
      Entry(
        syntax: "a @ b", sentence: "The matrix product of tensors: [m, k] @ [k, n] is [m, n].",
        example: "print((ones([2, 3]) @ ones([3, 4])).shape)", page: "tensors")
    ),
    ("==", equality), ("!=", equality), ("<", comparison), ("<=", comparison), (">", comparison),
    (">=", comparison),
    ("??", arithmetic("x ?? y", "y if x is nil, else x.", "let seed = nil\nprint(seed ?? 1)")),
    (
      "|>",
      arithmetic(
        "x |> f(y)", "Passes a value to a function as its first argument: `x |> f(y)` is `f(x, y)`.",
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
        sentence:
          "Inserts the elements of a List or the fields of a Record; in a pattern it matches the rest.",
        example:
          "let xs = [2, 3]\nprint([1, ..xs], {..{a: 1}, b: 2})\nlet [first, ..rest] = [1, 2, 3]\nprint(rest)",
        page: "collections")
    ),
    ("=", change), ("+=", change), ("-=", change), ("*=", change), ("/=", change),
    (
      ".",
      Entry(
        syntax: "x.name,  x.f(y)",
        sentence: "A field or method of x; every function can be called as a method: `x.f(y)` is `f(x, y)`.",
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
        sentence: "A List, an element, a part of a List or Tensor, or a List made by a loop.",
        example: "let xs = [1, 2, 3]\nprint(xs[0], xs[-1], xs[0..<2], [x * x for x in xs])",
        page: "collections")
    ),
    (
      "{}",
      Entry(
        syntax: "{name: VALUE},  { STATEMENTS }",
        sentence: "A Record; after `if`, `for`, `func` and similar keywords, a block of statements.",
        example: "let r = {a: 1, \"two words\": 2}\nprint(r.a, r[\"two words\"])", page: "collections")
    ),
    (
      "\"",
      Entry(
        syntax: "\"text \\(VALUE)\",  \"\"\" … \"\"\"",
        sentence: "A String; `\\(x:.2f)` inserts a value, three quotes enclose several lines.",
        example: "let x = 0.25\nprint(\"x is \\(x:.1f)\")", page: "strings")
    ),
  ]
}

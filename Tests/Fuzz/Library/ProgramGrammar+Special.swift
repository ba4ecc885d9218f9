// What a generator by chance would hardly write: depth, growth without end, containers that hold themselves,
// functions that change what is being gone through.

extension ProgramGrammar {
  mutating func special() -> String {
    let depth = [10, 100, 199, 250, 1_000, 5_000][random.below(6)]
    func nested(_ open: String, _ middle: String, _ close: String) -> String {
      String(repeating: open, count: depth) + middle + String(repeating: close, count: depth)
    }
    switch random.below(40) {
    case 0: return nested("(", "1", ")")
    case 1: return nested("[", "1", "]")
    case 2: return "print(\(nested("{a: ", "1", "}")))"
    case 3: return nested("not ", "true", "")
    case 4: return nested("-", "1", "")
    case 5: return nested("x => ", "1", "")
    case 6: return nested("if true { ", "1", " }")
    case 7: return nested("\"\\(", "1", ")\"")
    case 8: return nested("1 + ", "1", "")
    case 9: return "print(\(nested("2 ** ", "1", "")))"
    case 10: return "print(1\(String(repeating: ".str()", count: depth)))"
    case 11:
      return
        "var d = []\nfor i in 0..<\(depth * 20) { d = [d] }\nprint(d)\nprint(d == d, equal(d, [d]), str(d))"
    case 12: return "var a = [1]\na.append(a)\nvar b = [1]\nb.append(b)\nprint(a == b, a, sorted([a, b]))"
    case 13: return "var a = {}\na.a = a\nvar b = {}\nb.a = b\nprint(a == b, a in [b], str(a), copy(a))"
    case 14: return "var s = \"ab\"\nwhile true { s += s }"
    case 15: return "var s = [1]\nwhile true { s = [..s, ..s] }"
    case 16: return "var s = [1]\nwhile true { s.extend(s) }"
    case 17: return "var s = \"ab\"\nwhile true { s = \"\\(s)\\(s)\" }"
    case 18: return "var s = \"ab\"\nwhile true { s = s.replace(\"a\", s) }"
    case 19: return "func f(x) { f(x) + 1 }\nf(1)"
    case 20: return "func f(x) { map([x], f) }\nf(1)"
    case 21: return "func f(x) { sorted([1, 2, x], by: f) }\nf(1)"
    case 22: return "func f(x, y = f(x)) { y }\nf(1)"
    case 23:
      let change = random.pick([
        "clear(xs)", "xs.pop()", "xs.append(1)", "xs.insert(0, x)", "xs.extend(xs)", "xs[0] = nil",
      ])
      let over = random.pick([
        "map(xs, x => { \(change); x })", "filter(xs, x => { \(change); true })",
        "sorted(xs, by: x => { \(change); x })",
        "reduce(xs, (a, x) => { \(change); x })", "any(xs, x => { \(change); false })",
        "all(xs, x => { \(change); true })",
        "max(xs, by: x => { \(change); x })", "min(xs, by: x => { \(change); x })",
        "[(() => { \(change); x })() for x in xs]",
      ])
      return "var xs = [\"a\" + \"b\", [1], {a: 1}, \"c\" * 40, 5]\nprint(\(over))\nprint(xs)"
    case 24:
      let change = random.pick(["r.remove(\"a\")", "clear(r)", "r[\"k\\(len(r))\"] = 1", "r = {}"])
      return
        "var r = {a: 1, b: [2], c: \"x\" + \"y\"}\nvar n = 0\nfor k in r { \(change); n += 1; if n > 100 { break } }\nprint(r)"
    case 25:
      return
        "print((-9223372036854775807 - 1) / -1, div(7, -2), (-9223372036854775807 - 1) % -1)\nprint(div(-9223372036854775807 - 1, -1))"
    case 26: return "print(int(1e300))"
    case 27:
      return
        "for i in 0..<9223372036854775807 { if i > 10 { break } }\nprint(len(0..<9223372036854775807), (0..<9223372036854775807)[-1])"
    case 28: return "print([x for x in 0..<9223372036854775807])"
    case 29: return "print(sum(0..<\(random.pick(["100", "9223372036854775807"]))), max(0..<1000000))"
    case 30:
      return
        "var x = [1]\nfor i in 0..<\(20 + random.below(60)) { x = [x, x] }\nprint(\(random.pick(["x == copy(x)", "len(str(x))", "x < [x]", "x in [[x]]", "sorted([x, copy(x)])", "len(\"\\(x)\")", "unique([x, x])", "index_of([copy(x)], x)"])))"
    case 31:
      return
        "var x = {a: 1}\nfor i in 0..<\(20 + random.below(60)) { x = {a: x, b: x} }\nvar y = {a: 1}\nfor i in 0..<60 { y = {a: y, b: y} }\nprint(x == y)"
    case 32:
      return
        "let fs = [() => i for i in 0..<5]\nprint([f() for f in fs])\nfunc g() { let c = [g]; c.append(c); c }\nfor i in 0..<100 { g() }"
    case 33:
      return
        "templates t { group \"g\" { \"a {}\" } group \"h\" { \"\(random.pick(["{} b", "none", "{} {}"]))\" } }\nprint(t)"
    case 35:
      return
        "var a = 1\nvar xs = [1, [2, 3]]\nfor i in 0..<50 { [a, xs[\(random.pick(["0", "1", "i", "-3"]))], [xs[0], _]] = [\(expression(.any, 2)), \(expression(.any, 2)), \(random.pick(["xs", "[i, a]", "\"ab\"", "nil"]))] }\nprint(a, xs)"
    case 36:
      return
        "var xs = []\nfor i in 0..<40 { xs.append(i) }\nfor i in 0..<40 { [xs[i], ..xs] = [xs, \(expression(.list, 2)), i] }\nprint(len(xs))"
    case 37:
      return
        "print({\(random.pick(["k", "str(k)", "\"\\(k)\"", "nil"])): \(expression(.any, 2)) for k in \(expression(.list, 2))})"
    case 38: return nested("{a: ", "b", " for a in [\"a\"]}")
    case 34: return "let {a, b: [c, ..d]} = {a: 1, b: [2, 3, 4]}\nlet [e, f] = [c]\nprint(a, c, d)"
    default: return "func f(n) { try { f(n + 1) } catch e { f(n + 1) } }\nf(0)"
    }
  }
}

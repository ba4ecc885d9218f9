/// Programs in cells by chance, and edits of them: declarations, redeclarations, functions, changes in place through names
/// that share, random numbers, functions with variables of their own, small trainings.
struct RandomProgram {
  private var state: UInt64
  /// The text of each cell after the first.
  private(set) var cells: [String] = []

  init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    for _ in 0..<(3 + below(5)) { cells.append(cell()) }
  }

  mutating func below(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(count))
  }

  var text: String {
    let first = """
      func counter() {
        var n = 0
        () => { n += 1; n }
      }
      var i0 = 1
      var i1 = 2
      var x0 = [1, 2]
      var x1 = [3]
      var x2 = [5, 6, 7]
      var r0 = {a: [1], b: 2}
      var r1 = {a: x0, b: 3}
      var t0 = tensor([1.0, 2.0])
      var t1 = tensor([3.0, 4.0])
      var w0 = parameter([1.0, 2.0])
      var o0 = sgd([w0], lr: 0.1)
      var k0 = counter()
      func f0(v) { v + i0 }
      func f1(v) { x0.append(v); len(x0) }
      """
    return ([first] + cells).map { "// %%\n" + $0 + "\n" }.joined(separator: "\n")
  }

  private mutating func i() -> String { "i\(below(2))" }
  private mutating func x() -> String { "x\(below(3))" }
  private mutating func r() -> String { "r\(below(2))" }
  private mutating func t() -> String { "t\(below(2))" }

  /// A statement, and the name that it declares.
  private mutating func statement() -> (text: String, name: String?) {
    func declaring(_ name: String, _ value: String) -> (String, String?) { ("var \(name) = \(value)", name) }
    let (a, b, c) = (x(), x(), i())
    let number = below(50)
    switch below(34) {
    case 0: return declaring(i(), "\(c) + \(number)")
    case 1: return ("\(i()) = \(c) * 2 % 1000 + \(number)", nil)
    case 2: return declaring(a, "[\(c), \(number)]")
    case 3: return a == b ? ("\(a)[0] = \(number)", nil) : declaring(a, b)
    case 4: return a == b ? ("\(a)[0] = \(number)", nil) : declaring(a, "[\(b), \(number)]")
    case 5, 6: return ("\(a)[0] = \(number)", nil)
    case 7, 8: return ("append(\(a), \(c))", nil)
    case 9: return ("\(a).append(\(number))", nil)
    case 10: return declaring(r(), "{a: \(a), b: \(c)}")
    case 11: return ("\(r()).b = \(number)", nil)
    case 12, 13: return ("\(r()).a.append(\(number))", nil)
    case 14: return ("func f0(v) { \(a).append(v); \(c) + v }", "f0")
    case 15: return ("func f1(v) { \(c) = \(c) + v; v }", "f1")
    case 16, 17: return ("print(f\(below(2))(\(number)))", nil)
    case 18: return ("print(random())", nil)
    case 19: return ("\(c) = int(random(0, 100))", nil)
    case 20: return ("seed(\(number))", nil)
    case 21: return declaring(t(), "tensor([\(number).0, 1.0])")
    case 22: return ("\(t())[0] = \(number).0", nil)
    case 23: return declaring("t1", "t0")
    case 24: return declaring("t1", "t0.reshape([2])")
    case 25: return ("\(t()) = randn([2])", nil)
    case 26, 27: return ("print(k0())", nil)
    case 28: return declaring("k0", "counter()")
    case 29: return ("for q in [1, 2] { \(a).append(q + \(number)) }", nil)
    case 30: return declaring("w0", "parameter([\(number).0, 2.0])")
    case 31: return declaring("o0", "sgd([w0], lr: 0.\(1 + number % 9))")
    case 32: return ("(w0 * w0).sum().backward()\no0.step()\no0.zero_grad()", nil)
    default: return ("let copied = copy(\(a))\ncopied.append(\(number))\nprint(copied)", "copied")
    }
  }

  private mutating func cell() -> String {
    var lines: [String] = []
    var declared: Set<String> = []
    for _ in 0..<(1 + below(4)) {
      let (text, name) = statement()
      if let name, !declared.insert(name).inserted { continue }
      lines.append(text)
    }
    let shown = ["i0", "i1", "x0", "x1", "x2", "r0", "r1", "t0", "t1", "w0", "o0.steps"]
    for _ in 0..<(1 + below(3)) { lines.append("print(\(shown[below(shown.count)]))") }
    return lines.joined(separator: "\n")
  }

  /// Another text. - Returns: what was done.
  mutating func edit() -> String {
    let at = below(max(cells.count, 1))
    switch below(7) {
    case 0:
      cells.insert(cell(), at: at)
      return "insert \(at)"
    case 1 where cells.count > 2:
      cells.remove(at: at)
      return "remove \(at)"
    case 2:
      let other = below(cells.count)
      cells.swapAt(at, other)
      return "swap \(at), \(other)"
    case 3:
      cells[at] = "// a word\n" + cells[at]
      return "comment \(at)"
    case 4:
      cells[at] += "\nprint(\(below(100)))"
      return "print in \(at)"
    default:
      cells[at] = cell()
      return "another \(at)"
    }
  }
}

/// Programs that copy values and then change them through one name or the other.
///
/// What a program has to print is found here, by a model of values of its own: lists, records and tensors as objects
/// that names, elements and views share. It stands in the program as `// expect: ` lines, so that a copy that shares
/// too much, or too little, is a finding.
struct FuzzCopies {
  /// A list, a record, a tensor, or a number that never changes.
  private final class Node {
    enum Content {
      case number(Int)
      case list([Node])
      case record([(name: String, value: Node)])
      case tensor(Numbers, View)
    }
    var content: Content
    init(_ content: Content) { self.content = content }
  }

  /// The numbers that tensors share.
  private final class Numbers {
    var values: [Int]
    init(_ values: [Int]) { self.values = values }
  }

  /// Which of the numbers a tensor shows: their places, in rows.
  private struct View {
    /// One row, without being a matrix, for a vector.
    var rows: [[Int]]
    var isVector: Bool
  }

  private var random: FuzzRandom
  private var names: [(name: String, node: Node)] = []
  private var lines: [String] = []
  private var expected: [String] = []
  private var count = 0

  init(seed: UInt64) { random = FuzzRandom(seed) }

  /// Numbers, lists, records and tensors as text, whatever `print` makes of them.
  private static let prelude = """
    func text(x) {
      if type(x) == "Tensor" { return str(x.to_list()) }
      if type(x) == "List" { return "[" + [text(y) for y in x].join(" ") + "]" }
      if type(x) == "Record" { return "{" + ["\\(k):" + text(v) for [k, v] in x.items()].join(" ") + "}" }
      str(x)
    }
    """

  mutating func program() -> String {
    if random.chance(12) { return models() }
    for _ in 0..<2 + random.below(3) { declare(literal(0)) }
    for _ in 0..<8 + random.below(24) {
      switch random.below(10) {
      case 0: declare(literal(0))
      case 1, 2, 3: declare(copied())
      case 4: declare(found())
      default: change()
      }
      if random.chance(25) { tell() }
    }
    tell()
    return FuzzCopies.prelude + "\n" + lines.joined(separator: "\n") + "\n"
      + expected.map { "// expect: \($0)\n" }.joined()
  }

  private mutating func declare(_ value: (text: String, node: Node)) {
    count += 1
    lines.append("let v\(count) = \(value.text)")
    names.append(("v\(count)", value.node))
  }

  private mutating func tell() {
    lines.append("print(\(names.map { "text(\($0.name))" }.joined(separator: ", ")))")
    expected.append(names.map { FuzzCopies.text($0.node) }.joined(separator: " "))
  }

  private static func text(_ node: Node) -> String {
    switch node.content {
    case .number(let number): return String(number)
    case .list(let items): return "[" + items.map(text).joined(separator: " ") + "]"
    case .record(let fields):
      return "{" + fields.map { "\($0.name):\(text($0.value))" }.joined(separator: " ") + "}"
    case .tensor(let numbers, let view):
      let rows = view.rows.map { row in
        "[" + row.map { String(numbers.values[$0]) }.joined(separator: ", ") + "]"
      }
      return view.isVector ? rows[0] : "[" + rows.joined(separator: ", ") + "]"
    }
  }

  // MARK: Values

  private mutating func number() -> (text: String, node: Node) {
    let value = random.below(100)
    return (String(value), Node(.number(value)))
  }

  /// - Parameter target: what the value will be put into, and must not hold.
  private mutating func literal(_ depth: Int, into target: Node? = nil) -> (text: String, node: Node) {
    switch random.below(depth > 3 ? 4 : 9) {
    case 0: return number()
    case 1:
      if let (name, node) = shared(with: target) { return (name, node) }
      return number()
    case 2, 3: return tensor()
    case 4, 5, 6:
      let items = (0..<random.below(4)).map { _ in literal(depth + 1, into: target) }
      return ("[\(items.map(\.text).joined(separator: ", "))]", Node(.list(items.map(\.node))))
    default:
      let fields = ["a", "b", "c"].prefix(random.below(4)).map { ($0, literal(depth + 1, into: target)) }
      return (
        "{\(fields.map { "\($0): \($1.text)" }.joined(separator: ", "))}",
        Node(.record(fields.map { (name: $0, value: $1.node) }))
      )
    }
  }

  private mutating func tensor() -> (text: String, node: Node) {
    let isVector = random.chance(50)
    let (rows, columns) = (isVector ? 1 : 1 + random.below(3), 1 + random.below(4))
    let values = (0..<rows * columns).map { _ in random.below(10) }
    let places = (0..<rows).map { row in (0..<columns).map { row * columns + $0 } }
    let node = Node(.tensor(Numbers(values), View(rows: places, isVector: isVector)))
    return ("tensor(\(FuzzCopies.text(node)))", node)
  }

  /// A name whose value does not reach `target`.
  private mutating func shared(with target: Node?) -> (String, Node)? {
    let free = names.filter { name in target.map { !FuzzCopies.reaches(name.node, $0) } ?? true }
    guard !free.isEmpty else { return nil }
    let chosen = free[random.below(free.count)]
    return (chosen.name, chosen.node)
  }

  private static func reaches(_ node: Node, _ target: Node) -> Bool {
    if node === target { return true }
    switch node.content {
    case .number, .tensor: return false
    case .list(let items): return items.contains { reaches($0, target) }
    case .record(let fields): return fields.contains { reaches($0.value, target) }
    }
  }

  /// Something that a name leads to: an element of an element, a row of a tensor.
  private mutating func found() -> (text: String, node: Node) {
    guard !names.isEmpty else { return number() }
    var (text, node) = names[random.below(names.count)]
    walk: while random.chance(60) {
      switch node.content {
      case .number: break walk
      case .list(let items):
        guard !items.isEmpty else { break walk }
        let place = random.below(items.count)
        text += "[\(random.chance(30) ? place - items.count : place)]"
        node = items[place]
      case .record(let fields):
        guard !fields.isEmpty else { break walk }
        let field = fields[random.below(fields.count)]
        text += random.chance(50) ? ".\(field.name)" : "[\"\(field.name)\"]"
        node = field.value
      case .tensor(let numbers, let view):
        (text, node) = seen(text, numbers, view)
      }
    }
    return (text, node)
  }

  /// A view of a tensor.
  private mutating func seen(_ text: String, _ numbers: Numbers, _ view: View) -> (text: String, node: Node) {
    func made(_ rows: [[Int]], _ isVector: Bool) -> Node {
      Node(.tensor(numbers, View(rows: rows, isVector: isVector)))
    }
    let (height, width) = (view.rows.count, view.rows[0].count)
    if view.isVector {
      let start = random.below(width)
      let end = start + 1 + random.below(width - start)
      switch random.below(3) {
      case 0: return ("\(text).reshape([1, \(width)])", made(view.rows, false))
      case 1: return ("\(text).unsqueeze(1)", made(view.rows[0].map { [$0] }, false))
      default: return ("\(text)[\(start)..<\(end)]", made([Array(view.rows[0][start..<end])], true))
      }
    }
    switch random.below(4) {
    case 0:
      let row = random.below(height)
      return ("\(text)[\(row)]", made([view.rows[row]], true))
    case 1:
      let column = random.below(width)
      return ("\(text)[:, \(column)]", made([view.rows.map { $0[column] }], true))
    case 2: return ("\(text).T", made((0..<width).map { column in view.rows.map { $0[column] } }, false))
    default:
      let start = random.below(height)
      return ("\(text)[\(start)...-1]", made(Array(view.rows[start...]), false))
    }
  }

  /// Something of its own, in one of the ways that there are.
  private mutating func copied() -> (text: String, node: Node) {
    let (text, node) = found()
    switch node.content {
    case .number: return ("copy(\(text))", node)
    case .list(let items):
      let ways = ["copy(\(text))", "\(text).copy()", "[..\(text)]", "\(text) + []", "[q for q in \(text)]"]
      return (random.pick(ways), Node(.list(items)))
    case .record(let fields):
      return (random.pick(["copy(\(text))", "{..\(text)}", "\(text).copy()"]), Node(.record(fields)))
    case .tensor(let numbers, let view):
      let values = view.rows.flatMap { $0 }.map { numbers.values[$0] }
      let width = view.rows[0].count
      let rows = view.rows.indices.map { row in (0..<width).map { row * width + $0 } }
      let ways = [
        "copy(\(text))", "\(text).copy()", "tensor(\(text))", "\(text) + 0", "tensor(\(text).to_list())",
      ]
      return (random.pick(ways), Node(.tensor(Numbers(values), View(rows: rows, isVector: view.isVector))))
    }
  }

  // MARK: Changes

  private mutating func change() {
    let (path, node) = found()
    switch node.content {
    case .number: return
    case .list(let items): changeList(path, node, items)
    case .record(let fields): changeRecord(path, node, fields)
    case .tensor(let numbers, let view): changeTensor(path, numbers, view)
    }
  }

  private mutating func changeList(_ path: String, _ node: Node, _ old: [Node]) {
    var items = old
    let value = literal(2, into: node)
    switch random.below(7) {
    case 0, 1:
      lines.append("\(path).append(\(value.text))")
      items.append(value.node)
    case 2:
      let place = random.below(items.count + 1)
      lines.append("\(path).insert(\(place), \(value.text))")
      items.insert(value.node, at: place)
    case 3 where !items.isEmpty:
      lines.append("\(path).pop()")
      items.removeLast()
    case 4 where random.chance(30):
      lines.append("clear(\(path))")
      items = []
    case 5:
      lines.append("\(path).extend([\(value.text), 7])")
      items += [value.node, Node(.number(7))]
    default:
      guard !items.isEmpty else { return }
      let place = random.below(items.count)
      lines.append("\(path)[\(place)] = \(value.text)")
      items[place] = value.node
    }
    node.content = .list(items)
  }

  private mutating func changeRecord(_ path: String, _ node: Node, _ old: [(name: String, value: Node)]) {
    var fields = old
    if random.chance(20), let first = fields.indices.randomElement(using: &random) {
      lines.append("\(path).remove(\"\(fields[first].name)\")")
      fields.remove(at: first)
    } else {
      let name = random.pick(["a", "b", "c", "d"])
      let value = literal(2, into: node)
      lines.append(
        random.chance(50) ? "\(path).\(name) = \(value.text)" : "\(path)[\"\(name)\"] = \(value.text)")
      if let place = fields.firstIndex(where: { $0.name == name }) {
        fields[place].value = value.node
      } else {
        fields.append((name, value.node))
      }
    }
    node.content = .record(fields)
  }

  private mutating func changeTensor(_ path: String, _ numbers: Numbers, _ view: View) {
    let value = 10 + random.below(90)
    let row = random.below(view.rows.count)
    let column = random.below(view.rows[0].count)
    switch random.below(3) {
    case 0:
      lines.append("\(path)[:] = \(value)")
      for place in view.rows.flatMap({ $0 }) { numbers.values[place] = value }
    case 1 where !view.isVector:
      lines.append("\(path)[\(row)] = \(value)")
      for place in view.rows[row] { numbers.values[place] = value }
    default:
      lines.append("\(path)[\(view.isVector ? "" : "\(row), ")\(column)] = \(value)")
      numbers.values[view.rows[row][column]] = value
    }
  }

  // MARK: Models

  /// A model, copies of it and of its parts; one of them is changed, and only what shares with it may look otherwise.
  private mutating func models() -> String {
    let isMixture = random.chance(70)
    let model =
      isMixture
      ? "mixture(clip0, words0, classes: [\"a\", \"b\", \"c\"], router: {\(random.pick(FuzzMethod.routers))}, seed: \(random.below(9)))"
      : random.pick([
        "coop(clip0, classes: [\"a\", \"b\", \"c\"], tokens: 2)",
        "coop(clip0, classes: [\"a\", \"b\", \"c\"], shared: false, tokens: 1)",
      ])
    var lines = [
      FuzzMethod.prelude, "let x = randn([3, 8], seed: 5)",
      "func text(m) { str([p.to_list() for p in m.parameters]) + str(m.logits(x).to_list()) + str(m.classes) }",
      "let m0 = \(model)",
    ]
    // Names that show the same model, as numbers of it.
    var models = [0]
    var changed: [String] = []
    for name in 1...2 + random.below(3) {
      let from = random.below(name)
      let isCopy = random.chance(75)
      lines.append(
        "let m\(name) = \(isCopy ? random.pick(["copy(m\(from))", "m\(from).copy()"]) : "m\(from)")")
      models.append(isCopy ? (models.max() ?? 0) + 1 : models[from])
    }
    for _ in 0..<1 + random.below(4) {
      let who = random.below(models.count)
      var ways = [
        "for p in m\(who).parameters { p.assign(p + 0.25) }",
        "m\(who).parameters[0].assign(m\(who).parameters[0] * 3 + 1)",
        "let _ = train(m\(who), on: data0.train, for: 2 steps, batch: 3, optimizer: sgd(lr: 0.5), schedule: constant(), quiet: true)",
        """
        for o in [adam(m\(who).parameters, lr: 0.1)] { m\(who).loss(split0.batch([0, 1, 2])).backward(); o.step() }
        """,
        "checkpoint(m\(who), \"c.safetensors\"); for p in m\(who).parameters { p.assign(p * 2 + 1) }",
      ]
      if isMixture {
        ways.append("m\(who).w.assign(m\(who).w + 1)")
        ways.append("for p in m\(who).prompts.parameters { p.assign(p * -2 + 1) }")
        ways.append("for p in m\(who).router.parameters { p.assign(p + 2) }; m\(who).w.assign(m\(who).w - 1)")
      }
      lines.append(
        "let before\(changed.count) = [\(models.indices.map { "text(m\($0))" }.joined(separator: ", "))]")
      lines.append(random.pick(ways))
      let same = models.indices.map { "text(m\($0)) == before\(changed.count)[\($0)]" }
      lines.append("print(\(same.joined(separator: ", ")))")
      changed.append(models.map { $0 == models[who] ? "false" : "true" }.joined(separator: " "))
    }
    return lines.joined(separator: "\n") + "\n" + changed.map { "// expect: \($0)\n" }.joined()
  }
}

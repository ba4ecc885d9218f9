/// Programs by the grammar: most of them parse, many go wrong while they run.
///
/// Expressions ask for a type and get it four times out of five, so that programs come far before something
/// does not fit.
struct ProgramGrammar {
  enum Want: CaseIterable {
    case any, int, float, string, list, record, function, range, bool, quantity, host
  }

  struct Callable {
    var name: String
    var parameters: [String]
  }

  /// A host object that the lines before the program make.
  struct Object {
    var name: String
    var fields: [String]
    var methods: [Callable]
  }

  var random: FuzzRandom
  let functions: [Callable]
  /// What host objects the session has: texts that make one.
  let hosts: [String]
  /// Host objects with names, and what their members are.
  let objects: [Object]
  /// What arguments of a name mostly are, where the type alone would never fit.
  let usual: [String: [String]]
  /// What is in scope, with the type that it probably has.
  private var names: [(name: String, type: Want)] = []
  private var budget = 0
  private var count = 0
  private var isInFunction = false

  init(
    seed: UInt64, functions: [Callable], hosts: [String], objects: [Object] = [],
    usual: [String: [String]] = [:]
  ) {
    random = FuzzRandom(seed)
    self.functions = functions
    self.hosts = hosts
    self.objects = objects
    self.usual = usual
  }

  mutating func program() -> String {
    budget = 30 + random.below(220)
    var lines = ["print(0)"]
    for _ in 0..<2 + random.below(10) {
      let line = random.chance(3) ? special() : statement(depth: 0)
      // Most programs go on after a mistake.
      lines.append(
        random.chance(60) && !line.hasPrefix("let") && !line.hasPrefix("var") && !line.hasPrefix("func")
          && !line.hasPrefix("use") && !line.hasPrefix("templates")
          ? "try {\n\(line)\n} catch e { print(e.code, e.message, e.line) }" : line)
    }
    return lines.joined(separator: random.chance(90) ? "\n" : "; ") + "\n"
  }

  // MARK: Statements

  private mutating func fresh() -> String {
    count += 1
    let name =
      random.chance(10) ? random.pick(["train", "on", "é", "x_1", "len", "map", "group"]) : "v\(count)"
    return name
  }

  private mutating func body(_ depth: Int) -> String {
    let kept = names
    var lines: [String] = []
    for _ in 0..<1 + random.below(3) { lines.append(statement(depth: depth + 1)) }
    names = kept
    return "{\n" + lines.joined(separator: "\n") + "\n}"
  }

  private mutating func statement(depth: Int) -> String {
    budget -= 1
    guard budget > 0, depth < 6 else { return "print(\(expression(.any, depth + 3)))" }
    switch random.below(24) {
    case 0, 1, 2, 3:
      let type = Want.allCases.randomElement(using: &random) ?? .any
      let value = expression(type, depth)
      let name = fresh()
      names.append((name, type))
      return "\(random.chance(70) ? "var" : "let") \(name) = \(value)"
    case 4:
      let op = random.pick(["=", "+=", "-=", "*=", "/=", "%=", "**=", "="])
      let type: Want = random.pick([.int, .float, .string, .list], or: .any)
      return "\(name(type)) \(op) \(expression(type, depth))"
    case 5:
      return "\(name(.list))[\(index(depth))] \(random.pick(["=", "+=", "*="])) \(expression(.any, depth))"
    case 6: return "\(name(.record)).\(field()) \(random.pick(["=", "+=", "="])) \(expression(.any, depth))"
    case 7: return "if \(expression(.bool, depth)) \(body(depth)) else \(body(depth))"
    case 8, 9:
      let source = expression(random.chance(50) ? .list : .range, depth)
      let kept = names
      let text = "for \(pattern()) in \(source) \(body(depth))"
      names = kept
      return text
    case 10:
      count += 1
      let counter = "n\(count)"
      let head =
        "var \(counter) = 0\nwhile \(expression(.bool, depth)) {\n\(counter) += 1\nif \(counter) > \(random.below(50)) { break }\n"
      let kept = names
      let inside = statement(depth: depth + 1)
      names = kept
      return head + inside + "\n}"
    case 11: return "try \(body(depth)) catch e \(body(depth))"
    case 12:
      let name = fresh()
      names.append((name, .function))
      let kept = names
      let wasInside = isInFunction
      isInFunction = true
      let text = "func \(name)(\(parameters(depth))) \(body(depth))"
      names = kept
      isInFunction = wasInside
      return text
    case 13:
      if !isInFunction { return "print(\(expression(.any, depth)))" }
      return random.chance(70) ? "return \(expression(.any, depth))" : "return"
    case 14:
      let value = expression(random.chance(50) ? .list : .record, depth)
      return "let \(pattern()) = \(value)"
    case 15: return "error(\(expression(.any, depth)))"
    case 16:
      let options = random.chance(50) ? " { a: \(expression(.any, depth)), \(field()) { b: 1 } }" : ""
      switch random.below(3) {
      case 0:
        return
          "train \(name()) on \(name()) for \(random.below(5)) \(random.pick(["epochs", "steps"]))\(options)"
      case 1: return "evaluate \(name()) on \(name())\(options)"
      default: return "show \(name())\(options)"
      }
    case 17: return "use {\(random.pick(["a", "b as c", "nothing"]))} from \"./m\(random.below(4)).moco\""
    case 18: return "use \"./m\(random.below(4)).moco\" as \(fresh())"
    case 19: return "print(\(expression(.any, depth)), \(expression(.string, depth)))"
    default: return expression(.any, depth)
    }
  }

  private mutating func pattern() -> String {
    func add(_ name: String, _ names: inout [(name: String, type: Want)]) -> String {
      names.append((name, .any))
      return name
    }
    switch random.below(6) {
    case 0: return "[\(add(fresh(), &names)), \(add(fresh(), &names))]"
    case 1: return "[\(add(fresh(), &names)), ..\(add(fresh(), &names))]"
    case 2: return "{a: \(add(fresh(), &names)), b}"
    case 3: return "[[\(add(fresh(), &names)), _], {a: \(add(fresh(), &names))}]"
    default: return add(fresh(), &names)
    }
  }

  private mutating func parameters(_ depth: Int) -> String {
    var hasDefault = false
    return (0..<random.below(4)).map { place in
      let name = "p\(place)"
      hasDefault = hasDefault || random.chance(30)
      let text = hasDefault ? "\(name) = \(expression(.any, depth + 3))" : name
      names.append((name, .any))
      return text
    }.joined(separator: ", ")
  }

  // MARK: Expressions

  private mutating func name(_ type: Want = .any) -> String {
    if names.isEmpty || random.chance(3) {
      return random.pick(["inf", "args", "pi", "print", random.chance(3) ? "e" : "nan"])
    }
    let fitting =
      type == .any || random.chance(15) ? names : names.filter { $0.type == type || $0.type == .any }
    return random.pick(fitting.map(\.name), or: names[random.below(names.count)].name)
  }

  private mutating func field() -> String {
    random.pick(["a", "b", "c", "len", "name", "start", "for", "message", "unit", "T", "shape", "self"])
  }

  private mutating func index(_ depth: Int) -> String {
    switch random.below(9) {
    case 0: return "\(expression(.int, depth + 2))..<\(expression(.int, depth + 2))"
    case 1: return ":"
    case 2: return "\(expression(.int, depth + 2)), \(random.pick([":", "0", "-1", "1...2"]))"
    case 3: return expression(.list, depth + 2)
    case 4: return expression(.range, depth + 2)
    case 5: return expression(.string, depth + 2)
    default: return expression(.int, depth + 2)
    }
  }

  mutating func expression(_ want: Want, _ depth: Int) -> String {
    budget -= 1
    let wanted = random.chance(94) ? want : Want.allCases.randomElement(using: &random) ?? .any
    guard budget > 0, depth < 7 else { return atom(wanted) }
    if !objects.isEmpty, random.chance(35) { return member(depth) }
    switch random.below(20) {
    case 0...4: return atom(wanted)
    case 5: return name(wanted)
    case 6: return "(\(expression(wanted, depth + 1)))"
    case 7: return call(depth)
    case 8: return "\(expression(random.chance(60) ? .list : .any, depth + 1)).\(method(depth))"
    case 9: return "\(expression(.list, depth + 1))[\(index(depth))]"
    case 10: return "\(name(.record)).\(field())"
    case 11:
      if random.chance(30) {
        return "(try \(body(depth + 1)) catch e { \(expression(wanted, depth + 1)) })"
      }
      return
        "(if \(expression(.bool, depth + 1)) { \(expression(wanted, depth + 1)) } else { \(expression(wanted, depth + 1)) })"
    case 12: return "\(expression(.any, depth + 1)) |> \(random.chance(8) ? call(depth) : method(depth))"
    case 13: return "(\(expression(wanted, depth + 1)) ?? \(expression(wanted, depth + 1)))"
    default: return made(wanted, depth)
    }
  }

  private mutating func made(_ want: Want, _ depth: Int) -> String {
    func op(_ texts: [String], _ random: inout FuzzRandom) -> String { random.pick(texts) }
    let next = depth + 1
    switch want {
    case .int, .float:
      if random.chance(15) { return "-\(expression(want, next))" }
      return
        "(\(expression(want, next)) \(op(["+", "-", "*", "/", "%", "**", "@"], &random)) \(expression(want, next)))"
    case .string:
      switch random.below(4) {
      case 0: return "\(expression(.string, next)) + \(expression(.string, next))"
      case 1: return "str(\(expression(.any, next)))"
      case 2: return "(\(expression(.string, next)) * \(expression(.int, next)))"
      default: return "\"a\\(\(interpolated(next)):\(format()))b\""
      }
    case .list:
      switch random.below(6) {
      case 0: return "[\(expression(.any, next)), \(expression(.any, next)), ..\(expression(.list, next))]"
      case 1:
        let kept = names
        let name = fresh()
        let source = expression(random.chance(50) ? .list : .range, next)
        names.append((name, .any))
        let text = "[\(expression(.any, next)) for \(name) in \(source) if \(expression(.bool, next))]"
        names = kept
        return text
      case 2: return "(\(expression(.list, next)) * \(expression(.int, next)))"
      case 3:
        return
          "\(random.pick(["map", "filter", "sorted", "reduce"]))(\(expression(.list, next)), \(expression(.function, next)))"
      default: return "[\(expression(.any, next)), \(expression(.any, next))]"
      }
    case .record:
      return random.chance(30)
        ? "{..\(expression(.record, next)), a: \(expression(.any, next))}"
        : "{a: \(expression(.any, next)), \"b c\": \(expression(.any, next)), \(field()): \(expression(.any, next))}"
    case .function:
      let kept = names
      names.append(("q", .any))
      let wasInside = isInFunction
      isInFunction = true
      let text: String
      switch random.below(5) {
      case 0: text = "(q => { \(statement(depth: depth + 3)); q })"
      case 1: text = "((q, r = 1) => \(expression(.any, next)))"
      case 2: text = "(q => \(name(.list)).append(q))"
      case 3: text = "(q => error(q))"
      default: text = "(q => \(expression(.any, next)))"
      }
      names = kept
      isInFunction = wasInside
      return text
    case .range:
      return random.chance(70)
        ? "(\(expression(.int, next))\(random.pick(["..<", "..."]))\(expression(.int, next)))"
        : "range(\(expression(.int, next)), \(expression(.int, next)), by: \(expression(.int, next)))"
    case .bool:
      let ops = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
      if random.chance(15) { return "(not \(expression(.bool, next)))" }
      let type: Want = random.pick([.int, .string, .list, .bool], or: .any)
      return "(\(expression(type, next)) \(op(ops, &random)) \(expression(type, next)))"
    case .quantity:
      return
        "(\(expression(.quantity, next)) \(op(["+", "-", "*", "/", "%"], &random)) \(expression(random.chance(50) ? .int : .quantity, next)))"
    case .host, .any:
      return
        "(\(expression(.any, next)) \(op(["+", "-", "*", "/", "%", "**", "@", "==", "<"], &random)) \(expression(.any, next)))"
    }
  }

  private mutating func interpolated(_ depth: Int) -> String {
    random.chance(60)
      ? atom(Want.allCases.randomElement(using: &random) ?? .any) : "(\(expression(.any, depth + 2)))"
  }

  private mutating func format() -> String {
    random.pick([
      ".3f", "e", "d", ">8", "<8", "^8", "*^9", "=+5", "+.2e", ",", "_", "x", "X", "#x", "b", "o", "c", "%",
      "g", ".0g", "s", "08.3f", "999", "99999999999999999999", ".99999999999", ".400f", "{}", "",
      "\\u{1F600}>5", "n", "é^3",
    ])
  }

  mutating func call(_ depth: Int) -> String {
    if functions.isEmpty || random.chance(15) { return "\(name(.function))(\(arguments(depth, [])))" }
    let function = functions[random.below(functions.count)]
    return "\(function.name)(\(arguments(depth, function.parameters)))"
  }

  private mutating func method(_ depth: Int) -> String {
    if functions.isEmpty || random.chance(5) { return "\(field())(\(arguments(depth, [])))" }
    let function = functions[random.below(functions.count)]
    return "\(function.name)(\(arguments(depth, Array(function.parameters.dropFirst()))))"
  }

  /// A field or a method of an object.
  private mutating func member(_ depth: Int) -> String {
    let object = objects[random.below(objects.count)]
    if random.chance(35) { return "\(object.name).\(random.pick(object.fields))" }
    guard !object.methods.isEmpty else { return object.name }
    let method = object.methods[random.below(object.methods.count)]
    return "\(object.name).\(method.name)(\(arguments(depth, method.parameters)))"
  }

  private mutating func arguments(_ depth: Int, _ parameters: [String]) -> String {
    let count = random.chance(98) ? min(3, parameters.count) : random.below(5)
    var parts: [String] = []
    var isNamed = false
    for place in 0..<count {
      let label = parameters.indices.contains(place) ? parameters[place] : ""
      let value: String
      if let texts = usual[label], random.chance(75) {
        value = random.pick(texts)
      } else {
        value = expression(wanted(label), depth + 1)
      }
      isNamed = !label.isEmpty && (isNamed || random.chance(8))
      parts.append(isNamed ? "\(label): \(value)" : value)
    }
    if random.chance(4) { parts.append("..\(expression(random.chance(50) ? .list : .record, depth + 1))") }
    return parts.joined(separator: ", ")
  }

  /// What arguments of that name mostly are.
  private func wanted(_ label: String) -> Want {
    switch label {
    case "xs", "lists", "values", "shape", "a", "b": return .list
    case "s", "separator", "old", "new", "prefix", "suffix", "characters", "path", "spec": return .string
    case "f", "by": return .function
    case "r": return .record
    case "n", "index", "start", "end", "digits", "base", "number", "axis", "k": return .int
    case "x": return hosts.isEmpty ? .any : .host
    default: return .any
    }
  }

  private mutating func atom(_ want: Want) -> String {
    switch want {
    case .int:
      return random.pick([
        "0", "1", "2", "3", "-1", "-2", "7", "100", "9223372036854775807",
        "(-9223372036854775807 - 1)", "4611686018427387904", "-9223372036854775807", "0xFFFF", "1_000",
        "65536", "31", "64",
      ])
    case .float:
      return random.pick([
        "0.0", "1.5", "-0.5", "1e300", "-1e300", "1e-300", "inf", "nan", "(-inf)", "0.1", "2.0",
        "9.3e18", "-0.0", "1e-5", "5e-324",
      ])
    case .string:
      return random.pick([
        "\"\"", "\"a\"", "\"abc def\"", "\"é数😀\"", "\"\\n\\t\\\"\"", "\"a,b,,c\"", "\"12\"", "\"-1.5e3\"",
        "\"\\u{0}\"", "\"\"\"\n  two\n  lines\n  \"\"\"", "\"0x1F\"", "\"e\\u{301}\"", "\" x \"",
        "\"f.json\"", "\"{}\"",
      ])
    case .list:
      return random.pick([
        "[]", "[1, 2, 3]", "[3, 1, 2]", "[\"b\", \"a\"]", "[[1, 2], [3, 4]]", "[nil, true]", "[1.5, 2]",
        "[{a: 1}, {a: 2}]", "[true, false, true]", "[[]]", "[0, -1]",
      ])
    case .record:
      return random.pick(["{}", "{a: 1}", "{a: 1, b: [2]}", "{\"x y\": 1}", "{a: {b: {c: 1}}}", "{len: 5}"])
    case .function:
      return random.pick([
        "(q => q)", "((q, r) => q)", "(q => q * 2)", "(() => 1)", "print", "len", "map", "str", "error",
        "(q => error(\"no\"))", "sorted", "((q, r) => q < r)", "help",
      ])
    case .range:
      return random.pick([
        "0..<3", "1...3", "0..<0", "5..<2", "-3...-1", "0..<9223372036854775807",
        "(-9223372036854775807 - 1)...9223372036854775807", "range(10, 0, by: -3)",
        "range(0, 9223372036854775807, by: 4611686018427387904)",
      ])
    case .bool: return random.pick(["true", "false", "true", random.chance(5) ? "nil" : "false"])
    case .quantity:
      return random.pick(["50 epochs", "1 epoch", "200 steps", "0 steps", "epochs(0.5)", "steps(1e300)"])
    case .host: return hosts.isEmpty ? "args" : random.pick(hosts)
    case .any:
      let kinds = Want.allCases.filter { $0 != .any }
      return random.chance(50) ? name() : atom(kinds[random.below(kinds.count)])
    }
  }
}

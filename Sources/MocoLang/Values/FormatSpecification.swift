// Python's format mini-language, as in `\(x:8.3f)`:
//
//   [[fill]align][sign][z][#][0][width][grouping][.precision][type]
//
// align `<` `>` `^` `=`, sign `+` `-` space, grouping `,` or `_`, type b c d e E f F g G n o s x X %.

import MocoBase

/// A parsed format, which can be used for any number of values.
package struct FormatSpecification {
  /// nil if the text has none.
  var fill: Unicode.Scalar?
  var align: Character?
  var sign: Character?
  var coercesNegativeZero = false
  var isAlternate = false
  var hasZero = false
  var width = 0
  var grouping: Character?
  var precision: Int?
  var type: Character?

  /// Parses a format, the text after the `:` of an interpolation.
  ///
  /// - Throws: E0312 if it is not a format, or has more than a thousand digits.
  package init(_ text: String) throws {
    var rest = Array(text.unicodeScalars)[...]
    func fail(_ why: String) -> Failure {
      Failure(
        "E0312", "the format \(StringText.quoted(text)) \(why)",
        help: "use a format such as .3f, 8.2f, >10, 05d, +.1e, .1%, or x")
    }
    func isAlign(_ scalar: Unicode.Scalar) -> Bool { "<>=^".unicodeScalars.contains(scalar) }
    if rest.count >= 2, isAlign(rest[rest.startIndex + 1]) {
      fill = rest.removeFirst()
      align = Character(rest.removeFirst())
    } else if let first = rest.first, isAlign(first) {
      align = Character(rest.removeFirst())
    }
    if let first = rest.first, "+- ".unicodeScalars.contains(first) { sign = Character(rest.removeFirst()) }
    if rest.first == "z" {
      coercesNegativeZero = true
      rest.removeFirst()
    }
    if rest.first == "#" {
      isAlternate = true
      rest.removeFirst()
    }
    if rest.first == "0" {
      hasZero = true
      rest.removeFirst()
    }
    func number() throws -> Int? {
      var value: Int?
      while let digit = rest.first, ("0"..."9").contains(digit) {
        let next = (value ?? 0) * 10 + Int(digit.value - 48)
        if next > 100_000 { throw fail("is too wide") }
        value = next
        rest.removeFirst()
      }
      return value
    }
    width = try number() ?? 0
    if let first = rest.first, first == "," || first == "_" { grouping = Character(rest.removeFirst()) }
    if rest.first == "." {
      rest.removeFirst()
      guard let digits = try number() else { throw fail("has no digits after the decimal point") }
      if digits > 1000 { throw fail("has too many digits after the decimal point") }
      precision = digits
    }
    if let first = rest.first {
      guard "bcdeEfFgGnosxX%".unicodeScalars.contains(first) else { throw fail("has no type '\(first)'") }
      type = Character(rest.removeFirst())
    }
    if !rest.isEmpty { throw fail("has text after its type") }
  }

  // MARK: Formatting

  /// A value formatted by the specification. Lists, records and other values are formatted as text, with
  /// width and alignment.
  ///
  /// - Throws: E0312 if the type, sign, grouping or precision does not match the value; E0405; errors of a
  ///   host object.
  package func format(_ word: Word, _ machine: Machine) throws -> String {
    switch word.tag {
    case .int: return try format(int: word.asInt, machine)
    case .float: return try format(float: word.asFloat)
    case .host:
      if let number = try word.pointer.hostBox.pointee.host.number() {
        switch number.kind {
        case .int(let value): return try format(int: value, machine)
        case .float(let value): return try format(float: value)
        default: break
        }
      }
      return try format(text: machine.text(word), machine.describeType(word))
    default:
      return try format(text: machine.text(word), machine.describeType(word))
    }
  }

  private func wrongType(_ what: String) -> Failure {
    Failure("E0312", "the format type '\(type.map(String.init) ?? "")' is not valid for \(what)")
  }

  private func refused(_ part: String, _ what: String) -> Failure {
    Failure("E0312", "'\(part)' in a format is not valid for \(what)")
  }

  /// Grouping is supported only for decimal numbers, and for binary, octal and hexadecimal ones only with
  /// `_`.
  private func checkGrouping(_ what: String) throws {
    guard let grouping, let type else { return }
    let fits = "deEfFgG%".contains(type) || grouping == "_" && "boxX".contains(type)
    if !fits { throw refused(String(grouping), "the type '\(type)' for \(what)") }
  }

  private func format(text: String, _ what: String) throws -> String {
    guard type == nil || type == "s" else { throw wrongType(what) }
    guard align != "=", grouping == nil else { throw wrongType(what) }
    if let sign { throw refused(String(sign), what) }
    if isAlternate { throw refused("#", what) }
    if coercesNegativeZero { throw refused("z", what) }
    var text = text
    if let precision { text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision))) }
    return pad(text, default: "<")
  }

  private func format(int value: Int, _ machine: Machine) throws -> String {
    try checkGrouping("an Int")
    switch type {
    case nil, "d", "n", "b", "o", "x", "X":
      if coercesNegativeZero { throw refused("z", "an Int") }
      guard precision == nil else {
        throw Failure(
          "E0312", "an Int has no digits after the decimal point", help: "write .\(precision ?? 0)f")
      }
      let radix = type == "b" ? 2 : type == "o" ? 8 : type == "x" || type == "X" ? 16 : 10
      var digits = String(value.magnitude, radix: radix, uppercase: type == "X")
      let size = radix == 10 ? 3 : 4
      if let grouping { digits = group(digits, by: size, grouping) }
      let prefix = isAlternate && radix != 10 ? "0" + String(type ?? "d") : ""
      return padNumber(signText(value < 0) + prefix, digits, groupsOf: size)
    case "c":
      guard let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code) else {
        throw Failure("E0312", "\(value) is not a Unicode scalar")
      }
      if let sign { throw refused(String(sign), "the type 'c'") }
      if isAlternate || coercesNegativeZero { throw refused(isAlternate ? "#" : "z", "the type 'c'") }
      if let precision { throw refused(".\(precision)", "the type 'c'") }
      return padNumber("", String(Character(scalar)))
    case "s": throw wrongType("an Int")
    default: return try format(float: Double(value))
    }
  }

  private func signText(_ isNegative: Bool) -> String {
    isNegative ? "-" : sign == "+" || sign == " " ? String(sign ?? " ") : ""
  }

  private func format(float value: Double) throws -> String {
    var isNegative = value.sign == .minus && !value.isNaN
    var body: String
    switch type {
    case nil, "f", "e", "%", "g", "E", "F", "G", "n": break
    default: throw wrongType("a Float")
    }
    try checkGrouping("a Float")
    if value.isNaN || value.isInfinite {
      body = value.isNaN ? "nan" : "inf"
      if type == "F" || type == "E" || type == "G" { body = body.uppercased() }
      if type == "%" { body += "%" }
      return padNumber(signText(isNegative), body)
    }
    let magnitude = value.magnitude
    switch type {
    case nil:
      body =
        precision.map {
          NumberText.significant(magnitude, $0, keepsPoint: true, keepsZeros: isAlternate)
        } ?? NumberText.float(magnitude)
    case "f", "F": body = NumberText.decimal(magnitude, precision ?? 6)
    case "e", "E":
      body = NumberText.scientific(magnitude, precision ?? 6)
      if type == "E" { body = body.uppercased() }
    case "g", "G", "n":
      body = NumberText.significant(magnitude, precision ?? 6, keepsZeros: isAlternate)
      if type == "G" { body = body.uppercased() }
    case "%":
      body = NumberText.decimal(magnitude * 100, precision ?? 6) + "%"
    default: throw wrongType("a Float")
    }
    if isAlternate { body = withPoint(body) }
    if coercesNegativeZero, !body.contains(where: { ("1"..."9").contains($0) }) { isNegative = false }
    if let grouping {
      let whole = body.prefix { $0.isNumber }
      body = group(String(whole), by: 3, grouping) + body.dropFirst(whole.count)
    }
    return padNumber(signText(isNegative), body)
  }

  private func group(_ digits: String, by size: Int, _ separator: Character) -> String {
    var out = ""
    let count = digits.count
    for (index, digit) in digits.enumerated() {
      if index > 0, (count - index) % size == 0 { out.append(separator) }
      out.append(digit)
    }
    return out
  }

  /// `5` as `5.`, `5e+00` as `5.e+00`: the effect of `#`.
  private func withPoint(_ body: String) -> String {
    guard !body.contains(".") else { return body }
    let whole = body.prefix { $0.isNumber }
    return whole + "." + body.dropFirst(whole.count)
  }

  /// The fill character: zeros after a `0`, unless the text names another one.
  private var filling: Unicode.Scalar { fill ?? (hasZero ? "0" : " ") }

  private func padNumber(_ sign: String, _ body: String, groupsOf size: Int = 3) -> String {
    guard (align ?? (hasZero ? "=" : ">")) == "=" else { return pad(sign + body, default: ">") }
    let missing = width - sign.unicodeScalars.count - body.unicodeScalars.count
    guard missing > 0 else { return sign + body }
    // The exponent of a Float and `inf` are not digits.
    let isDigit: (Character) -> Bool = size == 4 ? { $0.isHexDigit } : { $0.isNumber }
    let whole = body.prefix { isDigit($0) || $0 == grouping }
    guard let grouping, filling == "0", !whole.isEmpty else {
      return sign + String(repeating: Character(filling), count: missing) + body
    }
    // Zeros take part in the grouping.
    let tail = body.dropFirst(whole.count)
    let digits = String(whole.filter { $0 != grouping })
    var count = digits.count
    while sign.count + count + (count - 1) / size + tail.count < width { count += 1 }
    let filled = String(repeating: "0", count: count - digits.count) + digits
    return sign + group(filled, by: size, grouping) + tail
  }

  private func pad(_ text: String, default standard: Character) -> String {
    let missing = width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    let fill = Character(filling)
    let left: Int
    switch align ?? standard {
    case "<": left = 0
    case "^": left = missing / 2
    default: left = missing
    }
    return String(repeating: fill, count: left) + text + String(repeating: fill, count: missing - left)
  }
}

extension Machine {
  /// A value as `print` writes it.
  ///
  /// - Throws: E0405 for a text that is too long, E0406 if interrupted, errors of a host object.
  package func text(_ word: Word) throws -> String {
    var writer = TextWriter(machine: self)
    try writer.write(word)
    return writer.text
  }
}

/// Character references of HTML, resolved in the two ways that CLIP's text cleaning needs.
///
/// Source: HTML Living Standard, sections "Named character references" and "Numeric character reference end
/// state".
struct HTMLReferences {
  let tables: TextTables

  /// Resolves as a browser does: semicolons may be missing, the longest known name counts, and a number that
  /// is not a character becomes U+FFFD or nothing.
  func resolved(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("&") else { return text }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == "&", let (replacement, length) = reference(text[(index + 1)...]) {
        result.append(contentsOf: replacement)
        index += 1 + length
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// Resolves only unambiguous references: `&name;` and `&#number;` with their semicolon and at most 24 letters
  /// or digits. Names in capitals mean the capital letter (`&EACUTE;` is É).
  func resolvedStrictly(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("&") else { return text }
    var text = text
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == "&", let end = strictEnd(text, from: index + 1),
        let replacement = strictReference(Array(text[(index + 1)..<end]))
      {
        if replacement == ["&"] {
          // `&amp;amp;lt;`: continuing from the new ampersand keeps a long chain of them linear.
          index = end - 1
          text[index] = "&"
        } else {
          result.append(contentsOf: replacement)
          index = end
        }
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  // MARK: As a browser

  /// The meaning of the text after an ampersand, and its length; nil if it is not a reference.
  private func reference(_ text: ArraySlice<Unicode.Scalar>) -> ([Unicode.Scalar], Int)? {
    if text.first == "#" { return numeric(text) }
    var name: [Unicode.Scalar] = []
    for scalar in text.prefix(32) {
      if HTMLReferences.endsName(scalar) { break }
      name.append(scalar)
    }
    guard !name.isEmpty else { return nil }
    let next = text.dropFirst(name.count).first
    if next == ";" {
      var key = HTMLReferences.string(name[...])
      key += ";"
      if let known = tables.references[key] { return (known, name.count + 1) }
    }
    var length = name.count
    while length > 1 {
      if let known = tables.references[HTMLReferences.string(name[..<length])] { return (known, length) }
      length -= 1
    }
    return nil
  }

  private static func endsName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\u{0C}", " ", "<", "&", "#", ";": true
    default: false
    }
  }

  private func numeric(_ text: ArraySlice<Unicode.Scalar>) -> ([Unicode.Scalar], Int)? {
    var digits = text.dropFirst()
    var radix: UInt32 = 10
    var length = 1
    if let mark = digits.first, mark == "x" || mark == "X" {
      radix = 16
      digits = digits.dropFirst()
      length += 1
    }
    var value: UInt32 = 0
    var count = 0
    for scalar in digits {
      guard scalar.isASCII, let digit = Character(scalar).hexDigitValue, digit < Int(radix) else { break }
      // Anything above the last code point means the same.
      value = min(value * radix + UInt32(digit), 0x110000)
      count += 1
    }
    guard count > 0 else { return nil }
    length += count
    if digits.dropFirst(count).first == ";" { length += 1 }
    return (HTMLReferences.character(value), length)
  }

  private static func character(_ code: UInt32) -> [Unicode.Scalar] {
    switch code {
    case 0, 0xD800...0xDFFF, 0x110000...: return ["\u{FFFD}"]
    case 0x80...0x9F: return [Windows1252.character(code)]
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
    case _ where code & 0xFFFE == 0xFFFE: return []
    default: return Unicode.Scalar(code).map { [$0] } ?? []
    }
  }

  // MARK: Strictly

  /// The position after the semicolon of the text after an ampersand, if it has the strict form.
  private func strictEnd(_ text: [Unicode.Scalar], from start: Int) -> Int? {
    var index = start
    if index < text.count && text[index] == "#" { index += 1 }
    let first = index
    while index < text.count, text[index].isASCII, text[index].properties.isAlphabetic || isDigit(text[index])
    {
      index += 1
    }
    guard index > first, index - first <= 24, index < text.count, text[index] == ";" else { return nil }
    return index + 1
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

  private func strictReference(_ body: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    if body.first == "#" {
      let result = resolved(["&"] + body)
      return result.contains(";") ? nil : result
    }
    let name = HTMLReferences.string(body[...])
    if let known = tables.references[name] { return known }
    // In capitals: only if a browser would not read it differently.
    guard name == name.uppercased(), let known = tables.references[name.lowercased()] else { return nil }
    let whole = ["&"] + body
    guard resolved(whole) == whole else { return nil }
    return known.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }
}

/// The codes 0x80 to 0x9F in Windows' western code page; the five unassigned ones stay unchanged.
enum Windows1252 {
  private static let table: [Unicode.Scalar] = [
    "\u{20AC}", "\u{81}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{02C6}", "\u{2030}", "\u{0160}", "\u{2039}", "\u{0152}", "\u{8D}", "\u{017D}", "\u{8F}",
    "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}", "\u{0153}", "\u{9D}", "\u{017E}", "\u{0178}",
  ]

  /// `code` must be in 0x80…0x9F; anything else becomes U+FFFD.
  static func character(_ code: UInt32) -> Unicode.Scalar {
    guard code >= 0x80, code <= 0x9F else { return "\u{FFFD}" }
    return table[Int(code - 0x80)]
  }

  /// The byte for a character in Windows-1252, or in Latin-1 if Windows-1252 has none.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    if scalar.value < 0x100 { return UInt8(scalar.value) }
    return table.firstIndex(of: scalar).map { UInt8(0x80 + $0) }
  }
}

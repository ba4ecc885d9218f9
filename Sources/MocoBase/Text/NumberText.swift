// Numbers as text.

/// Numbers as printed by programs, with the same digits on every machine.
package enum NumberText {
  /// A Float as Python's `repr` writes it: the shortest digits that read back unchanged, plain from 1e-4 up to
  /// 1e16, always with a point or an exponent of two digits.
  package static func float(_ value: Double) -> String { float(value, digits: Int.max) }

  /// The same with at most a number of significant digits, rounded half up.
  package static func float(_ value: Double, digits most: Int) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    var (digits, exponent) = shortest(value.magnitude)
    if digits.count > max(most, 1) { round(&digits, &exponent, to: max(most, 1)) }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    var out: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    if exponent < -4 || exponent >= 16 {
      out.append(digits[0])
      if digits.count > 1 {
        out.append(UInt8(ascii: "."))
        out += digits[1...]
      }
      out.append(UInt8(ascii: "e"))
      out.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
      let size = String(exponent.magnitude)
      if size.utf8.count < 2 { out.append(UInt8(ascii: "0")) }
      out += size.utf8
    } else if exponent < 0 {
      out += Array("0.".utf8)
      out += Array(repeating: UInt8(ascii: "0"), count: -exponent - 1)
      out += digits
    } else {
      let whole = exponent + 1
      if digits.count <= whole {
        out += digits
        out += Array(repeating: UInt8(ascii: "0"), count: whole - digits.count)
        out += Array(".0".utf8)
      } else {
        out += digits[..<whole]
        out.append(UInt8(ascii: "."))
        out += digits[whole...]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func round(_ digits: inout [UInt8], _ exponent: inout Int, to count: Int) {
    let isUp = digits[count] >= UInt8(ascii: "5")
    digits.removeLast(digits.count - count)
    guard isUp else { return }
    var place = count - 1
    while place >= 0, digits[place] == UInt8(ascii: "9") {
      digits[place] = UInt8(ascii: "0")
      place -= 1
    }
    if place >= 0 {
      digits[place] += 1
    } else {
      digits = [UInt8(ascii: "1")]
      exponent += 1
    }
  }

  /// The shortest digits of a positive finite number and the decimal exponent of the first: 1500.0 is (15,
  /// 3).
  private static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    let text = Array(value.description.utf8)
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte == UInt8(ascii: ".") {
        point = digits.count
      } else if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: text[(at + 1)...], as: UTF8.self)) ?? 0
        break
      } else {
        digits.append(byte)
      }
      at += 1
    }
    exponent += (point ?? digits.count) - 1
    var leading = 0
    while leading < digits.count - 1, digits[leading] == UInt8(ascii: "0") { leading += 1 }
    return (Array(digits[leading...]), exponent - leading)
  }
}

extension NumberText {
  /// The double that the shortest text of a 32-bit number is read as; whole numbers stay exact.
  package static func widened(_ value: Float) -> Double {
    let exact = Double(value)
    return exact.isFinite && exact != exact.rounded() ? Double(value.description) ?? exact : exact
  }
}

extension NumberText {
  /// `1 epoch`, `2 epochs`.
  package static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

import Foundation
import MocoBase
import Testing

/// Numbers with so many digits, against what C writes.
@Suite struct NumberTextTests {
  /// Numbers of all sizes, many of them a half between two neighbours.
  private static let numbers: [Double] = {
    var random = Philox(seed: 1, stream: "numbers as text")
    var numbers: [Double] = [
      0, -0.0, 0.5, 1.5, 2.5, 61.25, 0.03125, 0.615, 1.005, 57.85, 1e15, 1e16, 1e21, .leastNonzeroMagnitude,
    ]
    for _ in 0..<2000 {
      let sign = random.nextDouble() < 0.5 ? -1.0 : 1.0
      numbers.append(sign * pow(10, 24 * random.nextDouble() - 8))
      numbers.append(sign * Double(random.nextInt(below: 1 << 20)) / 1024)
      numbers.append(sign * Double(random.nextInt(below: 20_000)) * 100 / 2000)
    }
    return numbers
  }()

  /// `-0.00` is written without its sign.
  private func unsigned(_ text: String) -> String {
    text.contains { ("1"..."9").contains($0) } || !text.hasPrefix("-") ? text : String(text.dropFirst())
  }

  @Test(arguments: [0, 1, 2, 3, 4, 9, 12]) func digitsAfterThePoint(_ digits: Int) {
    for number in Self.numbers {
      let expected = unsigned(String(format: "%.\(digits)f", number))
      #expect(NumberText.decimal(number, digits) == expected)
      if abs(number) < 1e16 { #expect(NumberText.fixed(number, digits) == expected) }
      #expect(NumberText.scientific(number, digits) == String(format: "%.\(digits)e", number))
    }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 17]) func significantDigits(_ digits: Int) {
    for number in Self.numbers {
      let expected = String(format: "%.\(digits)g", number)
      #expect(NumberText.significant(number, digits) == (number == 0 ? "0" : expected))
      let isWhole = number == number.rounded() && abs(number) < 1e15
      #expect(
        NumberText.short(number, digits) == (isWhole ? unsigned(String(format: "%.0f", number)) : expected))
    }
  }

  @Test func numbersWithoutDigits() {
    for text in [NumberText.fixed, NumberText.decimal, NumberText.scientific, NumberText.trimmed] {
      #expect([Double.nan, .infinity, -.infinity].map { text($0, 3) } == ["nan", "inf", "-inf"])
    }
    #expect(NumberText.short(.nan) == "nan" && NumberText.significant(-.infinity, 3) == "-inf")
    #expect(NumberText.fixed(1e16, 4) == "1e+16" && NumberText.fixed(-2.5e300, 0) == "-2.5e+300")
    #expect(NumberText.fixed(.greatestFiniteMagnitude, Int.max).hasSuffix("e+308"))
    #expect(NumberText.fixed(1, -3) == "1" && NumberText.significant(12, -1) == "1e+01")
  }

  @Test func zerosAtTheEnd() {
    #expect(NumberText.trimmed(61.2, 2) == "61.2" && NumberText.trimmed(100, 2) == "100")
    #expect(NumberText.trimmed(-0.001, 2) == "0" && NumberText.trimmed(1e20, 2) == "1e+20")
    #expect(NumberText.significant(61, 4, keepsPoint: true) == "61.0")
    #expect(NumberText.significant(61, 4, keepsZeros: true) == "61.00")
    #expect(NumberText.significant(6.1e-7, 3, keepsZeros: true) == "6.10e-07")
  }

  /// A report, a tensor, a figure and a program's format round the same number to the same text.
  @Test func allRoundAlike() throws {
    for number in [61.25, 0.03125, 2.5, 0.28125] {
      #expect(
        NumberText.fixed(number, 4).hasPrefix(SignificantDigits.text(Float(number), digits: 4).prefix(5)))
    }
    #expect(SignificantDigits.text(0.03125, digits: 3) == "0.031" && NumberText.fixed(61.25, 1) == "61.2")
  }
}

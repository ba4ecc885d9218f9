import MocoLang
import Testing

/// Values that settings have, and what a text means beside them.
@Suite struct SettingValueTests {
  private func read(_ text: String, _ known: [SettingValue]) -> SettingValue? {
    SettingValue.reading(text, like: known, .plain)
  }

  @Test func aTextIsReadAsTheValuesBesideItAre() {
    #expect(read("3", [.int(1), .int(2)]) == .int(3))
    #expect(read("3", [.float(0.5)]) == .float(3))
    #expect(read("3", [.string("a")]) == .string("3"))
    #expect(read("3", [.string("a"), .int(1)]) == .int(3))
    #expect(read("0.10", [.float(0.1)]) == .float(0.1))
    #expect(read("-2", [.int(1)]) == .int(-2))
    #expect(read("a b", [.string("x")]) == .string("a b"))
    #expect(read("\"a b\"", [.string("x")]) == .string("a b"))
    #expect(read("true", [.bool(false)]) == .bool(true))
    #expect(read("nil", [.int(1), .none]) == SettingValue.none)
    #expect(read("[1, 2]", [.list([.int(3)])]) == .list([.int(1), .int(2)]))
  }

  @Test func anotherTypeIsRefused() {
    #expect(read("x", [.int(1)]) == nil)
    #expect(read("0.5", [.int(1)]) == nil)
    #expect(read("nil", [.int(1)]) == nil)
    #expect(read("1", [.bool(true)]) == nil)
    #expect(read("1 + 1", [.int(1)]) == nil)
    #expect(read("", [.int(1)]) == nil)
  }

  @Test func whatIsWrittenReadsBack() {
    let values: [SettingValue] = [
      .none, .bool(true), .int(-7), .int(.max), .int(.min), .float(0.1), .float(1e300), .float(-2),
      .string("a \"b\" \\(c)"),
      .list([.int(1), .string("x"), .list([])]), .record([.init(name: "lr", value: .float(0.1))]),
    ]
    for value in values { #expect(SettingValue.literal(value.source, .plain) == value, "\(value.source)") }
  }
}

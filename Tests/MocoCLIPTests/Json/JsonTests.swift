import MocoBase
import Testing

@Suite struct JsonTests {
  @Test func valuesReadBack() throws {
    let text = #"{"b": [1, -2, 3.5, 1e-05, true, null], "a": {"x": "é\n\"\\", "empty": [], "none": {}}}"#
    let value = try Json.parse(text)
    #expect(value["b"]?[0] == 1 && value["b"]?[2] == 3.5 && value["b"]?[3]?.doubleValue == 1e-5)
    #expect(value.objectValue?.keys == ["b", "a"])
    #expect(try Json.parse(value.serialized()) == value)
    #expect(try Json.parse(value.serialized(indent: 2)) == value)
    #expect(try Json.parse(value.serialized()).objectValue?.keys == ["b", "a"])
  }

  @Test func wholeNumbersStayExact() throws {
    #expect(try Json.parse("9223372036854775807") == .int(.max))
    #expect(try Json.parse("-9223372036854775808") == .int(.min))
    #expect(try Json.parse("3.0") == .double(3))
    #expect(try Json.parse("3.0").intValue == 3)
    #expect(try Json.parse("9223372036854775808").intValue == nil)
  }

  @Test func escapes() throws {
    #expect(try Json.parse(#""\u00e9\ud83d\ude00\/\b\f""#).stringValue == "é😀/\u{8}\u{c}")
    #expect(try Json.parse(#""\ud83dx""#).stringValue == "\u{FFFD}x")
    #expect(try Json.parse(#""\ud83d\u0041""#).stringValue == "\u{FFFD}A")
  }

  @Test func whatIsNoNumberIsNull() {
    #expect(Json.array([.double(.nan), .double(.infinity)]).serialized() == "[null, null]")
  }

  @Test(arguments: [
    "", "  ", "{", "[", "[1,", "[1 2]", #"{"a" 1}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":1,"a":2}"#, "\"abc",
    "\"\\x\"",
    "\"\\u12\"", "01", "-", "1.", "1e", "1e999", "tru", "nul", "[1]]", "\"\n\"", "+1", ".5", "NaN",
  ])
  func malformed(_ text: String) {
    #expect(errorCode { _ = try Json.parse(text, name: "x.json") } == "E0502")
    #expect(errorMessage { _ = try Json.parse(text, name: "x.json") }.contains("x.json"))
  }

  @Test func placeIsNamed() {
    #expect(errorMessage { _ = try Json.parse("{\n  \"a\": x}") }.contains("line 2, column 8"))
  }

  @Test func bytesThatAreNoText() {
    #expect(errorCode { _ = try Json.parse([0x22, 0xFF, 0x22]) } == "E0502")
    #expect(errorCode { _ = try Json.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) } == "E0502")
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try Json.parse(nested(Json.depthLimit))
    #expect(errorMessage { _ = try Json.parse(nested(Json.depthLimit + 1)) }.contains("nested"))
    #expect(errorCode { _ = try Json.parse(String(repeating: "[", count: 1_000_000)) } == "E0502")
    #expect(errorCode { _ = try Json.parse(String(repeating: "{\"a\":", count: 200_000)) } == "E0502")
  }

  @Test func membersCanBeReplacedAndRemoved() {
    var object = JsonObject([("a", 1), ("b", 2), ("c", 3)])
    object["b"] = 5
    object["a"] = nil
    #expect(Json.object(object).serialized() == #"{"b": 5, "c": 3}"#)
    object["c"] = 6
    #expect(object["c"] == 6 && object.count == 2)
  }
}

import MocoCLIP
import Testing

@Suite struct MojibakeTests {
  @Test(arguments: [
    ("cafÃ©", "café"), ("â€™tis", "’tis"), ("Ã©tude in Ã¢ge", "étude in âge"), ("naÃ¯ve 日本", "naïve 日本"),
    ("ðŸ˜€", "😀"), ("lost \u{FFFD}", "lost \u{FFFD}"), ("Â½", "½"), ("cafÃ\u{A9}", "café"),
  ])
  func whatWasReadWronglyIsFound(_ text: String, _ meant: String) {
    #expect(Mojibake.repaired(text) == meant)
  }

  @Test(arguments: [
    "café", "naïve", "Ångström", "½ cup", "cat", "", "日本", "Ã", "São Paulo", "a – b", "“x”", "€5", "😀",
    "Αθήνα",
  ])
  func whatIsRightStays(_ text: String) {
    #expect(Mojibake.repaired(text) == nil)
  }
}

import Testing

/// A module as an argument of functions that are written in Swift: it is not a record without fields.
@Suite struct ModuleValueTests {
  @Test func moduleIsNoRecord() {
    let output = printed(
      """
      use templates
      for f in [to_json, zeros, clip_model, tensor, table, x => write_json("never.json", x)] {
        print(try { f(templates) } catch e { e.code + " " + e.message })
      }
      print(type(templates), "\\(templates)")
      """, in: librarySession())
    #expect(
      output == """
        E0303 JSON cannot represent a Module
        E0303 'shape' must be a List of Ints such as [2, 3], not a Module
        E0303 clip_model expects a Record for 'config', not a Module
        E0303 'values' must be a tensor, a number or a list of numbers, not a Module
        E0303 table expects a list of records, a list of lists, or a record of lists for 'rows', not a Module
        E0303 JSON cannot represent a Module
        Module <module templates>

        """)
  }
}

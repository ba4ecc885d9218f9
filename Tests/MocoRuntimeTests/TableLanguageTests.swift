import Foundation
import MocoTestSupport
import Testing

/// Tables and lines as programs read and write them.
@Suite struct TableLanguageTests {
  private func run(_ program: String) throws -> String {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return printed("let f = \"\(folder)/t.csv\"\n" + program)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let output = try run(
      #"""
      let rows = [
        {name: "a, b", n: 1, x: 0.1, note: ""},
        {name: "c \"d\"\r\ne", n: -20, x: 1e300, note: "007"},
        {name: " f;\tg ", n: 3, x: 2.0, note: "12"},
        {name: "é", n: 4, x: nan, note: nil},
      ]
      write_csv(f, rows)
      let back = read_csv(f, numbers: true)
      print(back[0..<3] == rows[0..<3], back[3].name, back[3].note, back[3].x)
      for d in [";", "\t"] { write_csv(f, rows, delimiter: d); print(read_csv(f, numbers: true)[0..<3] == rows[0..<3]) }
      let texts = read_csv(f)
      print(texts[1].n, texts[1].note, texts[3].note == "")
      write_csv(f, texts)
      print(read_csv(f) == texts)
      write_csv(f, [[1, "x"], [2, "y"]])
      print(read_csv(f, header: false, numbers: true), read_text(f))
      """#)
    #expect(
      output == """
        true é nil nan
        true
        true
        -20 007 true
        true
        [[1, "x"], [2, "y"]] 1,x
        2,y


        """)
  }

  @Test func numbersByColumn() throws {
    let output = try run(
      #"""
      write_text(f, "\u{FEFF}id;n;x;zip;empty\r\n7;1;1,5;01;\r\n8;;2;02;\r\n")
      print(read_csv(f, numbers: true))
      print(read_csv(f))
      """#)
    #expect(
      output == """
        [{id: 7, n: 1, x: "1,5", zip: "01", empty: nil}, {id: 8, n: nil, x: "2", zip: "02", empty: nil}]
        [{id: "7", n: "1", x: "1,5", zip: "01", empty: ""}, {id: "8", n: "", x: "2", zip: "02", empty: ""}]

        """)
  }

  @Test func wrongTablesAreNamed() throws {
    let output = try run(
      #"""
      func check(text) { write_text(f, text); try { read_csv(f) } catch e { print(e.code, e.message.split("t.csv")[1]) } }
      check("a,b\n1,2\n3\n")
      check("a,a\n1,2\n")
      check("a,b\n1,\"2\n")
      try { write_csv(f, [{a: 1}, {b: 2}]) } catch e { print(e.code, e.message) }
      try { write_csv(f, [{a: [1]}]) } catch e { print(e.code, e.message) }
      try { write_csv(f, [3]) } catch e { print(e.code, e.message) }
      try { read_csv(f, delimiter: "|") } catch e { print(e.code) }
      write_text(f, "")
      print(read_csv(f), read_lines(f))
      write_text(f, "one\r\ntwo\n\nthree\rfour")
      print(read_lines(f))
      """#)
    #expect(
      output == """
        E0517 :3: expected 2 columns, found 1
        E0517 :1: duplicate column "a"
        E0517 :2: a quoted field is not closed
        E0303 row 1 has other fields than the first
        E0303 row 0 contains a value that a table cannot store
        E0303 row 0 is Int
        E0305
        [] []
        ["one", "two", "", "three", "four"]

        """)
  }

  @Test func splitsAndColumnsOfDataSets() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (place, name) in ["one/a/1", "one/b/1", "two/a/1", "two/b/1"].enumerated() {
      let path = "\(folder)/photos/\(name).png"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: Repository.fixture("golden/preprocess/\(place % 2).png"), toPath: path)
    }
    let output = printed(
      #"""
      let d = dataset("\#(folder)/photos", split: {train: "one", test: ["two"]})
      print(d.splits, d.classes, d.train.counts)
      write_csv("\#(folder)/l.csv", [{bild: "photos/one/a/1.png", art: "x", farbe: "r"}, {bild: "photos/one/b/1.png", art: "y", farbe: "s"}])
      try { dataset("\#(folder)/l.csv") } catch e { print(e.code) }
      print(dataset("\#(folder)/l.csv", columns: {label: "art"}).classes)
      try { dataset("\#(folder)/photos", split: {train: "one", test: 0.5}) } catch e { print(e.code) }
      try { dataset("\#(folder)/photos", columns: {label: "art"}) } catch e { print(e.code) }
      try { dataset("fashion", split: {train: 1.0}) } catch e { print(e.code) }
      print(d.few_shot(5, short: "all").train.counts)
      try { d.few_shot(5) } catch e { print(e.code) }
      try { d.few_shot(5, short: "some") } catch e { print(e.code) }
      """#)
    #expect(
      output == """
        ["train", "test"] ["a", "b"] {a: 1, b: 1}
        E0517
        ["x", "y"]
        E0303
        E0519
        E0519
        {a: 1, b: 1}
        E0515
        E0305

        """)
  }
}

import Foundation
import Glibc
import Testing

/// Figures as programs make and save them.
@Suite struct FigureLanguageTests {
  private func run(_ program: String) throws -> [Substring] {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return printed("let d = \"\(folder)\"\n" + program).split(separator: "\n")
  }

  private func refusals(_ calls: [String]) throws -> [Substring] {
    try run(
      calls.map { "try { \($0); print(\"fine\") } catch e { print(e.code, e.message) }" }.joined(
        separator: "\n"))
  }

  @Test func kinds() throws {
    let output = try run(
      """
      let s = plot.scatter([1, 2, 3], [2, 4, nil])
      let h = plot.histogram(randn([50, 4]), bins: 5)
      print(s.kind, h.kind, plot.row([s, h]).kind, plot.grid([s, h, s], columns: 2).kind, plot.line([1]).kind)
      print(plot.scatter(zeros([4, 2])).kind, plot.scatter({a: [[0, 1]], b: [[2, 3], [4, 5]]}).kind)
      print(plot.scatter([[0, 0], [1, 2]], groups: ["x", 3]).text.contains("■ x   ■ 3"))
      print(plot.histogram({a: [1, 2], b: [2, 2.5]}, range: 0..<4, title: "t").title, plot.histogram([]).text)
      print(plot.histogram([true, false, true], bins: 2).text.contains("1.0 │"))
      print(plot.line([0.5, 0.7], x: [1, 16], error: 0.1, ticks: "points").text.contains("16"))
      print(plot.line({a: [1, 2], b: [2, 3]}, error: {a: [0.1, nil]}, ticks: [0, 0.5, 1]).kind)
      print(plot.line([1, 2], low: [0, 1], high: [2, 3]).svg().contains("fill-opacity"))
      """)
    #expect(
      output == [
        "scatter histogram grid grid line", "scatter scatter", "true", "t (no data)", "true", "true", "line",
        "true",
      ])
  }

  @Test func whatIsRefused() throws {
    let output = try refusals([
      "plot.scatter([1, 2], [1])", "plot.scatter([1, 2])", "plot.scatter([[1, 2, 3]])",
      "plot.scatter(\"a\", [1])",
      "plot.scatter([[0, 0]], groups: [1, 2])", "plot.scatter({a: [[0, 0]]}, groups: [1])",
      "plot.histogram([1], bins: 0)", "plot.histogram([1], bins: [1, 0])",
      "plot.histogram([1], bins: [0, 1], range: [0, 1])",
      "plot.histogram(\"abc\")", "plot.row([])", "plot.grid([plot.line([1])], columns: 0)", "plot.row([1])",
      "plot.line([1, 2], x: [1])", "plot.line([1, 2], error: [1])", "plot.line([1, 2], error: -1)",
      "plot.line([1, 2], low: [0, 0])", "plot.line([1, 2], low: [0, 0], high: [1, -1])",
      "plot.line([1, 2], error: 1, low: [0, 0], high: [1, 1])",
      "plot.line({mixture: [1]}, error: {mixtur: [1]})",
      "plot.line([1, 2], ticks: \"all\")",
      "let r = plot.row([plot.line([1])]); let s = plot.row([r]); let t = plot.row([s]); let u = plot.row([t]); plot.row([u])",
    ])
    #expect(
      output == [
        "E0205 length mismatch: 'x' has 2 numbers, 'y' has 1",
        "E0303 scatter expects pairs of numbers, or 'y' too for 'x', not a List",
        "E0303 scatter expects pairs of numbers, or 'y' too for 'x', not a List",
        "E0303 scatter expects a list of numbers for 'x', not the String \"a\"",
        "E0205 'groups' has 2 names for 1 points",
        "E0305 a record of points already has names", "E0305 histogram does not accept 0 for 'bins'",
        "E0303 histogram expects a number of intervals, or their edges in order for 'bins', not a List",
        "E0305 'bins' as a list of edges already sets the range",
        "E0303 histogram expects a list of numbers for 'values', not the String \"abc\"",
        "E0305 row needs at least one figure", "E0305 grid does not accept 0 for 'columns'",
        "E0303 element 0 of 'figures' is not a figure: the Int 1",
        "E0205 length mismatch: y has 2 numbers, x has 1",
        "E0205 'error' has 1 numbers for 2 points", "E0305 an error cannot be -1.0",
        "E0304 line needs both 'low' and 'high' for a band", "E0305 'low' is above 'high' at a point",
        "E0305 'error' cannot be combined with 'low' and 'high'",
        "E0305 unknown curve \"mixtur\" in 'error'",
        "E0303 line expects \"points\", \"even\" or a list of numbers for 'ticks', not the String \"all\"",
        "E0404 figures are nested more than 4 levels deep",
      ])
  }

  @Test func tablesAreSaved() throws {
    let output = try run(
      #"""
      let rows = [{name: "a|b & c_d", x: 0.123456789, n: 7}, {name: "two\nlines, \"q\"", x: nan, n: nil}, {name: "007", x: -1.0, n: 1}]
      let t = table(rows, title: "T", digits: 2, best: "max")
      t.save(d + "/t.csv"); t.save(d + "/t.md"); t.save(d + "/t.tex"); t.save(d + "/t.TXT")
      let back = read_csv(d + "/t.csv", numbers: true)
      print([r.name for r in back] == [r.name for r in rows], back[0].x == 0.123456789, back[1].n, [r.n for r in back])
      print(read_text(d + "/t.md").split("\n")[4])
      print(read_text(d + "/t.tex").contains("\\caption{T}"), read_text(d + "/t.tex").contains("$-$1.00"))
      table([[1], [nil]]).save(d + "/one.csv")
      print(read_text(d + "/one.csv") == "1\n\"\"\n")
      try { plot.line([1]).save(d + "/l.csv") } catch e { print(e.code, e.message) }
      try { t.save(d + "/t.xls") } catch e { print(e.code) }
      try { t.save(d + "/none/t.md") } catch e { print(e.code) }
      try { t.save(d + "/t.md", width: 100) } catch e { print(e.code) }
      """#)
    #expect(
      output == [
        "true true nil [7, nil, 1]", "| a\\|b \\& c_d | **0.12** | **7** |", "true true", "true",
        "E0303 only a table can be saved as .csv, not a figure of kind 'line'", "E0303", "E0504", "E0305",
      ])
  }

  @Test func picturesAreSaved() throws {
    guard dlopen("libcairo.so.2", RTLD_NOW) != nil else {
      // Where there is no cairo, that is said.
      #expect(try refusals(["plot.line([1, 2]).save(d + \"/a.png\")"]).first?.hasPrefix("E0505") == true)
      return
    }
    let output = try run(
      """
      let f = plot.row([plot.line([1, 2], title: "text"), plot.image([[0, 0.5], [0.5, 1]])])
      f.save(d + "/a.png", width: 600)
      let a = load_image(d + "/a.png")
      print(a.width, a.channels, a.height > 100, a.tensor.min().item() < 0.3, a.tensor.max().item())
      plot.line([1, 2]).save(d + "/b.PNG"); plot.save(plot.bars({a: 1}), d + "/c.png", width: 64)
      print(load_image(d + "/b.PNG").width, load_image(d + "/c.png").width)
      plot.line([1, 2]).save(d + "/b.svg", width: 300)
      print(read_text(d + "/b.svg").contains("width=\\"300\\""))
      try { f.save(d + "/a.png", width: 5) } catch e { print(e.code) }
      try { f.save(d + "/a.png", width: 1e3) } catch e { print(e.code) }
      try { plot.heatmap([[1] for _ in 0..<4000]).save(d + "/a.png", width: 20000) } catch e { print(e.code) }
      try { f.save(d + "/none/a.png") } catch e { print(e.code) }
      """)
    #expect(output == ["600 3 true true 1.0", "1440 64", "true", "E0305", "E0303", "E0513", "E0504"])
  }

  @Test func imagesAreShownInASize() throws {
    let output = try run(
      """
      let ramp = plot.image([[0, 0.5], [0.5, 1]])
      show ramp, size: 8
      show plot.image(ones([4, 4])), size: 4, title: "white"
      try { show 5, size: 8 } catch e { print(e.code) }
      try { show ramp, size: 0 } catch e { print(e.code) }
      """)
    #expect(output.count == 9)
    #expect(output.prefix(4).allSatisfy { $0.count <= 8 })
    #expect(output[4] == "white")
    #expect(output.suffix(2) == ["E0303", "E0305"])
  }
}

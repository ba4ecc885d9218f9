import MocoRuntime
import Testing

/// A range that goes backwards between brackets names the same places in everything that is indexed.
@Suite struct BackwardSliceTests {
  private func run(_ program: String, in session: Runtime = librarySession()) -> String {
    printed(program, in: session)
  }

  @Test(arguments: [
    "range(2, -1, by: -1)", "range(4, -1, by: -2)", "range(-1, -3, by: -1)", "range(-1, -6, by: -1)",
    "range(-2, -5, by: -2)", "range(2, 2, by: -1)", "range(1, 4, by: -1)", "(0..<5)[range(3, 0, by: -1)]",
    "(0...4)[range(4, -1, by: -1)]", "(-5...-1)[range(4, -1, by: -1)]",
    "range(0, -1, by: -9223372036854775807)",
  ])
  func tensorsTakeWhatListsTake(_ range: String) {
    let program = """
      let xs = [10, 20, 30, 40, 50]
      print(tensor(xs)[\(range)].to_list() == xs[\(range)], len(xs[\(range)]))
      let t = tensor(xs)
      t[\(range)] = 0
      var ys = [..xs]
      ys[\(range)] = [0] * len(ys[\(range)])
      print(t.to_list() == ys)
      """
    let output = run(program)
    #expect(output.hasPrefix("true ") && output.hasSuffix("\ntrue\n"), "\(output)")
  }

  @Test(arguments: [
    "range(2, -3, by: -1)", "range(0, -2, by: -1)", "range(4, -6, by: -9)", "range(5, 0, by: -1)",
    "range(-1, -7, by: -1)", "range(4, -9223372036854775808, by: -1)",
  ])
  func whatLeavesTheBeginningIsRefused(_ range: String) {
    let values = [
      "[10, 20, 30, 40, 50]", "\"abcde\"", "(0..<5)", "tensor([10, 20, 30, 40, 50])", "data.train",
    ]
    for value in values {
      let output = run(
        """
        let data = dataset(features: ones([5, 2]), labels: [0, 0, 1, 1, 1], classes: ["a", "b"])
        let x = \(value)
        print(try { x[\(range)] } catch e { e.code })
        """)
      #expect(output == "E0202\n", "\(value)")
    }
  }
}

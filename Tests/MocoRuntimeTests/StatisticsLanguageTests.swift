import Foundation
import Testing

/// median, quantile, clamp, linspace, and cumsum, diff and argsort of tensors; numbers are NumPy's.
@Suite struct StatisticsLanguageTests {
  private static func lines(_ program: String) -> [Substring] {
    printed("let m = tensor([[1.0, 5.0, 2.0, 9.0], [3.0, 9.0, 4.0, 0.5], [7.0, -2.0, 6.0, 1.0]])\n" + program)
      .split(separator: "\n")
  }

  @Test func quantilesOfLists() {
    let program = """
      let a = [3.0, -1.5, 0.25, 8.0, 2.0, 2.0, -4.0]
      print(quantile(a, [0, 0.1, 0.25, 0.33, 0.5, 0.9, 1]))
      print(median(a), median(a[0..<6]), median([9, 1, 2]), median([1, 2]), median([5]), median(1...4))
      print(quantile(a, 0.25), quantile(a, 1), quantile([1, 2], []), quantile([1, nan, 2], 0.5), median([nan]))
      print(quantile([1, inf], 0.5), median([inf, inf]), quantile([-inf, 0, inf], 0.5), quantile([1, 1], 0.3))
      """
    #expect(
      Self.lines(program) == [
        "[-4.0, -2.5, -0.625, 0.21499999999999997, 2.0, 5.000000000000002, 8.0]", "2.0 2.0 2.0 1.5 5.0 2.5",
        "-0.625 8.0 [] nan nan", "inf inf 0.0 1.0",
      ])
  }

  @Test func quantilesOfTensors() {
    let program = """
      print(quantile(m, 0.25, axis: 0).to_list(), median(m, axis: 1).to_list(), median(m, axis: -1, keep: true).shape)
      print(quantile(m, [0.25, 0.5], axis: 1).to_list(), quantile(m, [0.25, 0.75], axis: 0, keep: true).shape)
      print(quantile(m, 0.5).item(), quantile(m, 0.5, keep: true).shape, median([[1, 2], [4, 3]]).item())
      print(median(tensor([1, 2])).item(), median(tensor([[1.0, nan], [2.0, 4.0]]), axis: 1).to_list())
      print(quantile([[1, 5], [3, 9]], 0.5, axis: 0).to_list(), quantile(m, tensor([0.5, 0.5])).shape)
      """
    #expect(
      Self.lines(program) == [
        "[2.0, 1.5, 3.0, 0.75] [3.5, 3.5, 3.5] [3, 1]",
        "[[1.75, 2.375, 0.25], [3.5, 3.5, 3.5]] [2, 1, 4]", "3.5 [1, 1] 2.5", "1.5 [nan, 3.0]",
        "[2.0, 7.0] [2]",
      ])
  }

  @Test func quantilesThatAreRefused() {
    let program = """
      try { median([]) } catch e { print(e.code, e.message) }
      try { quantile([1], 1.5) } catch e { print(e.code, e.message, "|", e.help) }
      try { quantile([1], 95) } catch e { print(e.help) }
      try { quantile([1], nan) } catch e { print(e.code) }
      try { quantile([1], [0.5, -0.1]) } catch e { print(e.code) }
      try { median(zeros([0])) } catch e { print(e.code) }
      try { median(zeros([2, 0]), axis: 1) } catch e { print(e.code) }
      try { median(m, axis: 2) } catch e { print(e.code) }
      try { median(["a"]) } catch e { print(e.code) }
      try { median([true, false]) } catch e { print(e.code) }
      try { quantile([1], "half") } catch e { print(e.code) }
      try { quantile(m, []) } catch e { print(e.code) }
      """
    #expect(
      Self.lines(program) == [
        "E0205 cannot compute the median of an empty list or tensor",
        "E0305 quantile does not accept 1.5 for 'q' | use a share from 0 to 1: 0.015 for 1.5 %",
        "use a share from 0 to 1: 0.95 for 95.0 %", "E0305", "E0305", "E0205", "E0205", "E0205", "E0303",
        "E0303", "E0303", "E0305",
      ])
  }

  @Test func clampMovesToTheNearerBound() {
    let program = """
      print(clamp(5, 0, 3), clamp(-1, 0, 3), clamp(2, 0, 3), clamp(5, 0.5, 1.5), clamp(1, 0.5, 1.5), clamp(nan, 0, 1))
      print(clamp(5, high: 3), clamp(5, low: 7), clamp(5), 7.clamp(0, 1), clamp(-inf, low: -2.5))
      print(clamp(tensor([-2.0, 0.5, nan, 3.0]), -1, 0.5).to_list(), clamp(tensor([-2, 5]), 0, 3), clamp(tensor([1, 5]), high: 1.5))
      print(clamp(tensor([true, false]), 0, 0))
      try { clamp(1, 3, 0) } catch e { print(e.code, e.help) }
      try { clamp([1, 2], 0, 1) } catch e { print(e.code, e.help) }
      try { clamp(1, nan) } catch e { print(e.code) }
      try { clamp("a", 0) } catch e { print(e.code) }
      let w = parameter([-1.0, 0.5, 2.0])
      clamp(w, 0, 1).sum().backward()
      print(w.grad.to_list())
      """
    #expect(
      Self.lines(program) == [
        "3 0 2 1.5 1 nan", "3 7 5 1 -2.5", "[-1.0, 0.5, nan, 0.5] tensor([0, 3]) tensor([1.0, 1.5])",
        "tensor([0, 0])", "E0305 put the smaller bound first: clamp(x, 0, 1)",
        "E0303 use clamp(tensor(xs), …) for a tensor, or [clamp(x, …) for x in xs] for a list", "E0305",
        "E0303", "[0.0, 1.0, 0.0]",
      ])
  }

  @Test func linspaceHoldsBothEnds() {
    let program = """
      print(linspace(-1, 2, 7).to_list(), linspace(3, 1, 3).to_list(), linspace(0, 1, 1).to_list(), linspace(0, 1, 0).shape)
      print(linspace(0, 0.1, 11)[-1].item() == tensor(0.1).item(), linspace(2, 2, 3).to_list())
      try { linspace(0, 1, -1) } catch e { print(e.code) }
      try { linspace(0, inf, 3) } catch e { print(e.code) }
      try { linspace(0, 1, 2.5) } catch e { print(e.code) }
      try { linspace(0, 1) } catch e { print(e.code) }
      """
    #expect(
      Self.lines(program) == [
        "[-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0] [3.0, 2.0, 1.0] [0.0] [0]", "true [2.0, 2.0, 2.0]", "E0305",
        "E0305", "E0303", "E0304",
      ])
  }

  @Test func alongAnAxis() {
    let program = """
      print(cumsum(m, axis: 1).to_list(), m.cumsum(axis: -2)[-1].to_list(), diff(m, axis: 0).to_list())
      print(argsort(m).to_list(), argsort(tensor([1, 2]), descending: true), diff(tensor([5])).shape)
      print(cumsum(tensor([1, 2, 3])), cumsum(tensor([true, true])), cumsum(zeros([0])).shape, diff(zeros([0])).shape)
      print(diff(tensor([true, false, true])), cumsum(tensor([1.0, nan, 2.0])).to_list())
      try { cumsum(m) } catch e { print(e.code, e.help) }
      try { cumsum(m, axis: 5) } catch e { print(e.code) }
      try { cumsum(tensor([9223372036854775807, 1])) } catch e { print(e.code) }
      try { diff(tensor(1.0)) } catch e { print(e.code) }
      let w = parameter([1.0, 2.0, 4.0])
      (cumsum(w) * tensor([1.0, 10.0, 100.0])).sum().backward()
      print(w.grad.to_list(), argsort(w), median(w).requires_grad)
      """
    #expect(
      Self.lines(program) == [
        "[[1.0, 6.0, 8.0, 17.0], [3.0, 12.0, 16.0, 16.5], [7.0, 5.0, 11.0, 12.0]] [11.0, 12.0, 12.0, 10.5] "
          + "[[2.0, 4.0, 2.0, -8.5], [4.0, -11.0, 2.0, 0.5]]",
        "[[0, 2, 1, 3], [3, 0, 2, 1], [1, 3, 2, 0]] tensor([1, 0]) [0]",
        "tensor([1, 3, 6]) tensor([1, 2]) [0] [0]", "tensor([-1, 1]) [1.0, nan, nan]",
        "E0205 use axis: 0 to go down the rows, or reshape(x, [-1]) for all numbers", "E0205", "E0402",
        "E0205", "[111.0, 110.0, 100.0] tensor([0, 1, 2]) true",
      ])
  }

  @Test func listsAreNoArrays() {
    let program = """
      try { sqrt([1, 4]) } catch e { print(e.code, e.help) }
      try { tan([1, 4]) } catch e { print(e.code, e.help) }
      print([1, 2] + tensor([1, 1]), tensor([1, 2]) * [3, 4])
      """
    #expect(
      Self.lines(program) == [
        "E0303 write sqrt(tensor(xs)) for a tensor, or [sqrt(x) for x in xs] for every element",
        "E0303 write [tan(x) for x in xs] for every element", "tensor([2, 3]) tensor([3, 8])",
      ])
  }
}

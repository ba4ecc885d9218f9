import Testing

/// What Bools, Ints and nan give where NumPy's habits are expected.
@Suite struct NumPyLanguageTests {
  private static func lines(_ program: String) -> [Substring] {
    printed(program, helps: true).split(separator: "\n")
  }

  @Test func boolsAreCountedAndShared() {
    let program = """
      print(sum(tensor([true, false, true])), sum(tensor([[true, false], [true, true]]), axis: 0))
      print(mean(tensor([true, false])), mean(tensor([[true, false], [true, true]]), axis: 0))
      print(mean([true, false, true, true]), [1 < 2, 2 < 1].mean(), std([true, false], correction: 0))
      let answers = tensor([2, 0, 1])
      print(mean(answers == tensor([2, 1, 1])).item() > 0.66, mean([2, 0] == [2, 0]))
      """
    #expect(
      Self.lines(program) == [
        "tensor(2) tensor([2, 1])", "tensor(0.5) tensor([1.0, 0.5])", "0.75 0.5 tensor(0.5)",
        "E0303 mean expects a List of numbers or Bools for 'x', not true",
        "help: compare element by element: mean([a == b for [a, b] in zip(xs, ys)])",
      ])
    #expect(
      Self.lines("mean([true, 1])").first
        == "E0303 mean expects a List of numbers for 'x', but it contains true"
    )
  }

  @Test func productsOfIntsAreInts() {
    let program = """
      let a = tensor([[1, 2], [3, 4]])
      print(a @ a, a @ [1, 1], [1, 1] @ a, tensor([3, 4]) @ tensor([3, 4]))
      print(tensor([true, false, true]) @ tensor([true, true, true]), a @ tensor([[0.5], [1.0]]))
      print(einsum("ij,jk->ik", a, a), einsum("ii->", a), a.float() @ a)
      print(zeros([2, 0]).int() @ zeros([0, 2]).int(), arange(12).reshape([2, 2, 3]) @ tensor([1, 0, 1]))
      print(arange(8).reshape([2, 1, 2, 2]) @ arange(4).reshape([2, 2]))
      let big = tensor([9007199254740993])
      print(big @ tensor([3]), tensor([4611686018427387904, 1]) @ tensor([1, -4611686018427387904]))
      big @ tensor([1025])
      """
    #expect(
      Self.lines(program) == [
        "tensor([[7, 10], [15, 22]]) tensor([3, 7]) tensor([4, 6]) tensor(25)",
        "tensor(2) tensor([[2.5], [5.5]])",
        "tensor([[7, 10], [15, 22]]) tensor(5) tensor([[7.0, 10.0], [15.0, 22.0]])",
        "tensor([[0, 0], [0, 0]]) tensor([[2, 8], [14, 20]])",
        "tensor([[[[2, 3], [6, 11]]], [[[10, 19], [14, 27]]]])",
        "tensor(27021597764222979) tensor(0)",
        "E0402 @: a sum of products is out of range for a 64-bit integer",
        "help: multiply as Floats: a.float() @ b.float()",
      ])
  }

  @Test func nanIsLastInOrderAndWinsAsExtreme() {
    let program = """
      let t = tensor([3.0, nan, 1.0])
      print(sort(t).values, sort(t, descending: true).indices, topk(t, 2).values, topk(t, 2, largest: false).values)
      print(max(t), min(t), argmax(t), argmin([3.0, nan, 1.0]), max([3.0, nan]), sorted([3.0, nan, 1.0]))
      print(max(tensor([[3.0, nan], [1.0, 2.0]]), axis: 1), argmin(tensor([[3.0, nan], [1.0, 2.0]]), axis: 1))
      """
    #expect(
      Self.lines(program) == [
        "tensor([1.0, 3.0, nan]) tensor([0, 2, 1]) tensor([3.0, 1.0]) tensor([1.0, 3.0])",
        "tensor(nan) tensor(nan) 1 1 nan [1.0, 3.0, nan]", "tensor([nan, 2.0]) tensor([1, 0])",
      ])
  }

  /// NumPy's `a[0], a[1] = a[1], a[0]` gives both the same numbers, since the parts are views.
  @Test func rowsCanBeExchanged() {
    let program = """
      let t = tensor([[1, 2], [3, 4]])
      [t[0], t[1]] = [t[1], t[0]]
      print(t)
      var w = parameter([1.0, 2.0])
      var v = tensor([3.0])
      [v, w] = [w, v]
      print(v.requires_grad, w)
      """
    #expect(Self.lines(program) == ["tensor([[3, 4], [1, 2]])", "true tensor([3.0])"])
  }

  /// What is kept in 32 bits reads as it was written; a number of a tensor is exact.
  @Test func optionsReadAsTheyWereWritten() {
    let program = """
      let r = router(8, experts: 3, top_k: 2, scale: 0.075)
      print(r.scale, tensor([0.075]), tensor([0.1, 16777216, 1e-5]))
      let t = tensor([1.0, 1.0000001])
      print(t[1].item() - t[0].item(), t[1].item())
      """
    #expect(
      Self.lines(program) == [
        "0.075 tensor([0.075]) tensor([0.1, 16777216.0, 1e-05])", "1.1920928955078125e-07 1.0000001192092896",
      ])
  }
}

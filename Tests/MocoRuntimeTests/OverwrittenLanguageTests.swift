import Testing

/// Every differentiable operation beside something that a program may write to between forward and backward: the
/// gradient is that of the numbers the value was computed from, or backward refuses.
@Suite struct OverwrittenLanguageTests {
  enum Outcome { case refused, same }

  struct Case: CustomTestStringConvertible, Sendable {
    var forward: String
    var overwrite: String
    var setup = ""
    var x = "parameter([[1.0, -2.0, 3.0], [0.5, 2.0, -1.0]])"
    var outcome: Outcome

    var testDescription: String { "\(forward); \(overwrite)" }

    func program(overwriting: Bool) -> String {
      """
      let x = \(x)
      \(setup)
      let y = \(forward)
      let w = (arange(reduce(y.shape, (a, b) => a * b, 1)) + 1).float().reshape(y.shape)
      \(overwriting ? overwrite : "")
      (y * w).sum().backward()
      print(x.grad.to_list())
      """
    }
  }

  private static func beside(
    _ forward: String, _ m: String, _ outcome: Outcome, write: String = "m[0, 1] = 5"
  ) -> Case {
    Case(forward: forward, overwrite: write, setup: "let m = \(m)", outcome: outcome)
  }

  private static let numbers = "tensor([[2.0, 3.0, 0.5], [1.5, 1.0, 4.0]])"
  private static let mask = "tensor([[true, false, true], [false, true, true]])"

  /// Another operand.
  static let operands: [Case] = [
    beside("x + m", numbers, .same), beside("m - x", numbers, .same),
    beside("x * m", numbers, .refused), beside("m * x", numbers, .refused),
    beside("x / m", numbers, .refused), beside("m / x", numbers, .refused),
    beside("x.abs() ** m", numbers, .refused), beside("m ** x", numbers, .refused),
    beside("x % m", numbers, .refused), beside("maximum(x, m)", numbers, .refused),
    beside("minimum(m, x)", numbers, .refused), beside("x @ m.T", numbers, .refused),
    beside("m.T @ x", numbers, .refused), beside("matmul(x, m.T)", numbers, .refused),
    beside("einsum(\"ij,ij->i\", x, m)", numbers, .refused),
    beside("concat([x, m])", numbers, .same), beside("stack([m, x])", numbers, .same),
    beside("layer_norm(x, weight: m)", "tensor([1.0, 2.0, 3.0])", .refused, write: "m[1] = 5"),
    beside("layer_norm(x, bias: m)", "tensor([1.0, 2.0, 3.0])", .same, write: "m[1] = 5"),
    beside("cosine_similarity(x, m)", numbers, .same),
    beside("cross_entropy(x, m)", "softmax(\(numbers))", .refused),
    beside("tensor([x[0], m[0]])", numbers, .same),
    beside("x * m", "tensor([[1, 2, 3], [4, 5, 6]])", .refused),
    beside("x @ m.T", "tensor([[1, 2, 3], [4, 5, 6]])", .refused),
  ]

  /// Masks, positions and labels.
  static let choices: [Case] = [
    beside("where(m, x, x * 2)", mask, .refused, write: "m[0, 1] = true"),
    beside("where(m, 0.0, x)", mask, .refused, write: "m[0] = false"),
    beside("where(m, x, 0.0)", "tensor([[1, 0, 1], [0, 1, 1]])", .same),
    beside("where(m > 1, x, 0.0)", numbers, .same),
    beside("x * m", mask, .refused, write: "m[0, 1] = true"),
    beside("x[m]", mask, .same, write: "m[0, 1] = true"),
    beside("x[m]", "tensor([1, 0, 1])", .same, write: "m[0] = 0"),
    beside("x[:, m]", "tensor([2, 2, 0])", .same, write: "m[0] = 1"),
    beside("x[m, m]", "tensor([0, 1])", .same, write: "m[0] = 1"),
    beside("cross_entropy(x, m)", "tensor([0, 2])", .same, write: "m[0] = 1"),
    beside("x * one_hot(m, classes: 3)", "tensor([0, 2])", .same, write: "m[0] = 1"),
    beside("m.values", "topk(x, 2, axis: 1)", .refused, write: "m.indices[0, 0] = 1"),
    beside("m.values", "topk(x, 2, axis: 0, largest: false)", .refused, write: "m.indices[0] = [0, 0, 0]"),
    beside("m.values", "sort(x, axis: 1)", .refused, write: "m.indices[1, 1] = 1"),
    beside("m.values * 2", "sort(x, axis: 0, descending: true)", .refused, write: "m.indices[0, 0] = 1"),
    beside("max(x, axis: 1)", "argmax(x, axis: 1)", .same, write: "m[0] = 1"),
  ]

  /// The parameter itself and the value, through a view that keeps no history.
  static let views: [Case] = {
    let input = "no_grad(() => x[0])[1] = 7.0"
    let output = "no_grad(() => y[0])[1] = 7.0"
    let reads = [
      "exp(x)", "x.abs().log()", "x.abs().sqrt()", "tanh(x)", "sigmoid(x)", "relu(x)", "gelu(x)",
      "gelu(x, quick: true)",
      "sin(x)", "cos(x)", "abs(x)", "x * x", "x ** 2", "1.0 / x", "x @ x.T", "clip(x, -1, 1)",
      "layer_norm(x)",
      "maximum(x, 0.0)", "norm(x, axis: 1)", "x % 2.0",
    ]
    let moves = [
      "x + 1.0", "x * 2", "-x * 3", "x.reshape([3, 2])", "x.T", "x[:, 1]", "x[[1, 0]]", "sum(x, axis: 1)",
      "mean(x, axis: 0)",
      "max(x, axis: 1)", "min(x)", "sort(x).values", "topk(x, 2).values", "x.expand([2, 2, 3])",
      "concat([x, x])",
      "stack([x, x])", "softmax(x)", "log_softmax(x, axis: 0)", "normalize(x)", "cross_entropy(x, [0, 2])",
      "where(\(mask), x, 0.0)", "x.squeeze()", "x.unsqueeze(1)", "x.permute([1, 0])",
      "variance(x, axis: 1)", "std(x, axis: 0)",
    ]
    let values = [
      "exp(x)", "x.abs().sqrt()", "tanh(x)", "sigmoid(x)", "softmax(x)", "log_softmax(x)", "normalize(x)",
      "x.abs() ** 1.5",
    ]
    let free = [
      "x * 2.0 + 1.0", "x @ \(numbers).T", "layer_norm(x)", "concat([x, x])", "where(\(mask), x, 0.0)",
    ]
    return reads.map { Case(forward: $0, overwrite: input, outcome: .refused) }
      + moves.map { Case(forward: $0, overwrite: input, outcome: .same) }
      + values.map { Case(forward: $0, overwrite: output, outcome: .refused) }
      + free.map { Case(forward: $0, overwrite: output, outcome: .same) }
  }()

  /// What writes without an index.
  static let others: [Case] = {
    let opt = "let opt = sgd([x], lr: 0.1)\n(x * x).sum().backward()\nopt.step()"
    return [
      Case(forward: "exp(x)", overwrite: "opt.step()", setup: opt, outcome: .refused),
      Case(forward: "x + 1", overwrite: "opt.step()", setup: opt, outcome: .same),
      Case(
        forward: "exp(x)", overwrite: "opt.step()", setup: opt.replacing("sgd", with: "adamw"),
        outcome: .refused),
      Case(forward: "exp(x)", overwrite: "x.assign(zeros([2, 3]))", outcome: .same),
      Case(forward: "exp(x)", overwrite: "x.assign(zeros([2, 3]))", setup: opt, outcome: .same),
      Case(
        forward: "x * m", overwrite: "m[0, 0] = 1.0\nm.assign(\(numbers))", setup: "let m = \(numbers)",
        outcome: .refused),
      Case(
        forward: "load_clip(\"small\").encode_image(x)", overwrite: "no_grad(() => x[0])[0] = 0.5",
        x: "parameter(full([1, 1, 32, 32], 0.25))", outcome: .refused),
    ]
  }()

  @Test(arguments: operands + choices + views + others)
  func gradientIsThatOfTheValue(_ example: Case) {
    let right = printed(example.program(overwriting: false))
    #expect(right.hasPrefix("[["), "\(right)")
    let found = printed(example.program(overwriting: true))
    switch example.outcome {
    case .refused: #expect(found.hasPrefix("E0207 backward: a value used by '"), "\(found)")
    case .same: #expect(found == right)
    }
  }

  /// A gradient that a program holds, alone or in a recorded operation, is not added to behind its back.
  @Test func gradientsThatAreHeldStay() {
    let program = """
      let w = parameter([1.0, 2.0])
      (w * w).sum().backward()
      let first = w.grad
      let y = (w * first).sum()
      (w * 3).sum().backward()
      print(first.to_list(), w.grad.to_list())
      w.zero_grad()
      y.backward()
      print(w.grad.to_list())
      """
    #expect(printed(program) == "[2.0, 4.0] [5.0, 7.0]\n[2.0, 4.0]\n")
  }

  @Test func whatWasReadMayBeOverwrittenAfterwards() {
    let program = """
      let w = parameter([1.0, 2.0])
      let m = tensor([true, false])
      where(m, w, 0.0).sum().backward()
      m[1] = true
      where(m, w, 0.0).sum().backward()
      print(w.grad.to_list())
      """
    #expect(printed(program) == "[2.0, 1.0]\n")
  }
}

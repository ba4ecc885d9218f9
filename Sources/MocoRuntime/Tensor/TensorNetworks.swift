import MocoAutograd
import MocoLang
import MocoTensor

// The building blocks of networks and losses, and the search for the largest numbers.

func neuralBuiltins() -> [NativeFunction] {
  [
    NativeFunction(
      "softmax(x, axis = -1)",
      doc: "exp(x) / sum of exp(x) along an axis.\n\n```\nsoftmax(tensor([1.0, 2.0]))\n```"
    ) {
      .host(TensorValue(try F.softmax($0.floatVariable("x"), axis: $0.int("axis"))))
    },
    NativeFunction(
      "log_softmax(x, axis = -1)",
      doc: "log(softmax(x)), numerically stable.\n\n```\nlog_softmax(tensor([1.0, 2.0]))\n```"
    ) {
      .host(TensorValue(try F.logSoftmax($0.floatVariable("x"), axis: $0.int("axis"))))
    },
    tensorFunction("relu(x)", "max(x, 0).\n\n```\nrelu(randn([4]))\n```") { try F.relu($0) },
    NativeFunction(
      "gelu(x, quick = false)",
      doc: "x·Φ(x) with the exact error function, or x·σ(1.702x) if quick.\n\n```\ngelu(randn([4]))\n```"
    ) { arguments in
      let x = try arguments.floatVariable("x")
      return .host(TensorValue(try arguments.bool("quick") ? F.quickGelu(x) : F.gelu(x)))
    },
    tensorFunction("sigmoid(x)", "1 / (1 + exp(-x)).\n\n```\nsigmoid(tensor([0.0]))\n```") {
      try F.sigmoid($0)
    },
    tensorFunction("tanh(x)", "The hyperbolic tangent.\n\n```\ntanh(tensor([0.5]))\n```") { try F.tanh($0) },
    NativeFunction(
      "layer_norm(x, weight = nil, bias = nil, eps = 1e-5)",
      doc:
        "Normalizes each row of the last axis to mean 0 and variance 1, times weight plus bias.\n\n```\nlayer_norm(randn([2, 8]))\n```"
    ) { arguments in
      .host(
        TensorValue(
          try F.layerNorm(
            arguments.floatVariable("x"), weight: arguments.optionalVariable("weight"),
            bias: arguments.optionalVariable("bias"), eps: Float(arguments.float("eps")))))
    },
    NativeFunction(
      "normalize(x, axis = -1)",
      doc: "Scales vectors along an axis to length 1.\n\n```\nnormalize(tensor([3.0, 4.0]))\n```"
    ) { .host(TensorValue(try F.normalize($0.floatVariable("x"), axis: $0.int("axis")))) },
    NativeFunction(
      "matmul(a, b)", doc: "The matrix product, as `a @ b`.\n\n```\nmatmul(eye(2), ones([2, 3]))\n```"
    ) {
      .host(TensorValue(try F.matmul($0.variable("a"), $0.variable("b"))))
    },
    NativeFunction(
      "maximum(a, b)",
      doc: "The element-wise maximum; the shapes broadcast.\n\n```\nmaximum(randn([4]), 0.0)\n```"
    ) { .host(TensorValue(try F.maximum($0.variable("a"), $0.variable("b")))) },
    NativeFunction(
      "minimum(a, b)",
      doc: "The element-wise minimum; the shapes broadcast.\n\n```\nminimum(randn([4]), 1.0)\n```"
    ) { .host(TensorValue(try F.minimum($0.variable("a"), $0.variable("b")))) },
    NativeFunction(
      "einsum(equation: String, *tensors)",
      doc:
        "Sums of products over axes named by letters.\n\n```\neinsum(\"bd,cd->bc\", ones([2, 4]), ones([3, 4]))\n```"
    ) { arguments in
      let operands = try arguments.rest.map { try TensorReading.variable($0, "tensors") }
      return .host(TensorValue(try F.einsum(arguments.string("equation"), operands)))
    },
    NativeFunction(
      "cross_entropy(logits, targets)",
      doc: """
        The mean of −log softmax(logits)[target] over rows. Targets are classes, or rows of probabilities.

        ```
        cross_entropy(tensor([[2.0, 0.0], [0.0, 1.0]]), [0, 1])
        ```
        """
    ) { arguments in
      let logits = try arguments.floatVariable("logits")
      let targets = try arguments.variable("targets")
      if targets.value.dtype == .float32 {
        return .host(TensorValue(try F.crossEntropy(logits, target: targets)))
      }
      return .host(TensorValue(try F.crossEntropy(logits, targets: targets.value.toInts())))
    },
    NativeFunction(
      "cosine_similarity(a, b, axis = -1)",
      doc:
        "⟨a, b⟩ / (|a| |b|) along an axis.\n\n```\ncosine_similarity(tensor([1.0, 0.0]), tensor([1.0, 1.0]))\n```"
    ) {
      .host(
        TensorValue(
          try F.cosineSimilarity($0.floatVariable("a"), $0.floatVariable("b"), axis: $0.int("axis"))))
    },
    NativeFunction(
      "topk(x, k: Int, axis = -1, largest = true)",
      doc:
        "The k largest numbers along an axis, in order: a record of values and indices.\n\n```\ntopk(tensor([1.0, 5.0, 3.0]), 2).indices\n```"
    ) { arguments in
      let found = try F.topK(
        arguments.variable("x"), arguments.int("k"), axis: arguments.int("axis"),
        largest: arguments.bool("largest"))
      return ["values": .host(TensorValue(found.values)), "indices": .host(TensorValue(found.indices))]
    },
    NativeFunction(
      "sort(x, axis = -1, descending = false)",
      doc:
        "Sorts the numbers along an axis: a record of values and indices.\n\n```\nsort(tensor([3.0, 1.0])).values\n```"
    ) { arguments in
      guard arguments["x"]?.asList == nil else {
        throw arguments.failure(
          "E0303", "sort expects a tensor, and returns its values and indices", at: "x",
          help: "use sorted(xs) for a new List in order, or sort(tensor(xs))")
      }
      let found = try F.sorted(
        arguments.variable("x"), axis: arguments.int("axis"), descending: arguments.bool("descending"))
      return ["values": .host(TensorValue(found.values)), "indices": .host(TensorValue(found.indices))]
    },
    NativeFunction(
      "argmax(x, axis = nil)",
      doc: "The index of the largest number, along an axis or of all.\n\n```\nargmax([1.0, 5.0, 3.0])\n```"
    ) { try TensorReading.argExtreme(.max, $0.tensor("x"), axis: $0.optionalInt("axis")) },
    NativeFunction(
      "argmin(x, axis = nil)",
      doc: "The index of the smallest number, along an axis or of all.\n\n```\nargmin([1.0, 5.0, 3.0])\n```"
    ) { try TensorReading.argExtreme(.min, $0.tensor("x"), axis: $0.optionalInt("axis")) },
  ]
}

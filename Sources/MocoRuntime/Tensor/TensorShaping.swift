import MocoAutograd
import MocoLang
import MocoTensor

// reshape, concat, where and other functions that move numbers without computing.

func shapingBuiltins() -> [NativeFunction] {
  [
    NativeFunction(
      "reshape(x, shape)",
      doc: "The same numbers in another shape; one length may be -1.\n\n```\narange(6).reshape([2, -1])\n```"
    ) { arguments in
      .host(
        TensorValue(
          try F.reshape(arguments.variable("x"), TensorReading.shape(arguments.value("shape"), "shape"))))
    },
    NativeFunction(
      "transpose(x, a = nil, b = nil)",
      doc: "Swaps two dimensions, by default the last two.\n\n```\nzeros([2, 3]).transpose()\n```"
    ) { arguments in
      let x = try arguments.variable("x")
      let first = try arguments.optionalInt("a")
      let second = try arguments.optionalInt("b")
      guard let a = first, let b = second else {
        guard first == nil, second == nil else {
          throw arguments.failure(
            "E0304", "transpose needs both dimensions, or none", help: "write transpose(x, 0, 1)")
        }
        return .host(TensorValue(try F.transpose(x)))
      }
      return .host(TensorValue(try F.transpose(x, a, b)))
    },
    NativeFunction(
      "permute(x, order)",
      doc: "Reorders the dimensions.\n\n```\nzeros([2, 3, 4]).permute([2, 0, 1])\n```"
    ) { arguments in .host(TensorValue(try F.permute(arguments.variable("x"), arguments.ints("order")))) },
    NativeFunction(
      "unsqueeze(x, axis: Int)", doc: "Inserts a dimension of length 1.\n\n```\narange(3).unsqueeze(0)\n```"
    ) {
      .host(TensorValue(try F.unsqueeze($0.variable("x"), $0.int("axis"))))
    },
    NativeFunction(
      "squeeze(x, axis = nil)", doc: "Removes dimensions of length 1.\n\n```\nzeros([1, 3]).squeeze()\n```"
    ) { .host(TensorValue(try F.squeeze($0.variable("x"), $0.optionalInt("axis")))) },
    NativeFunction(
      "concat(tensors, axis = 0)",
      doc: "Joins tensors along an axis.\n\n```\nconcat([zeros([1, 3]), ones([2, 3])])\n```"
    ) { arguments in .host(TensorValue(try F.concat(variables(arguments), axis: arguments.int("axis")))) },
    NativeFunction(
      "stack(tensors, axis = 0)",
      doc:
        "Joins tensors of the same shape along a new dimension.\n\n```\nstack([zeros([3]), ones([3])])\n```"
    ) { arguments in .host(TensorValue(try F.stack(variables(arguments), axis: arguments.int("axis")))) },
    NativeFunction(
      "where(condition, a, b)",
      doc: "a where the condition is true, else b.\n\n```\nlet t = randn([4])\nwhere(t > 0, t, 0.0)\n```"
    ) { arguments in
      let condition = try arguments.tensor("condition").cast(to: .bool)
      return .host(TensorValue(try F.where(condition, arguments.variable("a"), arguments.variable("b"))))
    },
    NativeFunction(
      "expand(x, shape)",
      doc:
        "Repeats along dimensions of length 1 and new leading dimensions, without a copy.\n\n```\narange(3).expand([2, 3])\n```"
    ) { arguments in
      .host(
        TensorValue(
          try F.expand(arguments.variable("x"), TensorReading.shape(arguments.value("shape"), "shape"))))
    },
    NativeFunction(
      "clip(x, low, high)", doc: "Limits numbers to two bounds.\n\n```\nclip(randn([4]), -1, 1)\n```"
    ) {
      .host(TensorValue(try F.clip($0.floatVariable("x"), Float($0.float("low")), Float($0.float("high")))))
    },
  ]
}

private func variables(_ arguments: Arguments) throws -> [Variable] {
  if arguments["tensors"]?.asHost(TensorValue.self) != nil {
    throw arguments.wrongType(
      "tensors", expected: "a List", help: "write \(arguments.functionName)([a, b]): the tensors are one List"
    )
  }
  let list = try arguments.list("tensors")
  guard !list.isEmpty else {
    throw arguments.failure("E0205", "\(arguments.functionName) needs at least one tensor", at: "tensors")
  }
  return try list.map { try TensorReading.variable($0, "tensors") }
}

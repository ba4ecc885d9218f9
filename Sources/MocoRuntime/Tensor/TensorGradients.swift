import MocoAutograd
import MocoLang
import MocoTensor

// Parameters and their gradients.

func gradientBuiltins() -> [NativeFunction] {
  [
    NativeFunction(
      "parameter(values)",
      doc: """
        A tensor that is to be trained: operations on it are remembered, and `backward()` fills its `.grad`.

        ```
        let w = parameter(zeros([3]))
        ```
        """
    ) { arguments in
      let start = try arguments.tensor("values").cast(to: .float32)
      return .host(TensorValue(Variable(try start.copy(), requiresGrad: true)))
    },
    NativeFunction(
      "no_grad(body)",
      doc: """
        Calls a function without remembering its operations; gives what it gives.

        ```
        let scores = no_grad(() => softmax(parameter([1.0, 2.0])))
        ```
        """
    ) { arguments in
      let body = try arguments.function("body")
      return try Autograd.noGrad { try body.call() }
    },
    NativeFunction(
      "clip_grad_norm(parameters, limit)",
      doc: """
        Scales the gradients of all parameters together, so that their norm is at most the limit. Gives the norm before.

        ```
        let w = parameter([3.0, 4.0])
        (w * w).sum().backward()
        clip_grad_norm([w], 1.0)
        ```
        """
    ) { arguments in
      let variables = try trainedVariables(arguments)
      return .float(try Autograd.clipGradNorm(variables, Float(arguments.float("limit"))))
    },
  ]
}

/// The tensors of `parameters`: one, a list, or whatever gives tensors in turn.
private func trainedVariables(_ arguments: Arguments) throws -> [Variable] {
  let given = try arguments.value("parameters")
  if let tensor: TensorValue = given.asHost() { return [tensor.variable] }
  var values = given.asList ?? []
  if case .host(let object) = given.kind, let next = try object.makeIterator() {
    while let value = try next() { values.append(value) }
  } else if given.asList == nil {
    throw arguments.wrongType("parameters", expected: "tensors", help: "clip_grad_norm(mix.parameters, 1.0)")
  }
  return try values.map { value in
    guard let tensor: TensorValue = value.asHost() else {
      throw arguments.wrongType(
        "parameters", expected: "tensors", help: "clip_grad_norm(mix.parameters, 1.0)")
    }
    return tensor.variable
  }
}

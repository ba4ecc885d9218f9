import MocoAutograd
import MocoLang
import MocoTensor

// Parameters and their gradients.

func gradientBuiltins() -> [NativeFunction] {
  [
    NativeFunction(
      "parameter(values)",
      doc: """
        A trainable tensor: operations on it are recorded, and `backward()` computes its `.grad`.

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
        Calls a function without recording its operations, and returns its result.

        ```
        let scores = no_grad(() => softmax(parameter([1.0, 2.0])))
        ```
        """
    ) { arguments in
      let body = try arguments.function("body")
      return try Autograd.noGrad { try body.call() }
    },
    NativeFunction(
      "gradients(loss, of)",
      doc: """
        The gradients of a scalar with respect to tensors, as values: a tensor for a tensor, a list for a list, a
        record for a record. No `.grad` changes, and the graph of `loss` is kept, so the gradients of two
        losses can be computed from one forward pass. The tensors may be parameters, or computed
        from them. A tensor on which the loss does not depend is an error.

        ```
        let w = parameter([3.0, 4.0])
        let [g] = gradients((w * w).sum(), of: [w])
        print(g.to_list(), w.grad)                       // [6.0, 8.0] nil
        ```
        """
    ) { arguments in
      let loss = try arguments.variable("loss")
      let of = try arguments.value("of")
      var names: [String] = []
      var targets: [Variable] = []
      func add(_ value: AnyValue, _ name: String) throws {
        guard let tensor: TensorValue = value.asHost() else {
          throw arguments.wrongType(
            "of", expected: "tensors, in a list or a record", help: "write gradients(loss, of: [w])")
        }
        names.append(name)
        targets.append(tensor.variable)
      }
      if let record = of.asRecord {
        for (name, value) in record { try add(value, "\"\(name)\"") }
      } else if let list = of.asList {
        for (place, value) in list.enumerated() { try add(value, "[\(place)]") }
      } else if let list: ParameterListValue = of.asHost() {
        for parameter in list.parameters {
          names.append("\"\(parameter.name)\"")
          targets.append(parameter.variable)
        }
      } else {
        try add(of, "it")
      }
      let found = try arguments.placed("loss") { try loss.gradients(of: targets) }
      let values = try zip(names, found).map { name, gradient -> AnyValue in
        guard let gradient else {
          throw arguments.failure(
            "E0207", "the loss does not depend on the tensor \(name) of 'of'", at: "of",
            help: "remove it, or compute the loss from it")
        }
        // A copy: the graph may hold this tensor, and a program may write into it.
        return .host(TensorValue(try gradient.copy()))
      }
      if let record = of.asRecord { return .record(Fields(zip(record.names, values).map { ($0, $1) })) }
      return of.asHost(TensorValue.self) != nil ? values.first ?? .nil : .list(values)
    },
    NativeFunction(
      "clip_grad_norm(parameters, limit)",
      doc: """
        Scales the gradients of all parameters together, so that their norm is at most the limit. Returns the norm before.

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

/// The tensors of `parameters`: one, a list, or any iterable of tensors.
private func trainedVariables(_ arguments: Arguments) throws -> [Variable] {
  let given = try arguments.value("parameters")
  if let tensor: TensorValue = given.asHost() { return [tensor.variable] }
  var values = given.asList ?? []
  if case .host(let object) = given.kind, let next = try object.makeIterator() {
    while let value = try next() { values.append(value) }
  } else if given.asList == nil {
    throw arguments.wrongType(
      "parameters", expected: "tensors", help: "write clip_grad_norm(mix.parameters, 1.0)")
  }
  return try values.map { value in
    guard let tensor: TensorValue = value.asHost() else {
      throw arguments.wrongType(
        "parameters", expected: "tensors", help: "write clip_grad_norm(mix.parameters, 1.0)")
    }
    return tensor.variable
  }
}

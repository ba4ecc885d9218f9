import MocoAutograd
import MocoBase
import MocoLang
import MocoTensor

// tensor, zeros, randn and other functions that create a tensor.

func creatingBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "tensor(values, dtype = nil)",
      doc: """
        A tensor from a number or nested lists: float32 if they contain a Float, else int64, or bool.

        ```
        let t = tensor([[1.0, 2.0], [3.0, 4.0]])
        print(t.shape)
        ```

        A tensor is copied without its history; a list of tensors is stacked.
        """
    ) { arguments in
      let given = try arguments.value("values")
      var made = try arguments.variable("values")
      if given.asHost(TensorValue.self) != nil { made = Variable(try made.value.copy()) }
      guard arguments.isGiven("dtype") else { return .host(TensorValue(made)) }
      let type = try dtype(arguments)
      return .host(type == made.value.dtype ? TensorValue(made) : TensorValue(try made.value.cast(to: type)))
    },
    NativeFunction("zeros(shape, dtype = \"float32\")", doc: "A tensor of zeros.\n\n```\nzeros([2, 3])\n```")
    {
      .host(TensorValue(try Tensor.zeros(TensorReading.shape($0.value("shape"), "shape"), dtype($0))))
    },
    NativeFunction("ones(shape, dtype = \"float32\")", doc: "A tensor of ones.\n\n```\nones([2, 3])\n```") {
      .host(TensorValue(try Tensor.ones(TensorReading.shape($0.value("shape"), "shape"), dtype($0))))
    },
    NativeFunction(
      "zeros_like(x)",
      doc: "Zeros with the shape and dtype of another tensor.\n\n```\nzeros_like(ones([2, 3]))\n```"
    ) { arguments in
      let x = try arguments.tensor("x")
      return .host(TensorValue(try Tensor.zeros(x.shape, x.dtype)))
    },
    NativeFunction(
      "full(shape, value)", doc: "A tensor filled with one value.\n\n```\nfull([2, 3], 0.5)\n```"
    ) {
      arguments in
      let shape = try TensorReading.shape(arguments.value("shape"), "shape")
      switch try arguments.value("value").kind {
      case .int(let value): return .host(TensorValue(try Tensor.full(shape, int: value)))
      case .bool(let value): return .host(TensorValue(try Tensor.full(shape, bool: value)))
      default: return .host(TensorValue(try Tensor.full(shape, Float(arguments.float("value")))))
      }
    },
    NativeFunction(
      "arange(start, end = nil, by = 1)",
      doc:
        "Numbers from start up to end, which is excluded; from 0 with one argument.\n\n```\narange(5)\narange(0, 1, by: 0.25)\n```"
    ) { arguments in
      let isSpan = try arguments.isGiven("end") && !arguments.value("end").isNil
      let from: AnyValue = isSpan ? try arguments.value("start") : .int(0)
      let to = try arguments.value(isSpan ? "end" : "start")
      let step = try arguments.value("by")
      if let a = from.asInt, let b = to.asInt, let by = step.asInt {
        return .host(TensorValue(try Tensor.arange(a, b, by: by)))
      }
      guard let a = from.asFloat, let b = to.asFloat, let by = step.asFloat else {
        throw Failure("E0303", "arange expects numbers", help: "write arange(0, 10, by: 2)")
      }
      return .host(TensorValue(try Tensor.arange(a, b, by: by)))
    },
    NativeFunction("eye(n: Int, m = nil)", doc: "A matrix with ones on the diagonal.\n\n```\neye(3)\n```") {
      arguments in
      .host(TensorValue(try Tensor.eye(arguments.int("n", in: 0...), arguments.optionalInt("m"))))
    },
    NativeFunction(
      "randn(shape, *, seed = nil)",
      doc:
        "Normally distributed random numbers, mean 0 and standard deviation 1. Uses the state of `seed(n)` unless a seed is given.\n\n```\nrandn([2, 3], seed: 1)\n```"
    ) { arguments in
      var random = try generator(arguments, context)
      return .host(
        TensorValue(try Tensor.randn(TensorReading.shape(arguments.value("shape"), "shape"), &random)))
    },
    NativeFunction(
      "rand(shape, *, seed = nil)",
      doc:
        "Uniform random numbers in [0, 1). Uses the state of `seed(n)` unless a seed is given.\n\n```\nrand([2, 3])\n```"
    ) { arguments in
      var random = try generator(arguments, context)
      return .host(
        TensorValue(try Tensor.rand(TensorReading.shape(arguments.value("shape"), "shape"), &random)))
    },
    NativeFunction(
      "one_hot(labels, classes: Int)",
      doc: "A row for each label with a 1 at its class.\n\n```\none_hot([0, 2], classes: 3)\n```"
    ) { arguments in
      .host(TensorValue(try arguments.tensor("labels").oneHot(arguments.int("classes", in: 0...))))
    },
  ]
}

private func dtype(_ arguments: Arguments) throws -> DType {
  if let length = arguments["shape"]?.asInt, let second = arguments["dtype"]?.asInt {
    throw arguments.wrongType(
      "dtype", expected: "a String",
      help: "write \(arguments.functionName)([\(length), \(second)]): a shape is one List")
  }
  switch try arguments.choice("dtype", among: ["float32", "int64", "bool", "float", "int"]) {
  case "int64", "int": return .int64
  case "bool": return .bool
  default: return .float32
  }
}

private func generator(_ arguments: Arguments, _ context: RuntimeContext) throws -> Philox {
  arguments.isAbsent("seed") ? context.nextGenerator() : Philox(seed: try arguments.seed(), stream: "tensor")
}

import MocoAutograd
import MocoBase
import MocoLang
import MocoTensor

/// sum, mean, max, min and len over tensors, by the name that lists have too.
func registerReductions(_ interpreter: Interpreter) {
  func add(
    _ name: String, _ what: String, all: @escaping (Variable) throws -> Variable,
    axis: @escaping (Variable, Int, Bool) throws -> Variable
  ) -> NativeFunction {
    NativeFunction(
      "\(name)(x, axis = nil, keep = false)",
      doc:
        "\(what) of all numbers, or along an axis (or a list of axes); `keep` keeps the axis with length 1.\n\n```\nones([2, 3]).\(name)(axis: 0)\n```"
    ) { arguments in
      let x = try arguments.variable("x")
      let keep = try arguments.bool("keep")
      guard let given = arguments["axis"], !given.isNil else { return .host(TensorValue(try all(x))) }
      guard let list = given.asList else {
        return .host(TensorValue(try axis(x, arguments.int("axis"), keep)))
      }
      // From the last axis to the first, so that the indices of the others stay valid.
      var places: [Int] = []
      for value in list {
        guard let place = value.asInt else {
          throw arguments.wrongType("axis", expected: "an Int or a list of Ints")
        }
        let resolved = try Shape.axis(place, x.shape, for: name)
        guard !places.contains(resolved) else {
          throw arguments.failure("E0205", "\(name): duplicate axis \(place) in the list", at: "axis")
        }
        places.append(resolved)
      }
      var result = x
      for place in places.sorted(by: >) { result = try axis(result, place, keep) }
      return .host(TensorValue(result))
    }
  }

  let sum = add("sum", "The sum", all: { try F.sum($0) }, axis: { try F.sum($0, axis: $1, keep: $2) })
  let mean = add("mean", "The mean", all: { try F.mean($0) }, axis: { try F.mean($0, axis: $1, keep: $2) })
  let largest = add("max", "The largest", all: { try F.max($0) }, axis: { try F.max($0, axis: $1, keep: $2) })
  let smallest = add(
    "min", "The smallest", all: { try F.min($0) }, axis: { try F.min($0, axis: $1, keep: $2) })
  interpreter.registerOverload("sum", for: TensorValue.self, sum)
  interpreter.registerOverload("max", for: TensorValue.self, largest)
  interpreter.registerOverload("min", for: TensorValue.self, smallest)

  interpreter.define(
    [
      NativeFunction(
        "variance(x, axis = nil, keep = false, correction = 1)",
        doc: """
          The variance Σ (x − mean)² / (n − correction) of a list of numbers, or of a tensor, in total or along an axis.
          `correction: 0` gives the population variance.

          ```
          variance([1, 2, 4])
          ```
          """
      ) { try spread($0) { $0 } },
      NativeFunction(
        "std(x, axis = nil, keep = false, correction = 1)",
        doc:
          "The standard deviation of a list of numbers, or of a tensor, in total or along an axis: the square root of `variance`.\n\n```\nstd([1, 2, 4], correction: 0)\n```"
      ) { try spread($0) { try F.sqrt($0) } },
      NativeFunction(
        "norm(x, axis = nil, keep = false)",
        doc: "The length √Σx² of all numbers, or along an axis.\n\n```\nnorm(tensor([3.0, 4.0]))\n```"
      ) { arguments in
        let squares = try F.square(arguments.floatVariable("x"))
        guard let axis = try arguments.optionalInt("axis") else {
          return .host(TensorValue(try F.sqrt(F.sum(squares))))
        }
        return .host(TensorValue(try F.sqrt(F.sum(squares, axis: axis, keep: arguments.bool("keep")))))
      },
    ].onlyGiving())
  for (name, holds) in [("any", false), ("all", true)] {
    interpreter.registerOverload(
      name, for: TensorValue.self,
      NativeFunction(
        "\(name)(x)",
        doc:
          "Whether \(name == "any" ? "some number is" : "all numbers are") not zero.\n\n```\n\(name)(tensor([1, 0]) > 0)\n```"
      ) { arguments in
        // any: not all are false; all: none is false.
        let bools = try arguments.tensor("x").toBools()
        return .bool(holds ? !bools.contains(false) : bools.contains(true))
      })
  }
  interpreter.define(
    NativeFunction(
      "mean(x, axis = nil, keep = false)",
      doc:
        """
        The mean of a list of numbers, or of a tensor, in total or along an axis. The mean of Bools is the share that
        is true.

        ```
        mean([1, 2, 6])
        mean([a == b for [a, b] in zip(["cat", "dog"], ["cat", "cat"])])    // 0.5
        ```
        """
    ) { arguments in
      if arguments["x"]?.asHost(TensorValue.self) != nil {
        var forwarded = arguments
        return try mean.body(&forwarded)
      }
      if let list = arguments["x"]?.asList, !list.isEmpty {
        let flags = list.compactMap(\.asBool)
        if flags.count == list.count {
          return .float(Double(flags.count { $0 }) / Double(flags.count))
        }
      }
      if arguments["x"]?.asBool != nil {
        throw arguments.wrongType(
          "x", expected: "a List of numbers or Bools",
          help: "compare element by element: mean([a == b for [a, b] in zip(xs, ys)])")
      }
      let numbers = try arguments.floats("x")
      guard !numbers.isEmpty else {
        throw arguments.failure("E0205", "cannot compute the mean of an empty list or tensor", at: "x")
      }
      return .float(numbers.reduce(0, +) / Double(numbers.count))
    }.onlyGiving())
}

/// abs, exp, log and the like over tensors.
func registerElementwise(_ interpreter: Interpreter) {
  let functions: [(String, String, (Variable) throws -> Variable)] = [
    ("abs", "The absolute value of each number", { try F.abs($0) }),
    ("exp", "e to each number", { try F.exp($0) }),
    ("log", "The natural logarithm of each number", { try F.log($0) }),
    ("sqrt", "The square root of each number", { try F.sqrt($0) }),
    ("sin", "The sine of each number", { try F.sin($0) }),
    ("cos", "The cosine of each number", { try F.cos($0) }),
    ("floor", "Each number rounded down", { try F.unary(.floor, $0) }),
    ("ceil", "Each number rounded up", { try F.unary(.ceil, $0) }),
    ("round", "Each number rounded to the nearest, halves to even", { try F.unary(.round, $0) }),
  ]
  for (name, what, body) in functions {
    interpreter.registerOverload(
      name, for: TensorValue.self,
      NativeFunction("\(name)(x)", doc: "\(what).\n\n```\n\(name)(tensor([0.5, 1.5]))\n```") {
        arguments in
        let x = try arguments.variable("x")
        if name == "abs", x.value.dtype == .int64 {
          return .host(TensorValue(try sizes(x.value)))
        }
        return .host(TensorValue(try body(arguments.floatVariable("x"))))
      })
  }
}

/// The absolute values of integers, which stay integers.
private func sizes(_ tensor: Tensor) throws -> Tensor {
  let sizes = try tensor.toInts().map { number in
    guard number != Int.min else {
      throw Failure("E0402", "the absolute value of \(number) is out of range for Int")
    }
    return abs(number)
  }
  return try Tensor(sizes, shape: tensor.shape)
}

/// The variance, passed through `finish`: a Float for a list of numbers, else a tensor.
private func spread(_ arguments: Arguments, _ finish: (Variable) throws -> Variable) throws -> AnyValue {
  let correction = try arguments.int("correction", in: 0...)
  let isTensor = arguments["x"]?.asHost(TensorValue.self) != nil
  if !isTensor, !arguments.isGiven("axis"), let list = arguments["x"]?.asList,
    !list.contains(where: { $0.asFloat == nil })
  {
    // In double precision, like `mean` of a list.
    let numbers = try arguments.floats("x")
    guard numbers.count > correction else { throw tooFew(arguments, numbers.count, correction) }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance =
      numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - correction)
    return .float(arguments.functionName == "std" ? variance.squareRoot() : variance)
  }
  let x = try arguments.floatVariable("x")
  guard let axis = try arguments.optionalInt("axis") else {
    let count = x.value.count
    guard count > correction else { throw tooFew(arguments, count, correction) }
    let all = try F.variance(F.reshape(x, [count]), axis: 0, correction: correction)
    return .host(TensorValue(try finish(all)))
  }
  let count = x.shape[try Shape.axis(axis, x.shape, for: arguments.functionName)]
  guard count > correction else { throw tooFew(arguments, count, correction) }
  let along = try F.variance(x, axis: axis, keep: arguments.bool("keep"), correction: correction)
  return .host(TensorValue(try finish(along)))
}

private func tooFew(_ arguments: Arguments, _ count: Int, _ correction: Int) -> Failure {
  arguments.failure(
    "E0205", "\(arguments.functionName) needs more than \(correction) numbers, found \(count)", at: "x",
    help: correction == 1 && count == 1 ? "use correction: 0 for the population variance" : nil)
}

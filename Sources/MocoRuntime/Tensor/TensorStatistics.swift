import MocoAutograd
import MocoBase
import MocoLang
import MocoTensor

/// median, quantile, clamp and linspace, and cumsum, diff and argsort for tensors.
func registerStatistics(_ interpreter: Interpreter) {
  interpreter.define([
    NativeFunction(
      "median(x, axis = nil, keep = false)",
      doc: """
        The middle of a list of numbers in order, or the mean of the two in the middle; or of a tensor, in total or
        along an axis. The result is nan if any number is nan.

        ```
        median([9, 1, 2])                                     // 2.0
        median(tensor([[1.0, 5.0], [3.0, 9.0]]), axis: 0)     // tensor([2.0, 7.0])
        ```
        """
    ) { try quantile($0, [0.5]) },
    NativeFunction(
      "quantile(x, q, axis = nil, keep = false)",
      doc: """
        The number below which a share `q` of a list of numbers lies, or of a tensor, in total or along an axis: `q: 0.5`
        is the median. It interpolates linearly, as NumPy's method "linear". The result is nan if any number is nan.
        A list of shares gives a list, or for a tensor a tensor with an additional first dimension.

        ```
        quantile([1, 2, 3, 4], 0.25)                          // 1.75
        quantile([1, 2, 3, 4], [0.1, 0.9])                    // [1.3, 3.7]
        ```
        """
    ) { arguments in try quantile(arguments, shares(arguments)) },
    NativeFunction(
      "clamp(x, low = nil, high = nil)",
      doc: """
        Limits a number, or every number of a tensor, to two bounds; a bound that is left out
        has no effect. nan stays nan. Gradients pass through numbers within the bounds.

        ```
        clamp(1.5, 0, 1)                                      // 1
        clamp(tensor([-2.0, 0.5, 3.0]), low: 0)               // tensor([0.0, 0.5, 3.0])
        ```
        """,
      clamp),
    NativeFunction(
      "linspace(start, end, count: Int)",
      doc: """
        `count` evenly spaced numbers from start to end, including both.

        ```
        linspace(0, 1, 5)                                     // tensor([0.0, 0.25, 0.5, 0.75, 1.0])
        ```
        """,
      linspace),
  ])
  interpreter.registerOverload(
    "cumsum", for: TensorValue.self,
    NativeFunction(
      "cumsum(x, axis = nil)",
      doc: """
        The cumulative sums along an axis, which is required unless there is only one. Integers and Bools give
        integers.

        ```
        cumsum(tensor([1.0, 2.0, 3.0]))                       // [1.0, 3.0, 6.0]
        ```
        """
    ) { arguments in
      let x = try arguments.variable("x")
      return .host(TensorValue(try F.cumulativeSum(x, axis: onlyAxis(arguments, x))))
    })
  interpreter.registerOverload(
    "diff", for: TensorValue.self,
    NativeFunction(
      "diff(x, axis = -1)",
      doc: """
        The differences of consecutive numbers along an axis, which becomes one shorter.

        ```
        diff(tensor([1, 4, 9]))                               // [3, 5]
        ```
        """
    ) { arguments in
      var x = try arguments.variable("x")
      if x.value.dtype == .bool { x = Variable(try x.value.cast(to: .int64)) }
      return .host(TensorValue(try F.difference(x, axis: arguments.int("axis"))))
    })
  interpreter.registerOverload(
    "argsort", for: TensorValue.self,
    NativeFunction(
      "argsort(x, axis = -1, descending = false)",
      doc: """
        The indices that sort the numbers along an axis: the `indices` of `sort`, without a gradient.

        ```
        argsort(tensor([3.0, 1.0, 2.0]))                      // [1, 2, 0]
        ```
        """
    ) { arguments in
      let order = try arguments.tensor("x").sorted(
        axis: arguments.int("axis"), descending: arguments.bool("descending"))
      return .host(TensorValue(order.indices))
    })
}

/// The requested axis, or the only one.
private func onlyAxis(_ arguments: Arguments, _ x: Variable) throws -> Int {
  if let axis = try arguments.optionalInt("axis") { return axis }
  guard x.value.rank == 1 else {
    let shape = Shape.text(x.shape)
    throw arguments.failure(
      "E0205", "\(arguments.functionName) of a tensor of shape \(shape) needs the argument 'axis'",
      at: "x",
      help: x.value.rank == 0
        ? "reshape it first: reshape(x, [1])"
        : "use axis: 0 to go down the rows, or reshape(x, [-1]) for all numbers")
  }
  return 0
}

// MARK: Quantiles

/// The requested shares; a single one is not in a list.
private func shares(_ arguments: Arguments) throws -> [Double] {
  let given = try arguments.value("q")
  let found: [Double]
  if let tensor = given.asHost(TensorValue.self), tensor.tensor.rank == 1 {
    found = try tensor.tensor.cast(to: .float32).toFloats().map(Double.init)
  } else if let one = try PlotNumbers.number(given), !given.isNil, given.asBool == nil {
    found = [one]
  } else {
    found = try arguments.floats("q")
  }
  for share in found where !(share >= 0 && share <= 1) {
    let percent = share > 1 && share <= 100
    throw arguments.failure(
      "E0305", "quantile does not accept \(NumberText.float(share)) for 'q'", at: "q",
      help: percent
        ? "use a share from 0 to 1: \(NumberText.float(share / 100)) for \(NumberText.float(share)) %"
        : "use a share from 0 to 1")
  }
  return found
}

private func quantile(_ arguments: Arguments, _ shares: [Double]) throws -> AnyValue {
  let name = arguments.functionName
  // A median, or a quantile of one share, has no dimension for the shares.
  let isOne =
    name == "median" || (arguments["q"]?.asList == nil && arguments["q"]?.asFloat != nil)
    || (arguments["q"]?.asHost(TensorValue.self)?.tensor.rank == 0)
  let given = try arguments.value("x")
  if given.asHost(TensorValue.self) == nil, !arguments.isGiven("axis"),
    !(given.asList ?? []).contains(where: { $0.asList != nil || $0.asHost(TensorValue.self) != nil })
  {
    // In double precision, like `mean` of a list.
    let numbers = try arguments.floats("x")
    guard !numbers.isEmpty else {
      throw arguments.failure("E0205", "cannot compute the \(name) of an empty list or tensor", at: "x")
    }
    let ordered = numbers.contains(where: \.isNaN) ? [.nan] : numbers.sorted()
    let results = shares.map { name == "median" ? middle(ordered) : between(ordered, $0) }
    return isOne ? .float(results.first ?? .nan) : .list(results)
  }
  let x = try arguments.floatVariable("x")
  let keep = try arguments.bool("keep")
  let results: [Variable]
  if let axis = try arguments.optionalInt("axis") {
    let found = try F.quantiles(x, shares, axis: axis)
    results = keep ? found : try found.map { try F.squeeze($0, axis) }
  } else {
    guard x.value.count > 0 else {
      throw arguments.failure("E0205", "cannot compute the \(name) of an empty list or tensor", at: "x")
    }
    let found = try F.quantiles(F.reshape(x, [x.value.count]), shares, axis: 0)
    let shape = keep ? x.shape.map { _ in 1 } : []
    results = try found.map { try F.reshape($0, shape) }
  }
  if isOne, let result = results.first { return .host(TensorValue(result)) }
  guard !results.isEmpty else {
    throw arguments.failure(
      "E0305", "quantile needs at least one share", at: "q", help: "use a share from 0 to 1")
  }
  return .host(TensorValue(try F.stack(results)))
}

private func middle(_ ordered: [Double]) -> Double {
  let (low, high) = (ordered[(ordered.count - 1) / 2], ordered[ordered.count / 2])
  return low == high ? low : low / 2 + high / 2
}

private func between(_ ordered: [Double], _ share: Double) -> Double {
  let place = share * Double(ordered.count - 1)
  let below = min(Int(place.rounded(.down)), ordered.count - 1)
  let part = place - Double(below)
  let low = ordered[below]
  guard part > 0, below + 1 < ordered.count, ordered[below + 1] != low else { return low }
  let high = ordered[below + 1]
  guard low.isFinite, high.isFinite else { return low * (1 - part) + high * part }
  // From the nearer end, so that rounding never misses an end.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
}

// MARK: clamp, linspace

private func clamp(_ arguments: inout Arguments) throws -> AnyValue {
  let given = try arguments.value("x")
  if given.asList != nil || given.asRange != nil {
    throw arguments.wrongType(
      "x", expected: "a number or a tensor",
      help: "use clamp(tensor(xs), …) for a tensor, or [clamp(x, …) for x in xs] for a list")
  }
  func bound(_ name: String) throws -> AnyValue? {
    guard let value = arguments[name], !value.isNil else { return nil }
    if try arguments.float(name).isNaN {
      throw arguments.failure(
        "E0305", "clamp does not accept nan for '\(name)'", at: name, help: "use a number")
    }
    return value
  }
  let (low, high) = (try bound("low"), try bound("high"))
  let (least, most) = (low?.asFloat ?? -.infinity, high?.asFloat ?? .infinity)
  guard least <= most else {
    throw arguments.failure(
      "E0305",
      "the lower bound \(NumberText.float(least)) is above the upper bound \(NumberText.float(most))",
      at: "low", help: "put the smaller bound first: clamp(x, 0, 1)")
  }
  let isWhole = [low, high].allSatisfy { $0 == nil || $0?.asInt != nil }
  let (from, to) = (low?.asInt ?? .min, high?.asInt ?? .max)
  guard given.asHost(TensorValue.self) != nil else {
    if let number = given.asInt, isWhole { return .int(min(max(number, from), to)) }
    let number = try arguments.float("x")
    return number < least ? low ?? given : number > most ? high ?? given : given
  }
  let x = try arguments.variable("x")
  if x.value.dtype != .float32, isWhole {
    let held = try x.value.cast(to: .int64).toInts().map { min(max($0, from), to) }
    return .host(TensorValue(try Tensor(held, shape: x.shape)))
  }
  return .host(TensorValue(try F.clip(arguments.floatVariable("x"), Float(least), Float(most))))
}

private func linspace(_ arguments: inout Arguments) throws -> AnyValue {
  let (start, end) = (try arguments.float("start"), try arguments.float("end"))
  for (name, value) in [("start", start), ("end", end)] where !value.isFinite {
    throw arguments.failure(
      "E0305", "linspace does not accept \(NumberText.float(value)) for '\(name)'", at: name,
      help: "use a finite number")
  }
  let count = try arguments.int("count", in: 0...)
  let out = try Tensor(uninitialized: [count])
  let steps = Double(max(count - 1, 1))
  let step = (end - start) / steps
  withExtendedLifetime(out.storage) {
    for place in 0..<count {
      let share = Double(place) / steps
      // The distance between very large ends overflows.
      let inner = step.isFinite ? start + Double(place) * step : start * (1 - share) + end * share
      out.floats[place] = Float(place > 0 && place == count - 1 ? end : inner)
    }
  }
  return .host(TensorValue(out))
}

// Numbers.

import Glibc
import MocoBase

extension CoreBuiltins {
  static var mathematics: [NativeFunction] {
    [
      NativeFunction(
        core: "abs(x)",
        doc: """
          The absolute value of a number.

          ```
          abs(-3)     // 3
          ```
          """
      ) { machine, arguments in
        switch arguments[0].tag {
        case .int:
          let (negated, overflow) = 0.subtractingReportingOverflow(arguments[0].asInt)
          if arguments[0].asInt >= 0 { return arguments[0] }
          if overflow { throw Machine.intOverflow("abs(\(arguments[0].asInt))") }
          return .int(negated)
        case .quantity:
          return arguments[0].amount < 0
            ? try machine.binary(.multiply, arguments[0], .int(-1)) : arguments[0]
        default: return .float(try machine.numberArgument(arguments[0], "x", "abs").magnitude)
        }
      },
      NativeFunction(
        core: "round(x, digits = nil)",
        doc: """
          The nearest Int; halves round to the even one. With `digits`, the nearest Float with this many
          decimal places.

          ```
          round(2.6)             // 3
          round(3.14159, 2)      // 3.14
          ```
          """
      ) { machine, arguments in
        if arguments[1].tag == .null {
          if arguments[0].tag == .int { return arguments[0] }
          let number = try machine.numberArgument(arguments[0], "x", "round")
          return .int(try machine.whole(number.rounded(.toNearestOrEven), "round"))
        }
        let digits = try machine.intArgument(arguments[1], "digits", "round")
        if arguments[0].tag == .int, digits >= 0 { return arguments[0] }
        let number = try machine.numberArgument(arguments[0], "x", "round")
        guard number.isFinite, digits < 320 else { return .float(number) }
        if digits >= 0 {
          let rounded = Double(NumberText.decimal(number.magnitude, digits)) ?? number.magnitude
          return .float(Double(signOf: number, magnitudeOf: rounded))
        }
        let scale = pow(10, min(-Double(digits), 330))
        let rounded = scale.isInfinite ? 0 : (number / scale).rounded(.toNearestOrEven) * scale
        return arguments[0].tag == .int ? .int(try machine.whole(rounded, "round")) : .float(rounded)
      },
      NativeFunction(
        core: "floor(x)",
        doc: """
          The largest Int that is not greater than x.

          ```
          floor(-0.5)     // -1
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .int { return arguments[0] }
        return .int(
          try machine.whole(machine.numberArgument(arguments[0], "x", "floor").rounded(.down), "floor"))
      },
      NativeFunction(
        core: "ceil(x)",
        doc: """
          The smallest Int that is not less than x.

          ```
          ceil(0.5)     // 1
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .int { return arguments[0] }
        return .int(try machine.whole(machine.numberArgument(arguments[0], "x", "ceil").rounded(.up), "ceil"))
      },
      NativeFunction(
        core: "div(a, b)",
        doc: """
          Floor division: an Int for two Ints, otherwise a Float without a fraction. `a == div(a, b) * b + a %
          b`.

          ```
          div(7, 2)      // 3
          div(-7, 2)     // -4
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .int, arguments[1].tag == .int {
          let (a, b) = (arguments[0].asInt, arguments[1].asInt)
          if b == 0 { throw Failure("E0403", "division by zero", argument: "b") }
          let (quotient, overflow) = a.dividedReportingOverflow(by: b)
          if overflow { throw Machine.intOverflow("div(\(a), \(b))") }
          return .int((a % b != 0) && ((a < 0) != (b < 0)) ? quotient - 1 : quotient)
        }
        let a = try machine.numberArgument(arguments[0], "a", "div")
        let b = try machine.numberArgument(arguments[1], "b", "div")
        if b == 0 { throw Failure("E0403", "division by zero", argument: "b") }
        return .float((a / b).rounded(.down))
      },
      NativeFunction(
        core: "sqrt(x)",
        doc: """
          The square root.

          ```
          sqrt(2.0)      // 1.4142135623730951
          ```
          """
      ) { machine, arguments in
        let x = try machine.numberArgument(arguments[0], "x", "sqrt")
        if x < 0 { throw domain("the square root of \(NumberText.float(x)) is not a real number") }
        return .float(x.squareRoot())
      },
      NativeFunction(
        core: "exp(x)",
        doc: """
          e to the power x.

          ```
          exp(1)      // 2.718281828459045
          ```
          """
      ) { machine, arguments in
        let x = try machine.numberArgument(arguments[0], "x", "exp")
        let result = exp(x)
        if result.isInfinite, x.isFinite {
          throw Failure(
            "E0402", "exp(\(NumberText.float(x))) is out of range for Float",
            help: "a Float goes up to about 1.8e308", argument: "x")
        }
        return .float(result)
      },
      NativeFunction(
        core: "log(x, base = nil)",
        doc: """
          The natural logarithm, or the logarithm to a base.

          With a step and a record it logs values for the step of a loop. Numbers and Strings go to the run's
          metrics.jsonl. TensorBoard's files (`moco run --tensorboard DIR`) also get tensors as histograms,
          and images and figures as pictures. See `help("results")`.

          ```
          log(8, base: 2)      // 3.0
          log(3, {loss: 0.25, note: "warm-up"})
          ```
          """
      ) { machine, arguments in
        if arguments[1].tag == .record {
          let heap = machine.heap
          try machine.interpreter.logs(AnyValue(arguments[0], in: heap), AnyValue(arguments[1], in: heap))
          return .null
        }
        let x = try machine.numberArgument(arguments[0], "x", "log")
        if x <= 0 { throw domain("the logarithm of \(NumberText.float(x)) is not a real number") }
        guard arguments[1].tag != .null else { return .float(log(x)) }
        let base = try machine.numberArgument(arguments[1], "base", "log")
        if base <= 0 || base == 1 {
          throw Failure(
            "E0407", "there is no logarithm to the base \(NumberText.float(base))", argument: "base")
        }
        if base == 2 { return .float(log2(x)) }
        if base == 10 { return .float(log10(x)) }
        return .float(log(x) / log(base))
      },
      real("sin(x)", "The sine of an angle in radians.", "sin(pi / 2)      // 1.0", sin),
      real("cos(x)", "The cosine of an angle in radians.", "cos(0)      // 1.0", cos),
      real("tan(x)", "The tangent of an angle in radians.", "tan(0)      // 0.0", tan),
      real("tanh(x)", "The hyperbolic tangent.", "tanh(0)      // 0.0", tanh),
      real(
        "atan(x)", "The angle in radians whose tangent is x.", "atan(1) * 4      // 3.141592653589793", atan),
    ]
  }

  private static func domain(_ message: String) -> Failure {
    Failure("E0407", message, argument: "x")
  }

  private static func real(
    _ signature: String, _ text: String, _ example: String, _ function: @escaping (Double) -> Double
  ) -> NativeFunction {
    let name = String(signature.prefix { $0 != "(" })
    return NativeFunction(core: signature, doc: "\(text)\n\n```\n\(example)\n```") { machine, arguments in
      let x = try machine.numberArgument(arguments[0], "x", name)
      if x.isInfinite, name != "tanh", name != "atan" {
        throw domain("\(name) of an infinite number is undefined")
      }
      return .float(function(x))
    }
  }
}

import MocoBase
import MocoLang

/// Reads the arguments of `slider`.
struct SliderReader {
  let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func control() throws -> Made {
    let steps = try self.steps()
    let start = try place(in: steps)
    return Made(.slider(steps), start: start) { steps.value(at: $0) }
  }

  private func fault(_ message: String, at name: String, _ help: String) -> Failure {
    arguments.failure("E0305", message, at: name, help: help)
  }

  // MARK: - The range

  private func steps() throws -> Control.Steps {
    if let range = arguments["range"]?.asRange { return try steps(range) }
    if let range = arguments["range"]?.asHost(FloatRange.self) {
      return try steps(range.start, range.end, range.isClosed, written: range.shortDescription)
    }
    throw arguments.wrongType(
      "range", expected: "a Range", help: "write 1...6, 0..<10, or 0.0...1.0 with a step in the call")
  }

  private func steps(_ range: RangeValue) throws -> Control.Steps {
    if let step = arguments["step"], case .float = step.kind {
      guard range.step == 1 else { throw doubled(range) }
      return try steps(
        Double(range.start), Double(range.end), range.isClosed, written: range.description)
    }
    guard range.step > 0 else {
      throw fault("the range of a slider must ascend", at: "range", "swap the ends of the range")
    }
    guard range.count > 0 else {
      throw fault(
        "the range \(range.description) is empty", at: "range", "use a range with at least one number: 1...6")
    }
    var step = range.step
    if !arguments.isAbsent("step") {
      guard range.step == 1 else { throw doubled(range) }
      step = try arguments.int("step")
      guard step > 0 else {
        throw fault("the step of a slider cannot be \(step)", at: "step", "use a step above 0")
      }
    }
    let whole = RangeValue(start: range.start, end: range.end, isClosed: range.isClosed, step: step)
    let (distance, overflow) = range.end.subtractingReportingOverflow(range.start)
    if range.isClosed, range.step == 1, overflow || distance % step != 0 {
      let last = whole.element(whole.count - 1)
      throw fault(
        "steps of \(step) from \(range.start) do not reach \(range.end)", at: "step",
        "write slider(\(range.start)...\(last), step: \(step)), or another step")
    }
    return Control.Steps(start: range.start, step: step, count: whole.count)
  }

  private func doubled(_ range: RangeValue) -> Failure {
    fault(
      "the range \(range.description) already has a step", at: "step", "remove 'step', or 'by' from the range"
    )
  }

  private func steps(_ low: Double, _ high: Double, _ isClosed: Bool, written: String) throws -> Control.Steps
  {
    guard low.isFinite, high.isFinite else {
      throw fault("the range of a slider must be finite", at: "range", "use a range such as 0.0...1.0")
    }
    guard isClosed ? low <= high : low < high else {
      throw fault("the range \(written) is empty", at: "range", "put the smaller number first: 0.0...1.0")
    }
    guard !arguments.isAbsent("step") else {
      throw fault(
        "a slider over Floats needs a step", at: "range",
        "write slider(\(written), step: \(NumberText.float((high - low) / 10, digits: 2)))")
    }
    let step = try arguments.float("step")
    guard step > 0, step.isFinite, step <= 1e300 else {
      throw fault(
        "the step of a slider cannot be \(NumberText.float(step))", at: "step", "use a step above 0")
    }
    let exact = (high - low) / step
    guard exact < 1e9 else {
      throw fault("a slider cannot have more than a billion steps", at: "step", "use a larger step")
    }
    let whole = exact.rounded()
    let divides = (exact - whole).magnitude < 1e-6
    if isClosed, !divides {
      let last = low + step * exact.rounded(.down)
      throw fault(
        "steps of \(NumberText.float(step)) from \(NumberText.float(low)) do not reach \(NumberText.float(high))",
        at: "step",
        "write slider(\(NumberText.float(low))...\(NumberText.float(last, digits: 6)), step: \(NumberText.float(step))), or another step"
      )
    }
    let count = isClosed ? Int(whole) + 1 : divides ? Int(whole) : Int(exact.rounded(.down)) + 1
    return Control.Steps(start: low, step: step, count: count)
  }

  // MARK: - The default

  private func place(in steps: Control.Steps) throws -> Int {
    guard !arguments.isAbsent("default") else { return 0 }
    let number: Double
    let text: String
    if steps.isWhole {
      let whole = try arguments.int("default")
      if let place = Control(name: "", kind: .slider(steps), value: "").place(of: String(whole)) {
        return place
      }
      (number, text) = (Double(whole), String(whole))
    } else {
      number = try arguments.float("default")
      if let place = steps.place(of: number) { return place }
      text = NumberText.float(number)
    }
    let (first, last) = (steps.text(at: 0), steps.text(at: steps.count - 1))
    let ratio = (number - steps.start) / steps.step
    guard ratio > 0, ratio < Double(steps.count - 1) else {
      throw fault(
        "the default \(text) is out of range: the slider goes from \(first) to \(last)", at: "default",
        "use \(steps.sentence)")
    }
    let below = min(max(0, Int(ratio.rounded(.down))), steps.count - 2)
    throw fault(
      "the default \(text) is not on a step of the slider", at: "default",
      "use \(steps.text(at: below)) or \(steps.text(at: below + 1))")
  }
}

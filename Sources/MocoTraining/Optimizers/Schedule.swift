import MocoBase

/// The learning rate over N epochs (or steps) of training.
///
/// A rate applies to a unit e = 0, 1, …, N − 1 and depends only on e, N and the base rate, so
/// that a resumed run has the same rates.
public enum Schedule: Sendable, Hashable {
  /// Always the base rate.
  case constant
  /// Warm-up, then a cosine.
  case cosine(Cosine)
  /// A function of the program.
  case own(OwnSchedule)

  /// The unit of `warmup` and the cosine.
  public enum Unit: String, Sendable, Hashable { case epochs, steps }

  /// The first units of a run.
  public enum Warmup: String, Sendable, Hashable, CaseIterable {
    /// The warm-up rate in every unit e < W.
    case constant
    /// The warm-up rate for e = 0, then base · e / W.
    case linear
  }

  /// e < W: warm-up; e ≥ W: ½·base·(1 + cos(π(e − W)/N)).
  ///
  /// N counts all units, including the warm-up, so the cosine starts at the base rate and ends above zero: the
  /// published rule. With `end`, the cosine spans the units after the warm-up and reaches `end` at e = N − 1.
  public struct Cosine: Sendable, Hashable {
    /// W, the units of the warm-up; 0 for none.
    public var warmup: Int
    /// The rate during the warm-up.
    public var warmupKind: Warmup
    /// The learning rate of a constant warm-up, and the first of a linear one.
    public var warmupRate: Double
    /// The learning rate at the end; nil for the published rule.
    public var end: Double?
    /// nil: the unit of the training's duration.
    public var unit: Unit?

    /// The published cosine, without a warm-up.
    public init(
      warmup: Int = 0, warmupKind: Warmup = .constant, warmupRate: Double = 1e-5, end: Double? = nil,
      unit: Unit? = nil
    ) {
      self.warmup = max(0, warmup)
      self.warmupKind = warmupKind
      self.warmupRate = warmupRate
      self.end = end
      self.unit = unit
    }
  }

  /// The rate during unit `index` of `total`.
  public func rate(base: Double, at index: Int, of total: Int) -> Double {
    // A function of the program is called with its step and epoch: see `TrainingPlan.rate`.
    guard case .cosine(let cosine) = self else { return base }
    let e = max(0, index)
    let warmup = cosine.warmup
    if e < warmup {
      guard cosine.warmupKind == .linear, e > 0 else { return cosine.warmupRate }
      return base * Double(e) / Double(warmup)
    }
    let passed = Double(e - warmup)
    guard let end = cosine.end else {
      return 0.5 * base * (1 + ExactMath.cosine(halfTurns: passed / Double(max(1, total))))
    }
    let span = Double(max(1, total - warmup - 1))
    return end + 0.5 * (base - end) * (1 + ExactMath.cosine(halfTurns: min(1, passed / span)))
  }

  /// The unit of a cosine; nil for the unit of the training's duration.
  public var unit: Unit? {
    switch self {
    case .constant: return nil
    case .cosine(let cosine): return cosine.unit
    case .own: return .steps
    }
  }

  /// As written in a script.
  public var description: String {
    switch self {
    case .constant: return "constant()"
    case .own(let own): return own.text
    case .cosine(let c):
      var parts: [String] = []
      if c.warmup > 0 {
        parts.append(
          c.unit.map { "warmup: " + NumberText.counted(c.warmup, String($0.rawValue.dropLast())) }
            ?? "warmup: \(c.warmup)")
        if c.warmupKind != .constant { parts.append("warmup_kind: \"\(c.warmupKind.rawValue)\"") }
        if c.warmupRate != 1e-5 { parts.append("warmup_rate: \(c.warmupRate)") }
      }
      if let end = c.end { parts.append("end: \(end)") }
      return "cosine(" + parts.joined(separator: ", ") + ")"
    }
  }
}

/// A learning rate from a function of the program: a factor on the base rate for each step.
///
/// - Safety: used only by the training thread.
public final class OwnSchedule: @unchecked Sendable, Hashable {
  /// A step of a training, as passed to the function.
  public struct Moment: Sendable, Equatable {
    /// From 0.
    public let step: Int
    /// Total number of steps.
    public let steps: Int
    /// From 0.
    public let epoch: Int
    /// Total number of epochs.
    public let epochs: Int
  }

  /// The prefix of every text.
  public static let prefix = "function "
  /// Identifies the function: equal texts are equal schedules for a checkpoint.
  public let text: String
  private var function: ((Moment) throws -> Double)?

  /// - Parameters:
  ///   - text: identifies the function, for checkpoints and records.
  ///   - factor: the factor on the base rate; 0 or more.
  public init(text: String, factor: @escaping (Moment) throws -> Double) {
    self.text = text
    function = factor
  }

  /// Releases the function and keeps only the text: a finished training does not call it.
  public func close() { function = nil }

  /// The factor of a step.
  ///
  /// - Throws: E0706 for a number below 0 or NaN; the errors of the function.
  public func factor(_ moment: Moment) throws -> Double {
    guard let function else {
      throw Failure(
        "E0706", "the function of the schedule is not available", help: "train again with the function",
        argument: "schedule")
    }
    let value = try function(moment)
    guard value.isFinite, value >= 0 else {
      throw Failure(
        "E0706", "the schedule returned \(NumberText.float(value)) for step \(moment.step)",
        help: "return a factor of 0 or more for every step from 0 to \(moment.steps - 1)",
        argument: "schedule")
    }
    return value
  }

  public static func == (a: OwnSchedule, b: OwnSchedule) -> Bool { a.text == b.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

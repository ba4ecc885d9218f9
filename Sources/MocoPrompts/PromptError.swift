/// A failure of the method: templates, prompts, router, mixture, training.
///
/// Codes: E0701 malformed template · E0702 experts and top_k do not fit · E0703 empty group, set or class
/// list, or one class · E0704 unknown class · E0705 a batch or its features do not fit the model · E0706 an
/// option out of range · E0707 a loss that is not finite · E0708 a checkpoint that does not fit · E0709 no
/// training data · E0710 the data's classes are not the model's · E0712 labels and
/// answers that cannot be counted.
public struct PromptError: Error, Equatable, CustomStringConvertible {
  public let code: String
  public let message: String
  public let help: String?
  /// The argument of `mixture`, `coop` or `zero_shot` that is to blame, where it is one.
  public let argument: String?

  public init(_ code: String, _ message: String, help: String? = nil, argument: String? = nil) {
    self.code = code
    self.message = message
    self.help = help
    self.argument = argument
  }

  public var description: String { "[\(code)] \(message)" + (help.map { " (\($0))" } ?? "") }
}

/// The candidate nearest to `name`, if it is near enough to be what was meant.
public func nearestName(to name: String, in candidates: [String]) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars)
  guard wanted.count <= 64 else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars)
    guard other.count <= 64 else { continue }
    var row = Array(0...other.count)
    for (i, a) in wanted.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in other.enumerated() {
        let cost = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    let distance = row[other.count]
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(1, min(wanted.count, best.name.count) / 2) else { return nil }
  return best.name
}

import MocoAutograd
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTraining

/// optim/*.safetensors: parameters after each of some steps, and learning rates by epoch.
///
/// `sgd.init`, `sgd.grads`, `sgd.params` and similar; the settings are in the metadata as text
/// ("lr .03, momentum .9, weight decay 5e-4"). `lr.cosine50_constant5` holds N rates.
enum GoldenOptim {
  static let tolerance = 1e-6

  static func check(
    path: String, report: (_ name: String, _ error: Double, _ tolerance: Double) -> Void
  ) throws {
    let file = try SafetensorsFile(path: path)
    for name in file.names.sorted() {
      if name.hasSuffix(".init") {
        try checkOptimizer(file, String(name.dropLast(".init".count)), report)
      } else if name.hasPrefix("lr.") {
        try checkSchedule(file, name, report)
      }
    }
  }

  private static func checkOptimizer(
    _ file: SafetensorsFile, _ name: String, _ report: (String, Double, Double) -> Void
  ) throws {
    let base = name.split(separator: "_").first.map(String.init) ?? name
    guard let text = file.metadata(name) ?? file.metadata(base) else {
      throw GoldenFault("no settings for \(name)")
    }
    let words = Words(text)
    guard let rate = words.number(after: "lr") else { throw GoldenFault("\(name): no lr in \"\(text)\"") }
    let decay =
      words.number(after: "decay") ?? words.number(after: "l2") ?? words.number(after: "weight_decay") ?? 0
    let epsilon = words.number(after: "eps") ?? 1e-8
    let betas = words.numbers(after: "betas")
    let rule: OptimizerRule
    switch base {
    case "sgd":
      rule = .sgd(
        momentum: words.number(after: "momentum") ?? 0,
        nesterov: name.contains("nesterov") || text.contains("nesterov"))
    case "adam":
      rule = .adam(beta1: betas.first ?? 0.9, beta2: betas.last ?? 0.999, epsilon: epsilon)
    case "adamw":
      rule = .adamW(beta1: betas.first ?? 0.9, beta2: betas.last ?? 0.999, epsilon: epsilon)
    default: throw GoldenFault("there is no optimizer \(base)")
    }
    let start = try file.tensor(name + ".init")
    let gradients = try file.tensor(name + ".grads").toFloats()
    let expected = try file.tensor(name + ".params").toFloats()
    let count = start.count
    let variable = Variable(try Tensor(start.toFloats(), shape: start.shape), requiresGrad: true)
    let optimizer = try Optimizer(
      OptimizerSettings(rule: rule, rate: rate, weightDecay: decay), parameters: [Parameter("p", variable)])
    guard count > 0, gradients.count % count == 0, gradients.count == expected.count else {
      throw GoldenFault("\(name): shape mismatch")
    }
    var error = 0.0
    for step in 0..<(gradients.count / count) {
      let range = (step * count)..<((step + 1) * count)
      variable.grad = try Tensor(Array(gradients[range]), shape: start.shape)
      try optimizer.step()
      error = max(error, largestDifference(try variable.value.toFloats(), Array(expected[range])))
    }
    report(name, error, tolerance)
  }

  private static func checkSchedule(
    _ file: SafetensorsFile, _ name: String, _ report: (String, Double, Double) -> Void
  ) throws {
    // lr.cosine50_constant5, lr.cosine25_none
    let parts = name.dropFirst("lr.cosine".count).split(separator: "_").map(String.init)
    guard name.hasPrefix("lr.cosine"), parts.count == 2, let total = Int(parts[0]) else {
      throw GoldenFault("there is no schedule \(name)")
    }
    let words = Words(file.metadata("lr") ?? "")
    let base = words.number(after: "base") ?? 0.032
    var cosine = Schedule.Cosine(warmupRate: words.number(after: "rate") ?? 1e-5)
    if parts[1] != "none" {
      guard let kind = Schedule.Warmup.allCases.first(where: { parts[1].hasPrefix($0.rawValue) }),
        let count = Int(parts[1].dropFirst(kind.rawValue.count))
      else { throw GoldenFault("there is no warm-up \(parts[1])") }
      cosine.warmupKind = kind
      cosine.warmup = count
    }
    let expected = try file.tensor(name).toFloats()
    let rates = expected.indices.map { Float(Schedule.cosine(cosine).rate(base: base, at: $0, of: total)) }
    report(name, largestDifference(rates, expected), tolerance)
  }
}

struct GoldenFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The largest absolute difference; infinite if counts differ or a number is NaN.
func largestDifference(_ found: [Float], _ expected: [Float]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var error = 0.0
  for (a, b) in zip(found, expected) {
    let difference = abs(Double(a) - Double(b))
    if !difference.isFinite { return .infinity }
    error = max(error, difference)
  }
  return error
}

/// Words and numbers of a line of text: "lr 3e-3, betas .9 .999".
private struct Words {
  let words: [String]

  init(_ text: String) {
    words = text.lowercased().split { $0 == " " || $0 == "," || $0 == ":" || $0 == "=" }.map(String.init)
  }

  private func value(_ word: String) -> Double? {
    Double(word.hasPrefix(".") ? "0" + word : word)
  }

  /// The numbers directly after the last occurrence of a word that is followed by one.
  func numbers(after word: String) -> [Double] {
    for (index, candidate) in words.enumerated() where candidate == word {
      var list: [Double] = []
      for next in words[(index + 1)...] {
        guard let number = value(next) else { break }
        list.append(number)
      }
      if !list.isEmpty { return list }
    }
    return []
  }

  func number(after word: String) -> Double? { numbers(after: word).first }
}

import MocoLang
import MocoPlot
import MocoPrompts

/// Why one image was answered as it was.
final class RouteValue: HostObject {
  let why: Explanation
  /// What the image shows, and its style, where that is known.
  let truth: String?
  let style: String?

  init(_ why: Explanation, truth: String?, style: String?) {
    self.why = why
    self.truth = truth
    self.style = style
  }

  var typeName: String { "Route" }
  var memberNames: [String] {
    ["prediction", "probability", "label", "style", "classes", "experts", "figure"]
  }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "prediction": return .string(why.prediction)
    case "probability": return .float(why.classes.first?.value ?? .nan)
    case "label": return truth.map { .string($0) } ?? .nil
    case "style": return style.map { .string($0) } ?? .nil
    case "classes": return scores(why.classes)
    case "experts":
      return .list(
        why.experts.map { expert in
          .record([
            ("index", .int(expert.index)), ("group", .string(expert.group)), ("score", .float(expert.score)),
            ("weight", .float(expert.weight)), ("chosen", .bool(expert.chosen)),
            ("classes", scores(expert.classes)),
            ("template", expert.template.map { .string($0.name) } ?? .nil),
            ("similarity", expert.template.map { .float($0.value) } ?? .nil),
          ])
        })
    case "figure": return .host(FigureValue(figure))
    default: return nil
    }
  }

  private func scores(_ list: [Explanation.Score]) -> AnyValue {
    .record(list.map { ($0.name, .float($0.value)) })
  }

  var figure: Figure {
    Figure(
      .bars(
        BarChart(
          why.experts.map(\.group), [.init("weight", values: why.experts.map { Double($0.weight) })],
          valueLabel: "weight", digits: 2)),
      title: headline)
  }

  private var headline: String {
    let shown = [style.map { "\($0) image" } ?? "image", truth.map { "of \"\($0)\"" }].compactMap { $0 }
      .joined(separator: " ")
    let probability = rounded(100 * Double(why.classes.first?.value ?? .nan), 1)
    let right = truth.map { $0 == why.prediction ? ", right" : ", wrong" } ?? ""
    return "\(shown): \"\(why.prediction)\" with \(probability) %\(right)"
  }

  var shortDescription: String { "<route: \(headline)>" }

  func display(width: Int, style: DisplayStyle) -> String {
    var lines = [headline]
    let others = why.classes.dropFirst().map { "\($0.name) \(rounded(100 * Double($0.value), 1)) %" }
    if !others.isEmpty { lines.append("  then \(others.joined(separator: ", "))") }
    let widest = why.experts.map(\.group.count).max() ?? 0
    for expert in why.experts where expert.chosen {
      let pad = String(repeating: " ", count: widest - expert.group.count)
      let says = expert.classes.prefix(2).map { "\($0.name) \(rounded(100 * Double($0.value), 0)) %" }
        .joined(separator: ", ")
      let bar = String(repeating: style.unicode ? "█" : "#", count: Int((12 * expert.weight).rounded()))
      let rest = String(repeating: " ", count: max(0, 12 - bar.count))
      lines.append(
        "  \(expert.group)\(pad)  \(rounded(Double(expert.weight), 2)) \(bar)\(rest)  alone: \(says)")
      if let template = expert.template {
        lines.append(
          "    nearest of its sentences: \"\(template.name)\" (cosine \(rounded(Double(template.value), 3)))")
      }
    }
    let rest = why.experts.filter { !$0.chosen }.map { "\($0.group) \(rounded(Double($0.score), 2))" }
    if !rest.isEmpty { lines.append("  not asked (score): \(rest.joined(separator: ", "))") }
    return lines.map { $0.count <= width ? $0 : String($0.prefix(max(1, width - 1))) + "…" }
      .joined(separator: "\n")
  }
}

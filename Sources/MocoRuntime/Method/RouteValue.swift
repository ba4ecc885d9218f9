import MocoBase
import MocoLab
import MocoLang
import MocoMethods
import MocoPlot

/// What is known of an image beside the answer.
struct RouteTruth {
  /// What the image shows, and its style, where that is known.
  let label: String?
  let style: String?
  /// Names that tell the classes asked about apart.
  let shown: [String]
  /// The right answers among them, none where the image's class is not; nil where nobody can say.
  let places: Set<Int>?

  /// - Parameter selection: what `classes` asks the model about the argument `image`.
  init(_ arguments: Arguments, _ selection: ClassSelection, _ model: any Classifier) {
    let names = model.names(selection)
    style = arguments["image"]?.asHost((any ModelImage).self)?.styleName
    guard let item: ItemValue = arguments["image"]?.asHost() else {
      (label, shown, places) = (nil, model.shownNames(selection), nil)
      return
    }
    let number = item.split.items[item.place].label
    let own = item.split.labelNames
    label = own.indices.contains(number) ? own[number] : nil
    shown = names == item.split.classes ? own : model.shownNames(selection)
    // The classes asked about are the split's, label by label, unless the program lists others.
    let given = arguments["classes"] ?? .nil
    let isByLabel = given.isNil || ["data", "model"].contains(given.asString)
    if isByLabel || names == item.split.classes {
      places = [number]
    } else {
      let known = names.indices.filter { names[$0] == item.trueClass }
      places = known.count > 1 ? nil : Set(known)
    }
  }
}

/// Why one image was answered as it was.
final class RouteValue: HostObject {
  let why: Explanation
  let truth: RouteTruth

  init(_ why: Explanation, _ truth: RouteTruth) {
    self.why = why
    self.truth = truth
  }

  private var isRight: Bool? { truth.places.map { $0.contains(why.place) } }

  var typeName: String { "Route" }
  var memberNames: [String] {
    ["prediction", "probability", "label", "right", "style", "classes", "experts", "figure"]
  }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "prediction": return .string(why.prediction)
    case "probability": return .float(why.classes.first?.value ?? .nan)
    case "label": return truth.label.map { .string($0) } ?? .nil
    case "right": return isRight.map { .bool($0) } ?? .nil
    case "style": return truth.style.map { .string($0) } ?? .nil
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
    let shown = [truth.style.map { "\($0) image" } ?? "image", truth.label.map { "of \"\($0)\"" }]
      .compactMap { $0 }.joined(separator: " ")
    let probability = NumberText.fixed(100 * Double(why.classes.first?.value ?? .nan), 1)
    let right = isRight.map { $0 ? ", right" : ", wrong" } ?? ""
    return "\(shown): \"\(why.prediction)\" with \(probability) %\(right)"
  }

  var shortDescription: String { "<route: \(headline)>" }

  func display(width: Int, style: DisplayStyle) -> String {
    var lines = [headline]
    let others = why.classes.dropFirst().map { "\($0.name) \(NumberText.fixed(100 * Double($0.value), 1)) %" }
    if !others.isEmpty { lines.append("  then \(others.joined(separator: ", "))") }
    let widest = why.experts.map(\.group.count).max() ?? 0
    for expert in why.experts where expert.chosen {
      let pad = String(repeating: " ", count: widest - expert.group.count)
      let says = expert.classes.prefix(2).map {
        "\($0.name) \(NumberText.fixed(100 * Double($0.value), 0)) %"
      }
      .joined(separator: ", ")
      let bar = String(repeating: style.unicode ? "█" : "#", count: Int((12 * expert.weight).rounded()))
      let rest = String(repeating: " ", count: max(0, 12 - bar.count))
      lines.append(
        "  \(expert.group)\(pad)  \(NumberText.fixed(Double(expert.weight), 2)) \(bar)\(rest)  alone: \(says)"
      )
      if let template = expert.template {
        lines.append(
          "    nearest of its sentences: \"\(template.name)\" (cosine \(NumberText.fixed(Double(template.value), 3)))"
        )
      }
    }
    let rest = why.experts.filter { !$0.chosen }.map {
      "\($0.group) \(NumberText.fixed(Double($0.score), 2))"
    }
    if !rest.isEmpty { lines.append("  not asked (score): \(rest.joined(separator: ", "))") }
    return lines.map { $0.count <= width ? $0 : String($0.prefix(max(1, width - 1))) + "…" }
      .joined(separator: "\n")
  }
}

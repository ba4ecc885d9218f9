import MocoBase
import MocoDocument
import MocoLang
import MocoMethods
import MocoPlot
import MocoTraining

/// The known facts of an image besides the prediction.
struct RouteTruth {
  /// The class of the image, and its style, if known.
  let label: String?
  let style: String?
  /// Unique names of the classes.
  let shown: [String]
  /// The correct classes among them, empty if the image's class is not listed; nil if unknown.
  let places: Set<Int>?

  /// - Parameter selection: the classes that `classes` selects for the argument `image`.
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
    // The classes are the split's, label by label, unless the program lists others.
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

/// The explanation of the prediction for one image.
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
    ["prediction", "probability", "label", "right", "style", "classes", "experts", "steps", "figure"]
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
    case "steps": return steps
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

  func document(_ limits: DocumentLimits) -> Document {
    let others = why.classes.dropFirst().map { "\($0.name) \(NumberText.fixed(100 * Double($0.value), 1)) %" }
    var head: [Document.Block] = [.title(headline)]
    if !others.isEmpty { head.append(.line("then \(others.joined(separator: ", "))")) }
    return Document([.adapted(lines: head + lines(limits), page: head + page)])
  }

  /// The experts' predictions, with a bar for the weight of each.
  private func lines(_ limits: DocumentLimits) -> [Document.Block] {
    var blocks: [Document.Block] = []
    let widest = why.experts.map(\.group.count).max() ?? 0
    for expert in why.experts where expert.chosen {
      let pad = String(repeating: " ", count: widest - expert.group.count)
      let bar = String(
        repeating: limits.glyphs == .unicode ? "█" : "#", count: Int((12 * expert.weight).rounded()))
      let rest = String(repeating: " ", count: max(0, 12 - bar.count))
      blocks.append(
        .line(
          "\(expert.group)\(pad)  \(NumberText.fixed(Double(expert.weight), 2)) \(bar)\(rest)  alone: \(answers(expert))"
        ))
      if let template = expert.template {
        blocks.append(
          .line(
            "  nearest of its sentences: \"\(template.name)\" (cosine \(NumberText.fixed(Double(template.value), 3)))"
          )
        )
      }
    }
    let rest = why.experts.filter { !$0.chosen }.map {
      "\($0.group) \(NumberText.fixed(Double($0.score), 2))"
    }
    if !rest.isEmpty { blocks.append(.line("not chosen (score): \(rest.joined(separator: ", "))")) }
    return blocks
  }

  /// The two most likely classes of one expert.
  private func answers(_ expert: Explanation.ExpertView) -> String {
    expert.classes.prefix(2).map { "\($0.name) \(NumberText.fixed(100 * Double($0.value), 0)) %" }.joined(
      separator: ", ")
  }

  /// The weights as a picture, and the experts' predictions as a table.
  private var page: [Document.Block] {
    let rows = why.experts.map { expert -> Document.Table.Row in
      let sentence = expert.template.map { Document.Text($0.name) }
      let cosine = expert.template.map { Document.Text(NumberText.fixed(Double($0.value), 3)) }
      return .cells([
        .init(Document.Text(expert.group), .header),
        .init(Document.Text(NumberText.fixed(Double(expert.score), 2)), .number),
        .init(
          Document.Text(NumberText.fixed(Double(expert.weight), 2)), .number, isEmphasized: expert.chosen),
        expert.chosen ? .init(Document.Text(answers(expert))) : .missing,
        sentence.map { .init($0) } ?? .missing, cosine.map { .init($0, .number) } ?? .missing,
      ])
    }
    let names: [(Document.Text, Document.Table.Alignment)] = [
      ("expert", .leading), ("score", .trailing), ("weight", .trailing), ("alone", .leading),
      ("nearest of its sentences", .leading), ("cosine", .trailing),
    ]
    let table = Document.Table(columns: names.map { .init($0.0, $0.1) }, rows: rows)
    return [.figure(FigureLeaf(figure)), .table(table)]
  }
}

import MocoLang
import MocoMethods

extension RouteValue {
  /// Every number from the router's scores to the probabilities, experts in their own order.
  var steps: AnyValue {
    let experts = why.experts.sorted { $0.index < $1.index }
    func named(_ names: [String], _ values: [Float]) -> AnyValue {
      .record(Fields(zip(names, values).map { ($0, .float($1)) }))
    }
    let groups = experts.map(\.group)
    return .record([
      ("scores", named(groups, experts.map(\.score))),
      ("chosen", .list(why.experts.filter(\.chosen).map { AnyValue.string($0.group) })),
      ("weights", named(groups, experts.map(\.weight))),
      ("logits", .record(Fields(experts.map { ($0.group, named(why.names, $0.logits)) }))),
      ("mixed", named(why.names, why.logits)),
      ("probabilities", named(why.names, why.probabilities)),
    ])
  }
}

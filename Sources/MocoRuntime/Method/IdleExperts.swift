import MocoBase
import MocoMethods
import MocoTraining

/// Experts that no image of a training's last epoch was routed to.
struct IdleExperts {
  /// Their groups, in order.
  let names: [String]
  /// What the router was then: with other numbers nothing is known of it.
  let router: [Float]

  /// For people.
  var text: String {
    "no image of the last epoch was routed to \(names.joined(separator: ", ")); see help(dead)"
  }
}

extension ModelValue {
  /// Keeps which experts the last epoch left idle, and gives their groups.
  ///
  /// - Throws: E0405 without memory for the router's numbers.
  func noteIdle(_ report: TrainingReport) throws -> [String] {
    idle = nil
    guard let routed = model as? any Routed, let load = report.epochs.last?.gateLoad else { return [] }
    let names = zip(routed.expertNames, load).filter { $0.1 == 0 }.map(\.0)
    if !names.isEmpty { idle = IdleExperts(names: names, router: try routed.routingNumbers()) }
    return names
  }

  /// The same, as long as the router is what it was then.
  var idleRemark: String? {
    guard let idle, let routed = model as? any Routed, (try? routed.routingNumbers()) == idle.router else {
      return nil
    }
    return idle.text
  }
}

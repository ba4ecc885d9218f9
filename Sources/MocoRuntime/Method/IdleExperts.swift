import MocoBase
import MocoMethods
import MocoTraining

/// Experts to which no image of a training's last epoch was routed.
struct IdleExperts {
  /// Their groups, in order.
  let names: [String]
  /// The router's numbers at that time: after a change the result is no longer valid.
  let router: [Float]

  /// The message for the user.
  var text: String {
    "no image of the last epoch was routed to \(names.joined(separator: ", ")); see help(dead)"
  }
}

extension ModelValue {
  /// Stores which experts were idle in the last epoch, and returns their groups.
  ///
  /// - Throws: E0405 without memory for the router's numbers.
  func noteIdle(_ report: TrainingReport) throws -> [String] {
    idle = nil
    guard let routed = model as? any Routed, let load = report.epochs.last?.gateLoad else { return [] }
    let names = zip(routed.expertNames, load).filter { $0.1 == 0 }.map(\.0)
    if !names.isEmpty { idle = IdleExperts(names: names, router: try routed.routingNumbers()) }
    return names
  }

  /// The stored experts, if the router has not changed since.
  var idleRemark: String? {
    guard let idle, let routed = model as? any Routed, (try? routed.routingNumbers()) == idle.router else {
      return nil
    }
    return idle.text
  }
}

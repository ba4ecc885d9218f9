import MocoBase
import MocoTensor
import Synchronization

/// What models of the same weights find out only once: models that runs of one process have each for themselves, over
/// tensors that they share.
///
/// It holds of a model as long as that has the very tensors of the first one: what trains, or is handed to a program that
/// might write into it, gets tensors of its own. No result depends on it.
package final class SharedWeights: Sendable {
  private let tensors: [String: Tensor]
  private let state = Mutex(State())

  private struct State {
    var hashes: [String: String] = [:]
    var features: [String: [Float]] = [:]
    var order: [String] = []
    var bytes = 0
  }

  /// Bytes of text features that are kept; beyond, the oldest go.
  private static let mostBytes = 128 << 20

  /// Weights of a model that was just loaded.
  package init(_ model: CLIPModel) {
    tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.variable.value) })
  }

  /// Whether a model still has all of these tensors whose names fit.
  func holds(_ model: CLIPModel, where fits: (String) -> Bool) -> Bool {
    model.parameters.allSatisfy { name, variable in
      guard fits(name) else { return true }
      guard let own = tensors[name] else { return false }
      return own.storage === variable.value.storage && own.offset == variable.value.offset
        && own.shape == variable.value.shape && own.strides == variable.value.strides
    }
  }

  /// A hash that is found out once.
  func hash(_ prefix: String, _ make: () throws -> String) rethrows -> String {
    if let known = state.withLock({ $0.hashes[prefix] }) { return known }
    let made = try make()
    state.withLock { $0.hashes[prefix] = made }
    return made
  }

  /// Features of fixed texts that were encoded already.
  package func features(_ key: String) -> [Float]? { state.withLock { $0.features[key] } }

  /// Keeps features of fixed texts.
  package func keep(_ features: [Float], _ key: String) {
    let bytes = features.count * 4 + key.utf8.count
    guard bytes <= SharedWeights.mostBytes / 2 else { return }
    state.withLock { state in
      guard state.features[key] == nil else { return }
      state.features[key] = features
      state.order.append(key)
      state.bytes += bytes
      while state.bytes > SharedWeights.mostBytes, let oldest = state.order.first {
        state.order.removeFirst()
        state.bytes -= (state.features[oldest]?.count ?? 0) * 4 + oldest.utf8.count
        state.features[oldest] = nil
      }
    }
  }
}

extension CLIPModel {
  /// Lets copies of this model share what is found out of its weights; for one that was just loaded.
  package func beginSharing() { shared = SharedWeights(self) }

  /// Gives the model tensors of its own, so that writing into them reaches no other run's.
  ///
  /// - Throws: E0405.
  package func unshare() throws {
    guard shared != nil else { return }
    for (_, variable) in parameters { variable.value = try variable.value.copy() }
    shared = nil
  }

  /// What is shared of the text tower; nil where nothing is, or the tower is no longer the shared one.
  package var sharedText: SharedWeights? {
    guard let shared, shared.holds(self, where: { !$0.hasPrefix("visual.") }) else { return nil }
    return shared
  }
}

import MocoBase
import MocoTensor
import Synchronization

/// Results that models of the same weights compute only once: separate models of the runs of one process, over
/// tensors that they share.
///
/// It is valid for a model while that has the same tensors as the first one: tensors that train, or that a program
/// might write to, are copied. No result depends on it.
package final class SharedWeights: Sendable {
  private let tensors: [String: Tensor]
  private let state = Mutex(State())

  private struct State {
    var hashes: [String: String] = [:]
    var features: [String: [Float]] = [:]
    var order: [String] = []
    var bytes = 0
  }

  /// Maximum size of cached text features in bytes; beyond it, the oldest are removed.
  private static let mostBytes = 128 << 20

  /// Weights of a model that was just loaded.
  package init(_ model: CLIPModel) {
    tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.variable.value) })
  }

  /// Whether a model still has all of these tensors with matching names.
  func holds(_ model: CLIPModel, where fits: (String) -> Bool) -> Bool {
    model.parameters.allSatisfy { name, variable in
      guard fits(name) else { return true }
      guard let own = tensors[name] else { return false }
      return own.storage === variable.value.storage && own.offset == variable.value.offset
        && own.shape == variable.value.shape && own.strides == variable.value.strides
    }
  }

  /// A hash that is computed once.
  func hash(_ prefix: String, _ make: () throws -> String) rethrows -> String {
    if let known = state.withLock({ $0.hashes[prefix] }) { return known }
    let made = try make()
    state.withLock { $0.hashes[prefix] = made }
    return made
  }

  /// Features of fixed texts that were encoded already.
  package func features(_ key: String) -> [Float]? { state.withLock { $0.features[key] } }

  /// Caches features of fixed texts.
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
  /// Lets copies of this model share results for its weights; for a model that was just loaded.
  package func beginSharing() { shared = SharedWeights(self) }

  /// Gives the model its own tensors, so that writing to them does not affect other runs.
  ///
  /// - Throws: E0405.
  package func unshare() throws {
    guard shared != nil else { return }
    for (_, variable) in parameters { variable.value = try variable.value.copy() }
    shared = nil
  }

  /// Shared results of the text tower; nil if there are none, or the tower is no longer the shared one.
  package var sharedText: SharedWeights? {
    guard let shared, shared.holds(self, where: { !$0.hasPrefix("visual.") }) else { return nil }
    return shared
  }
}

import MocoBase
import MocoCLIP

/// The mixture's losses: L = class·L_class + text·L_text + gate·L_gate.
public struct MixtureLossOptions: Sendable, Hashable {
  /// The weight of the class loss.
  public var classWeight: Float = 1
  /// The published weight of the text loss.
  public var textWeight: Float = 5
  /// The weight of the router's loss.
  public var gateWeight: Float = 1
  /// Divides ⟨t, p⟩ in the text loss. The published loss has none.
  public var textTemperature: Float = 1
  /// Whether the text loss encodes each prompt again with a full stop before [end]. nil, as published: only
  /// if the class loss does not use all classes.
  public var textFullStop: Bool?
  /// The experts of the text loss.
  public var textExperts = TextExperts.all
  /// The target of the router.
  public var gateTarget: GateTarget = .top(2, bonus: 10)
  /// Whether the gate's target is a constant. This matters only if the vision tower is trained; published: no.
  public var detachGateTarget = false

  /// How q[b,g] = ⟨v_b, p[g, y_b]⟩ becomes the router's target softmax(…).
  public enum GateTarget: Sendable, Hashable {
    /// `bonus` is added to the `count` largest entries.
    case top(Int, bonus: Float)
    /// q is divided by the temperature.
    case temperature(Float)
  }

  /// The experts of the text loss.
  ///
  /// If only chosen experts are used, the features of the others are zero rows: each of their C terms is
  /// ln C, they get no gradient, and their prompts are not encoded.
  public enum TextExperts: String, Sendable, Hashable, CaseIterable {
    /// All experts, in every step.
    case all
    /// The experts chosen for some image of the batch.
    case chosen
    /// `chosen` in batches of fewer than 4 images, `all` in others, as in the authors' program.
    case published

    /// Whether a batch of this many images leaves out experts that were not chosen.
    func areChosen(batch: Int) -> Bool {
      switch self {
      case .all: return false
      case .chosen: return true
      case .published: return batch < 4
      }
    }
  }

  /// The defaults.
  public init() {}

  /// - Throws: E0706 for a negative weight, a temperature that is not positive, a count below 1.
  func check() throws {
    func positive(_ value: Float, _ name: String) throws {
      guard value > 0, value.isFinite else {
        throw Failure("E0706", "\(name) is \(value)", help: "use a positive number")
      }
    }
    for (name, value) in [("class", classWeight), ("text", textWeight), ("gate", gateWeight)] {
      guard value >= 0, value.isFinite else {
        throw Failure("E0706", "the weight of the \(name) loss is \(value)", help: "use 0 or more")
      }
    }
    guard classWeight + textWeight + gateWeight > 0 else {
      throw Failure("E0706", "the weights of all three losses are 0", help: "set at least one above 0")
    }
    try positive(textTemperature, "the text loss's temperature")
    switch gateTarget {
    case .top(let count, let bonus):
      guard count >= 1, bonus.isFinite else {
        throw Failure(
          "E0706", "the gate target raises \(count) entries by \(bonus)", help: "use 1 or more")
      }
    case .temperature(let value): try positive(value, "the gate target's temperature")
    }
  }
}

/// The options of a mixture. `publishedSettings` are the authors'; two defaults differ from them.
public struct MixtureOptions: Sendable, Hashable {
  /// The options of the router.
  public var router = Router.Options()
  /// The options of the three losses.
  public var loss = MixtureLossOptions()
  /// The initialisation of the soft tokens.
  public var start = SoftPrompts.Start.first
  /// Whether the vision tower's ln_1 and ln_2 are trained, as a copy of the model.
  public var trainVisionLayerNorms = false
  /// Their learning rate's factor.
  public var visionRateFactor = 0.1
  /// Memory limit for the text tower's activations in a step, in bytes; more prompts than fit are processed in chunks.
  public var memory = TextPlan.defaultMemory
  /// The seed of the router's start, and of random soft tokens.
  public var seed: UInt64 = 0
  /// Set if the program requested the published configuration; its training uses the rest of it.
  public var published: Published?

  /// The defaults; two of them differ from the published values.
  public init() {}
}

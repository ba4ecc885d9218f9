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
  /// where the class loss does not see all classes.
  public var textFullStop: Bool?
  /// Whose prompts the text loss reads.
  public var textExperts = TextExperts.all
  /// What the router is to learn.
  public var gateTarget: GateTarget = .top(2, bonus: 10)
  /// Whether the gate's target is a constant. Shows only when the vision tower is trained; published: no.
  public var detachGateTarget = false

  /// How q[b,g] = ⟨v_b, p[g, y_b]⟩ becomes the router's target softmax(…).
  public enum GateTarget: Sendable, Hashable {
    /// `bonus` is added to the `count` largest entries.
    case top(Int, bonus: Float)
    /// q is divided by the temperature.
    case temperature(Float)
  }

  /// Whose prompts the text loss reads.
  ///
  /// Where only those of chosen experts are read, the others' features are zero rows: each of their C terms is
  /// ln C, they get no gradient, and their prompts are not encoded.
  public enum TextExperts: String, Sendable, Hashable, CaseIterable {
    /// Every expert's, in every step.
    case all
    /// Those of experts that some image of the batch chose.
    case chosen
    /// `chosen` in batches of fewer than 4 images, `all` in others: what the authors' program does.
    case published

    /// Whether a batch of so many images leaves out the experts that nobody chose.
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
        throw Failure("E0706", "\(name) is \(value)", help: "give a positive number")
      }
    }
    for (name, value) in [("class", classWeight), ("text", textWeight), ("gate", gateWeight)] {
      guard value >= 0, value.isFinite else {
        throw Failure("E0706", "the weight of the \(name) loss is \(value)", help: "give 0 or more")
      }
    }
    guard classWeight + textWeight + gateWeight > 0 else {
      throw Failure("E0706", "all three losses weigh nothing", help: "leave at least one above 0")
    }
    try positive(textTemperature, "the text loss's temperature")
    switch gateTarget {
    case .top(let count, let bonus):
      guard count >= 1, bonus.isFinite else {
        throw Failure(
          "E0706", "the gate target raises \(count) entries by \(bonus)", help: "raise 1 or more")
      }
    case .temperature(let value): try positive(value, "the gate target's temperature")
    }
  }
}

/// How a mixture is set up. `publishedSettings` are the authors'; two defaults differ from them.
public struct MixtureOptions: Sendable, Hashable {
  /// How experts are picked.
  public var router = Router.Options()
  /// How the three losses are weighed and formed.
  public var loss = MixtureLossOptions()
  /// Where the soft tokens begin.
  public var start = SoftPrompts.Start.first
  /// Whether the vision tower's ln_1 and ln_2 are trained, on the model's own copy of them.
  public var trainVisionLayerNorms = false
  /// Their learning rate's factor.
  public var visionRateFactor = 0.1
  /// Bytes that the text tower's activations may take in a step; more prompts than fit go in chunks.
  public var memory = TextPlan.defaultMemory
  /// Of the router's start, and of random soft tokens.
  public var seed: UInt64 = 0
  /// Set where the program asked for the published configuration; its training takes the rest of it.
  public var published: Published?

  /// The defaults, two of which differ from what was published.
  public init() {}
}

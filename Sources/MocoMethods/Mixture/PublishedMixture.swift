import MocoBase

// The published configuration of the mixture, and options as written in a program.

/// The published configuration of a mixture and its training.
public enum Published: Sendable, Hashable {
  /// For the data set of the training.
  case ofData
  /// For a data set by name: "ImageNet".
  case named(String)

  /// `true`, or the name.
  public var json: Json {
    switch self {
    case .ofData: .bool(true)
    case .named(let name): .string(name)
    }
  }
}

/// An option and its value as a program writes them: `loss.text.weight`, `5`.
public struct Setting: Sendable, Hashable {
  /// The option's name with its blocks before it: `loss.text.weight`.
  public let name: String
  /// Its value as a program writes it.
  public let value: String

  /// An option and its value, both as a program writes them.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// A number without a needless `.0`.
  public static func number(_ value: Double) -> String {
    guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
    return String(Int(value))
  }

  static func number(_ value: Float) -> String { number(Double("\(value)") ?? Double(value)) }
}

/// A model of a method with a published configuration; its options may differ from it.
public protocol PublishedSetup: Classifier {
  /// The published configuration that it was created with; nil for none.
  var published: Published? { get }
  /// Its settings that are not the published ones.
  var unpublished: [(setting: Setting, published: String?)] { get }
}

extension Mixture: PublishedSetup {
  public var published: Published? { options.published }
  public var unpublished: [(setting: Setting, published: String?)] { options.unpublished }
}

extension MixtureOptions {
  /// The authors' mixture, for every data set: two experts per image, the image tower's LayerNorms trained at a
  /// tenth of the rate, and in batches of fewer than 4 images a text loss of only the chosen experts.
  public static let publishedSettings: MixtureOptions = {
    var options = MixtureOptions()
    options.published = .ofData
    options.router.topK = 2
    options.loss.textExperts = .published
    options.trainVisionLayerNorms = true
    options.visionRateFactor = 0.1
    return options
  }()

  /// The arguments of `mixture` other than CLIP, templates and classes, as written in a program.
  public var settings: [Setting] {
    var list = [
      // The default is two, if there are two experts.
      Setting("router.top_k", String(router.topK ?? 2)),
      Setting("router.kind", "\"\(router.kind.rawValue)\""), Setting("router.bias", "\(router.bias)"),
      Setting("router.scale", Setting.number(router.scale)),
      Setting("loss.class", Setting.number(loss.classWeight)),
      Setting("loss.text.weight", Setting.number(loss.textWeight)),
      Setting("loss.text.temperature", Setting.number(loss.textTemperature)),
      Setting("loss.text.full_stop", loss.textFullStop.map { "\($0)" } ?? "nil"),
      Setting("loss.text.experts", "\"\(loss.textExperts.rawValue)\""),
      Setting("loss.gate.weight", Setting.number(loss.gateWeight)),
    ]
    switch loss.gateTarget {
    case .top(let count, let bonus):
      list += [Setting("loss.gate.top", String(count)), Setting("loss.gate.bonus", Setting.number(bonus))]
    case .temperature(let value): list.append(Setting("loss.gate.temperature", Setting.number(value)))
    }
    return list + [
      Setting("loss.gate.detach", "\(loss.detachGateTarget)"), Setting("start", "\"\(start.rawValue)\""),
      Setting("vision_layernorm", "\(trainVisionLayerNorms)"),
      Setting("vision_lr", Setting.number(visionRateFactor)),
    ]
  }

  /// Settings that are not the published ones.
  public var unpublished: [(setting: Setting, published: String?)] {
    let published = Dictionary(
      MixtureOptions.publishedSettings.settings.map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    return settings.filter { published[$0.name] != $0.value }.map { ($0, published[$0.name]) }
  }
}

import MocoBase
import MocoData
import MocoMethods

/// The published training of the mixture: one configuration for ImageNet, one for the other data sets.
///
/// In both: SGD with momentum 0.9 and weight decay 5e-4, a cosine after a warm-up at 1e-5, the gradient's norm
/// clipped to 1, new random crops and flips in every epoch.
public struct PublishedTraining: Sendable, Equatable {
  /// The data set of the configuration, as spelled in the literature; nil: not for a specific one.
  public let dataSet: String?
  /// The reason for this configuration.
  public let reason: String
  /// Options that the program set, by name; they override the published ones.
  public var changed: [String] = []

  /// - Throws: E0706 for the name of another data set.
  public init(_ published: Published, data: DataSplit) throws {
    switch published {
    case .named(let name):
      guard let known = PublishedDataSets.name(of: name) else {
        throw Failure(
          "E0706", "there is no published configuration for the data set \"\(name)\"",
          help: "use one of \(PublishedDataSets.names.joined(separator: ", ")), or published: true",
          argument: "published")
      }
      self.init(dataSet: known, reason: "named")
    case .ofData:
      let name = data.dataset ?? ""
      guard let known = PublishedDataSets.name(of: name) else {
        self.init(
          dataSet: nil,
          reason: name.isEmpty ? "the data set has no name" : "the data set is called \"\(name)\"")
        return
      }
      self.init(dataSet: known, reason: "the data set is called \"\(name)\"")
    }
  }

  /// A configuration by name; nil for the one of every data set except ImageNet.
  public init(dataSet: String?, reason: String) {
    self.dataSet = dataSet
    self.reason = reason
  }

  /// Whether it is the configuration of ImageNet.
  public var isImageNet: Bool { dataSet == "ImageNet" }

  /// "ImageNet", or the description of the other configuration.
  public var title: String { dataSet ?? "every data set except ImageNet" }

  /// The published options, before a program changes any.
  public var options: TrainingOptions {
    var options = TrainingOptions(duration: .epochs(isImageNet ? 10 : 50))
    options.batch = isImageNet ? 1 : 32
    options.optimizer = OptimizerSettings(
      rule: .sgd(momentum: 0.9, nesterov: false), rate: isImageNet ? 0.002 : 0.032, weightDecay: 5e-4)
    options.schedule = .cosine(.init(warmup: isImageNet ? 1 : 5, unit: .epochs))
    options.clipNorm = 1
    options.views = .fresh
    options.published = self
    return options
  }

  /// The parts that need pixels and cannot use features.
  func needingPixels(_ options: TrainingOptions, _ model: any Classifier) -> [String] {
    (options.views == .fresh ? ["fresh crops and flips"] : [])
      + (model.trainsVision ? ["training the image tower's LayerNorms"] : [])
  }

  /// Checks that a training with these options is possible on this data.
  ///
  /// - Throws: E0520 with each part that needs pixels, on features.
  public func check(_ options: TrainingOptions, model: any Classifier, data: DataSplit) throws {
    let parts = needingPixels(options, model)
    if data.isFeatures, !parts.isEmpty {
      var ways: [String] = []
      if options.views == .fresh { ways.append("views: nil") }
      if model.trainsVision { ways.append("vision_layernorm: false in mixture(…)") }
      throw Failure(
        "E0520",
        "the published configuration needs pixels for \(parts.joined(separator: " and for ")); "
          + "\"\(data.name)\" contains features",
        help: "train on images, or set \(ways.joined(separator: " and "))", argument: "published")
    }
  }

  /// - Throws: E0706 if the published warm-up covers the entire training.
  public func checkWarmup(_ options: TrainingOptions, data: DataSplit) throws {
    guard case .cosine(let cosine)? = options.schedule, cosine.unit == .epochs, !changed.contains("schedule")
    else { return }
    let epochs = try TrainingPlan(options, count: data.count).epochs
    guard epochs <= cosine.warmup else { return }
    let other = epochs > 4 ? epochs / 5 : epochs > 1 ? 1 : 0
    throw Failure(
      "E0706",
      "the published warm-up takes \(NumberText.counted(cosine.warmup, "epoch")), but the training lasts \(epochs)",
      help: "add schedule: cosine(warmup: \(NumberText.counted(other, "epoch"))), or leave out for",
      argument: "for")
  }
}

extension TrainingOptions {
  /// The arguments of `train` other than the model and the data, as written in a program.
  public var settings: [Setting] {
    [
      Setting("for", duration.description), Setting("batch", String(batch)),
      Setting("optimizer", optimizer.written),
      Setting("schedule", schedule?.description ?? "nil"),
      Setting("clip_grad_norm", clipNorm.map { Setting.number($0) } ?? "nil"),
      Setting("shuffle", "\(shuffle)"),
      Setting("views", views.written),
    ]
  }
}

extension TrainingViews {
  fileprivate var written: String {
    switch self {
    case .plain: "nil"
    case .kept(let count): String(count)
    case .fresh: "\"fresh\""
    }
  }
}

extension OptimizerSettings {
  /// `sgd(lr: 0.032, momentum: 0.9, weight_decay: 0.0005)`
  fileprivate var written: String {
    var parts = ["lr: \(Setting.number(rate))"]
    switch rule {
    case .sgd(let momentum, let nesterov):
      parts.append("momentum: \(Setting.number(momentum))")
      if nesterov { parts.append("nesterov: true") }
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      parts += ["betas: [\(Setting.number(beta1)), \(Setting.number(beta2))]", "eps: \(epsilon)"]
    }
    parts.append("weight_decay: \(Setting.number(weightDecay))")
    if decay != .all { parts.append("decay: \"\(decay.rawValue)\"") }
    return "\(rule.name)(\(parts.joined(separator: ", ")))"
  }
}

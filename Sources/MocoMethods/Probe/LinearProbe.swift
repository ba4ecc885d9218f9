import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D feature width.

/// How a probe was made.
public struct ProbeFit: Sendable {
  /// The weight of the data.
  public let c: Double
  /// ½‖W‖² + c Σ CE.
  public let objective: Double
  /// ‖∇‖/‖W‖ at the end.
  public let error: Double
  /// Steps that L-BFGS took.
  public let iterations: Int
  /// Whether the rule's end was reached.
  public let isConverged: Bool
  /// What a search for c looked at; empty without one.
  public let search: ProbeSearch?
}

/// A linear probe (Radford et al. 2021): logistic regression on image features, without any words.
///
/// logits[b,c] = ⟨W_c, f_b⟩ + b_c, with features f as the image encoder gives them, not normalized unless asked
/// for, and W, b the minimum of ½‖W‖² + c Σ CE. It knows the classes that it was made with and no others.
public final class LinearProbe: Trainable, Copied {
  /// The model whose image features it reads.
  public let clip: CLIPModel
  /// The classes that it knows, in order.
  public let classes: [String]
  /// D.
  public let width: Int
  /// Whether features are brought to length 1 first.
  public let normalizes: Bool
  /// W. Shape: [C, D].
  public let weight: Variable
  /// b. Shape: [C].
  public let bias: Variable
  /// The classes that it was trained on by other means; all at first.
  public private(set) var trained: TrainingScope
  private var made: (fit: ProbeFit, weight: [Float], bias: [Float])?

  /// A probe of zeros, to be filled from a checkpoint.
  ///
  /// - Throws: E0703 for a class list that is none; E0706 for a width below 1; E0405.
  public init(clip: CLIPModel, classes: [String], width: Int, normalizes: Bool = false) throws {
    try checkClasses(classes, least: 2)
    guard width > 0 else { throw Failure("E0706", "a linear probe needs features of width 1 or more") }
    self.clip = clip
    self.classes = classes
    self.width = width
    self.normalizes = normalizes
    weight = Variable(try Tensor.zeros([classes.count, width]), requiresGrad: true)
    bias = Variable(try Tensor.zeros([classes.count]), requiresGrad: true)
    trained = .all(classes.count)
  }

  public func recordTraining(on scope: TrainingScope) { trained = scope }

  public var answersAnyNames: Bool { false }
  public var hasPromptsOfClasses: Bool { true }
  public var remake: String {
    "make it on images of the data's own classes: linear_probe(clip, on: data.train)"
  }
  public var parameters: [Parameter] { [Parameter("weight", weight), Parameter("bias", bias)] }

  /// How the weights came about; nil for others than those that were fitted.
  public var fit: ProbeFit? {
    guard let made, (try? weight.value.toFloats()) == made.weight, (try? bias.value.toFloats()) == made.bias
    else { return nil }
    return made.fit
  }

  public func copy() throws -> any Classifier {
    let copy = try LinearProbe(clip: clip.below(), classes: classes, width: width, normalizes: normalizes)
    try giveParameters(to: copy)
    // How the weights came about goes with them.
    copy.made = made
    return copy
  }

  /// Takes the minimum that was found.
  func take(_ fit: LogisticRegression.Fit, search: ProbeSearch?) throws {
    try weight.updateValue { for (i, value) in fit.weights.enumerated() { $0[i] = Float(value) } }
    try bias.updateValue { for (i, value) in fit.intercepts.enumerated() { $0[i] = Float(value) } }
    let told = ProbeFit(
      c: fit.c, objective: fit.objective, error: fit.error, iterations: fit.iterations,
      isConverged: fit.isConverged, search: search)
    made = (told, try weight.value.toFloats(), try bias.value.toFloats())
  }

  // MARK: Answers

  /// f. Shape: [B, D].
  ///
  /// - Throws: E0705 for other shapes.
  private func inputs(_ images: ImageInput) throws -> Variable {
    let features: Tensor
    switch images {
    case .features(let tensor): features = tensor
    case .asked(let asked): features = try asked.features()
    case .pixels(let tensor):
      let vision = clip.config.vision
      guard tensor.rank == 4, tensor.shape[0] > 0 else {
        throw Failure(
          "E0705",
          "pixels are [B, \(vision.channels), \(vision.imageSize), \(vision.imageSize)], found \(tensor.shape)"
        )
      }
      features = try clip.encodeImageFrozen(tensor)
    }
    guard features.rank == 2, features.shape[1] == width, features.shape[0] > 0 else {
      throw Failure(
        "E0705", "the features of this linear probe are [B, \(width)], found \(features.shape)")
    }
    return normalizes ? try F.normalize(Variable(features)) : Variable(features)
  }

  /// The logits of every class. Shape: [B, C].
  private func logits(_ images: ImageInput) throws -> Variable {
    try F.add(F.matmul(inputs(images), F.permute(weight, [1, 0])), bias)
  }

  /// - Throws: E0704 for a name that the probe was not made with.
  private func columns(_ selection: ClassSelection) throws -> [Int] {
    if case .names(let names) = selection, let other = names.first(where: { !classes.contains($0) }) {
      throw Failure(
        "E0704", "a linear probe answers for the classes it was made with, and \"\(other)\" is none of them",
        help: "ask it about data with its classes alone, or make it on data that has the others")
    }
    return try places(selection) ?? classIndices(of: names(selection))
  }

  public func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    try Autograd.noGrad {
      let columns = try columns(selection)
      let all = try logits(images).value
      guard columns != Array(classes.indices) else { return Answer(logits: all, routing: nil) }
      return Answer(logits: try all.indexSelect(axis: 1, columns), routing: nil)
    }
  }

  /// The cross-entropy alone, so that training may go on from here by other means.
  public func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    var logits = try logits(batch.images)
    if !scope.isAll(classes.count) { logits = try F.indexSelect(logits, axis: 1, scope.places) }
    return try classLoss(logits, targets)
  }
}

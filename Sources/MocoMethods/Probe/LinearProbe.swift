import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D feature width.

/// The result of fitting a probe.
public struct ProbeFit: Sendable {
  /// The weight of the data.
  public let c: Double
  /// ½‖W‖² + c Σ CE.
  public let objective: Double
  /// ‖∇‖/‖W‖ at the end.
  public let error: Double
  /// Iterations of L-BFGS.
  public let iterations: Int
  /// Whether the fit converged by its rule.
  public let isConverged: Bool
  /// The trials of a search for c; empty without a search.
  public let search: ProbeSearch?
}

/// A linear probe (Radford et al. 2021): logistic regression on image features, without text.
///
/// logits[b,c] = ⟨W_c, f_b⟩ + b_c, with features f from the image encoder, not normalized unless requested,
/// and W, b the minimum of ½‖W‖² + c Σ CE. It supports only the classes that it was created with.
public final class LinearProbe: Trainable, Copied {
  /// The model of its image features.
  public let clip: CLIPModel
  /// Its classes, in order.
  public let classes: [String]
  /// D.
  public let width: Int
  /// Whether features are normalized first.
  public let normalizes: Bool
  /// W. Shape: [C, D].
  public let weight: Variable
  /// b. Shape: [C].
  public let bias: Variable
  /// The classes that it was trained on by other means; initially all.
  public private(set) var trained: TrainingScope
  private var made: (fit: ProbeFit, weight: [Float], bias: [Float])?

  /// A probe with zero weights, to be restored from a checkpoint.
  ///
  /// - Throws: E0703 for an invalid class list; E0706 for a width below 1; E0405.
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
    "create it on images of the classes of the data: linear_probe(clip, on: data.train)"
  }
  public var parameters: [Parameter] { [Parameter("weight", weight), Parameter("bias", bias)] }

  /// The fit of the weights; nil if the weights were not fitted.
  public var fit: ProbeFit? {
    guard let made, (try? weight.value.toFloats()) == made.weight, (try? bias.value.toFloats()) == made.bias
    else { return nil }
    return made.fit
  }

  public func copy() throws -> any Classifier {
    let copy = try LinearProbe(clip: clip.below(), classes: classes, width: width, normalizes: normalizes)
    try giveParameters(to: copy)
    // The fit is kept with the weights.
    copy.made = made
    return copy
  }

  /// Sets the weights to the minimum.
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
          "pixels must be [B, \(vision.channels), \(vision.imageSize), \(vision.imageSize)], found \(tensor.shape)"
        )
      }
      features = try clip.encodeImageFrozen(tensor)
    }
    guard features.rank == 2, features.shape[1] == width, features.shape[0] > 0 else {
      throw Failure(
        "E0705", "features for this linear probe must be [B, \(width)], found \(features.shape)")
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
        "E0704",
        "a linear probe supports only the classes it was created with, and \"\(other)\" is not one of them",
        help: "use data with only its classes, or create it on data that has the other classes")
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

  /// The cross-entropy only, so that training may continue by other means.
  public func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    var logits = try logits(batch.images)
    if !scope.isAll(classes.count) { logits = try F.indexSelect(logits, axis: 1, scope.places) }
    return try classLoss(logits, targets)
  }
}

import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// N images, D feature width.

/// Features with labels.
public struct ProbeData {
  /// Shape: [N, D].
  public let features: Tensor
  /// The class number of each row, from 0.
  public let labels: [Int]

  /// As many labels as rows.
  public init(features: Tensor, labels: [Int]) {
    self.features = features
    self.labels = labels
  }
}

extension LinearProbe {
  /// The choice of c.
  public enum Choice {
    case value(Double)
    /// CoOp's search on these images, with labels for the same classes.
    case search(ProbeData)
  }

  /// The options of the fit.
  public struct Options: Sendable {
    /// The stopping rule of a fit.
    public var rule: LogisticRegression.Rule
    /// Normalizes features first.
    public var normalizes = false
    /// The maximum number of iterations of one fit; the probe's `fit` tells whether they were enough.
    public var iterations: Int

    /// The rule's maximum number of iterations.
    public init(rule: LogisticRegression.Rule = .minimum) {
      self.rule = rule
      iterations = rule.iterations
    }
  }

  /// A probe fitted to some images.
  ///
  /// - Parameter progress: called with the number of finished fits and of all fits, if c is searched for.
  /// - Throws: E0709 without images, or for classes without images; E0705 for features that do not match or are not
  ///   finite; E0706 for a c that is not above 0; E0703; E0405; E0406 when interrupted.
  public convenience init(
    clip: CLIPModel, classes: [String], on data: ProbeData, choice: Choice,
    options: Options = .init(), progress: (_ fits: Int, _ most: Int) -> Void = { _, _ in }
  ) throws {
    guard !data.labels.isEmpty else {
      throw Failure("E0709", "a linear probe needs images, but the data has none")
    }
    guard data.features.rank == 2, let width = data.features.shape.last else {
      throw Failure("E0705", "image features must be [images, width], found \(data.features.shape)")
    }
    var counts = [Int](repeating: 0, count: classes.count)
    for label in data.labels where counts.indices.contains(label) { counts[label] += 1 }
    let empty = classes.indices.filter { counts[$0] == 0 }
    guard empty.isEmpty || empty.count == classes.count else {
      let names = empty.prefix(8).map { "\"\(classes[$0])\"" }.joined(separator: ", ")
      let more = empty.count > 8 ? " and \(empty.count - 8) more" : ""
      throw Failure(
        "E0709", "a linear probe needs images of every class, but there are none of \(names)\(more)",
        help: "use data with images of every class, such as the base classes only: data.base.train")
    }
    try self.init(clip: clip, classes: classes, width: width, normalizes: options.normalizes)
    let regression = try LinearProbe.doubles(data, options.normalizes) {
      try LogisticRegression(
        features: $0, width: width, labels: data.labels, classes: classes.count, rule: options.rule)
    }
    switch choice {
    case .value(let c): try take(regression.minimize(c: c, iterations: options.iterations), search: nil)
    case .search(let validation):
      guard validation.features.rank == 2, validation.features.shape[1] == width else {
        throw Failure(
          "E0705", "the validation features are \(validation.features.shape), not [images, \(width)]")
      }
      let samples = try LinearProbe.doubles(validation, options.normalizes) {
        try ProbeSamples(features: $0, width: width, labels: validation.labels)
      }
      var search = ProbeSearch()
      let fit = try search.run(
        regression, validation: samples, iterations: options.iterations,
        progress: { progress($0, ProbeSearch.mostFits) })
      try take(fit, search: search)
    }
  }

  private static func doubles<Result>(
    _ data: ProbeData, _ normalizes: Bool, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    let features =
      normalizes
      ? try Autograd.noGrad { try F.normalize(Variable(data.features)).value } : data.features
    return try features.contiguous().withFloats { try body($0) }
  }
}

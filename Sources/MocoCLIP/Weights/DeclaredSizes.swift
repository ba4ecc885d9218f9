/// What a configuration beside the weights says; nil where it is silent.
struct DeclaredSizes {
  struct Tower {
    var width: Int?
    var layers: Int?
    var heads: Int?
    var headWidth: Int?
    var mlpWidth: Int?
    /// Of the MLPs' width to the tower's, and the option's name.
    var mlpRatio: (value: Double, option: String)?
    var activation: Activation?
    var layerNormEps: Float?
  }

  var vision = Tower()
  var text = Tower()
  /// Blocks of the stages of a ModifiedResNet.
  var stages: [Int]?
  var imageSize: Int?
  var patchSize: Int?
  var channels: Int?
  var context: Int?
  var vocabulary: Int?
  var embedDim: Int?
  var visionPool = VisionPool.classRow
  var normsAfterPool = false
  var hasPreNorm = true
  var isCausal = true
  var textPool = TextPool.end
  /// Why the text tower is not used; nil if it is.
  var withoutText: String?
  /// How images are prepared, read once the tower's size is known.
  var images: DeclaredImages.Source?
  /// What messages call the configuration.
  var source = ""
  var notes: [String] = []
  /// Options that are not known, with their file.
  var unknown: [String] = []

  /// Nothing declared: OpenAI's own rules.
  init() {
    vision.headWidth = 64
    text.headWidth = 64
  }

  /// Puts the line about activations before the other notes.
  mutating func noteActivation(from file: String) {
    let own = vision.activation?.displayName ?? ""
    let texts = withoutText == nil && text.activation != vision.activation ? text.activation : nil
    let more = texts.map { " for images, \($0.displayName) for texts," } ?? ""
    notes.insert("activation \(own)\(more) and heads from \(file)", at: 0)
  }

  /// The size that the weights' shape tells, or the declared one where they are silent.
  ///
  /// - Throws: E0605 where both speak and differ: programs that interpolate or fail there give other numbers.
  func size(_ name: String, shape: Int?, declared: Int?) throws -> Int? {
    guard let shape, let declared, shape != declared else { return shape ?? declared }
    throw CLIPError(
      code: "E0605", "\(source): \(name) is \(declared), the weights have \(shape)",
      help: "set it to \(shape), if the configuration belongs to these weights")
  }
}

import CKernels
import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: B images, N texts, D embedding (config.embedDim).

/// A CLIP model: the parameters of two towers under OpenAI's names, with everything needed to use them.
///
/// Parameters are frozen until `setTrainable` is called. The towers themselves are extensions
/// (`encodeText`, `encodeImage`).
public final class CLIPModel {
  /// Sizes and settings; the shapes of `parameters` follow from it.
  public let config: CLIPConfig
  /// All parameters in the order of `config.parameterShapes`.
  public let parameters: [(name: String, variable: Variable)]
  /// Information about the weight file; nil for a model that was not loaded.
  public internal(set) var info: WeightInfo?
  /// The precision of the frozen image tower.
  public internal(set) var imagePrecision = ImagePrecision.float32
  private let places: [String: Int]
  private let tokenizerDirectory: String?
  private var loadedTokenizer: Tokenizer?
  /// Caches of the towers between calls. No result depends on them.
  package let towerCache = TowerCache()
  /// Results that runs of one process share for these weights; nil for a model of one run.
  var shared: SharedWeights?

  /// Creates a model from tensors.
  ///
  /// - Parameters:
  ///   - tensors: exactly the names and shapes of `config.parameterShapes`; others are ignored.
  ///   - tokenizerDirectory: the folder with the vocabulary (stdlib/tokenizer).
  /// - Throws: E0605 for a bad configuration, E0601 if tensors are missing (all are named), E0602 for a wrong
  ///   shape.
  public init(config: CLIPConfig, tensors: [String: Tensor], tokenizerDirectory: String? = nil) throws {
    try config.validate()
    var parameters: [(name: String, variable: Variable)] = []
    var missing: [String] = []
    for (name, shape) in config.parameterShapes {
      guard let tensor = tensors[name] else {
        missing.append(name)
        continue
      }
      guard tensor.shape == shape else {
        throw Failure.shapeMismatch(name: name, found: tensor.shape, expected: shape, path: nil)
      }
      parameters.append((name, Variable(tensor, requiresGrad: false)))
    }
    guard missing.isEmpty else { throw Failure.missingTensors(missing, path: nil) }
    self.config = config
    self.parameters = parameters
    self.tokenizerDirectory = tokenizerDirectory
    places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
  }

  /// The parameter called `name`.
  ///
  /// - Throws: E0602 if the model has none of that name.
  public func parameter(_ name: String) throws -> Variable {
    guard let place = places[name] else {
      if !name.hasPrefix("visual.") { try config.requireText() }
      throw Failure(
        "E0602", "the model \(config.name) has no parameter \(name)",
        help: "use one of OpenAI's names, such as visual.ln_post.weight; `clip.info` lists them")
    }
    return parameters[place].variable
  }

  /// The tokenizer, loaded on first use.
  ///
  /// - Throws: E0607 if the model was made without a vocabulary folder, and errors of `Tokenizer`.
  public var tokenizer: Tokenizer {
    get throws {
      if let loadedTokenizer { return loadedTokenizer }
      try config.requireText()
      guard let directory = tokenizerDirectory else {
        throw Failure(
          "E0607", "the model \(config.name) was created without a vocabulary",
          help: "pass the folder with the tokenizer's files when you load the model")
      }
      let tokenizer = try Tokenizer.shared(directory: directory, limitedTo: try mergeCount())
      loadedTokenizer = tokenizer
      return tokenizer
    }
  }

  /// The number of merges for the model's vocabulary; nil for all.
  private func mergeCount() throws -> Int? {
    let vocabulary = config.text.vocabulary
    let merges = config.tokenizerMerges ?? (vocabulary - Tokenizer.vocabularySize(merges: 0))
    // Only a model created by moco uses a subset of CLIP's merges; in other models a smaller vocabulary is a different one.
    let isPart = config.tokenizerMerges != nil || info == nil
    guard merges >= 0, Tokenizer.vocabularySize(merges: merges) == vocabulary,
      merges <= Tokenizer.mergesInUse,
      isPart || merges == Tokenizer.mergesInUse
    else {
      throw Failure(
        "E0607", "the model \(config.name) has a vocabulary of \(vocabulary) ids, which is not CLIP's",
        help: "pass token ids of the model's own tokenizer to encode_text, or use the model for images only")
    }
    return merges == Tokenizer.mergesInUse ? nil : merges
  }

  /// A model with the same values in its own variables: training it does not change this model.
  ///
  /// The values are shared until one of them is replaced.
  public func sharingValues() throws -> CLIPModel {
    let tensors = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.variable.value) })
    let copy = try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: tokenizerDirectory)
    copy.info = info
    copy.loadedTokenizer = loadedTokenizer
    copy.imagePrecision = imagePrecision
    copy.shared = shared
    return copy
  }

  /// The same model with its own trainable weights where `predicate` is true. All others are shared and frozen in
  /// it, so that training it changes no other model.
  ///
  /// - Throws: E0405.
  public func branch(where predicate: (String) -> Bool) throws -> CLIPModel {
    let branch = try sharingValues()
    for (name, variable) in branch.parameters where predicate(name) {
      variable.value = try variable.value.copy()
      variable.requiresGrad = true
    }
    return branch
  }

  /// Number of parameters' elements.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.variable.value.count } }

  /// Makes the parameters trainable for which `predicate` is true; does not freeze the others.
  ///
  /// - Returns: the number of tensors that became trainable.
  @discardableResult
  public func setTrainable(_ trainable: Bool = true, where predicate: (String) -> Bool) -> Int {
    var count = 0
    for (name, variable) in parameters where predicate(name) {
      variable.requiresGrad = trainable
      if !trainable { variable.grad = nil }
      count += 1
    }
    return count
  }

  /// Makes the parameters trainable with names that start with `prefix` (`""`: all).
  @discardableResult
  public func setTrainable(_ trainable: Bool = true, prefix: String) -> Int {
    setTrainable(trainable) { $0.hasPrefix(prefix) }
  }

  /// The trainable parameters.
  public var trainableParameters: [(name: String, variable: Variable)] {
    parameters.filter { $0.variable.requiresGrad }
  }

  /// SHA-256 over names, shapes and values (as float32) of the parameters with names that start with `prefix`:
  /// equal for equal models, independent of the file format. For an entire model with towers that differ from
  /// plain CLIP (`no_causal_mask`, `pool_type` etc.), the hash includes these differences.
  ///
  /// - Throws: E0405 if a tensor cannot be read.
  public func contentHash(prefix: String = "") throws -> String {
    guard let shared, shared.holds(self, where: { $0.hasPrefix(prefix) }) else {
      return try contentHash(prefix: prefix, replacing: { _ in nil })
    }
    return try shared.hash(prefix) { try contentHash(prefix: prefix, replacing: { _ in nil }) }
  }

  /// The same with other values.
  ///
  /// - Parameter value: the value to use for a parameter, by its name.
  /// - Throws: E0405 if a tensor cannot be read; errors of `value`.
  public func contentHash(prefix: String = "", replacing value: (String) throws -> Tensor?) throws -> String {
    let hash = SHA256()
    if prefix.isEmpty, let options = config.towerOptions { hash.update(options) }
    for (name, variable) in parameters where name.hasPrefix(prefix) {
      let tensor = try value(name) ?? variable.value
      hash.update("\(name) \(tensor.shape)\n")
      try tensor.contiguous().withFloats { hash.update(UnsafeRawBufferPointer($0)) }
    }
    return hash.finish()
  }

  /// A one-line description: name, parameters, activation, image size.
  public var summary: String {
    let size = config.vision.imageSize
    let channels =
      config.vision.channels == 3 ? "" : config.vision.channels == 1 ? " grey" : " ×\(config.vision.channels)"
    return "\(config.name): \(grouped(parameterCount)) parameters, \(config.activation.displayName), "
      + "images \(size)×\(size)\(channels), embedding \(config.embedDim)"
      + (config.withoutText == nil ? "" : ", images only")
      + (imagePrecision == .int8 ? ", images in int8" : "")
  }
}

/// 1234567 as `1,234,567`.
package func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return number < 0 ? "-" + text : text
}

extension Failure {
  /// E0601: a model is incomplete; the message lists all missing tensors.
  ///
  /// - Parameters:
  ///   - isLeast: whether more may be missing, in layers without any tensor.
  ///   - more: additional information, as a clause.
  static func missingTensors(
    _ names: [String], path: String?, isLeast: Bool = false, more: String? = nil
  ) -> Failure {
    let count = names.count == 1 ? "1 tensor is" : "\(names.count) tensors are"
    return Failure(
      "E0601",
      "\(path.map { "\($0): " } ?? "")\(isLeast ? "at least " : "")\(count) missing: \(names.joined(separator: ", "))"
        + (more.map { "; \($0)" } ?? ""),
      help: "load a file of the entire model, with the names of OpenAI, open_clip or Hugging Face")
  }

  /// E0602: a tensor has another shape than the model needs.
  static func shapeMismatch(name: String, found: [Int], expected: [Int], path: String?) -> Failure {
    func text(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }
    return Failure(
      "E0602",
      "\(path.map { "\($0): " } ?? "")\(name) has shape \(text(found)); the model expects \(text(expected))",
      help: "download the weights and their configuration again, both from the same model")
  }
}

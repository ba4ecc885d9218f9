import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods
import MocoTensor

// B images, N names asked about, G experts, D embedding width.

/// A model whose functions a program has written: what it learns, how it answers, and what it is trained to.
///
/// Training, evaluation, checkpoints and all else treat it as a built-in one. Its functions may read anything; what
/// they read beside their arguments and the model's parameters is taken not to change.
class OwnModel: Trainable {
  /// What a model is made of.
  struct Functions {
    /// `names => …`: what never changes.
    var fixed: OwnFunction?
    /// `(names, places, fixed) => …`: what depends on parameters alone.
    var texts: OwnFunction?
    /// `(batch, texts, fixed) => [B, G]`
    var weights: OwnFunction?
    /// `(batch, texts, fixed) => [B, N]`
    var logits: OwnFunction
    /// `(batch, logits, texts, fixed) => …`
    var loss: OwnFunction?

    var all: [OwnFunction] { [fixed, texts, weights, logits, loss].compactMap { $0 } }

    /// Others in their places, by name.
    func mapped(_ others: [OwnFunction]) -> Functions {
      func other(_ own: OwnFunction?) -> OwnFunction? { others.first { $0.name == own?.name } }
      return Functions(
        fixed: other(fixed), texts: other(texts), weights: other(weights), logits: other(logits) ?? logits,
        loss: other(loss))
    }
  }

  /// What it is made of beside its functions.
  struct Parts {
    var name: String
    var clip: CLIPModel
    var classes: [String]
    var parameters: [Parameter]
    var experts: [String] = []
    /// Parameters with a row for each class.
    var classRows: Set<String> = []
    /// Parameters that the loss need not reach.
    var unused: Set<String> = []
  }

  let parts: Parts
  let functions: Functions
  private(set) var trained: TrainingScope
  /// Whether a function has read where names stand among the classes.
  private(set) var readsPlaces: Bool
  let texts = OwnTexts()
  let fixed = OwnTexts()

  var clip: CLIPModel { parts.clip }
  var classes: [String] { parts.classes }
  var parameters: [Parameter] { parts.parameters }
  var kind: String { parts.name }
  /// How messages call it.
  var owner: String { "the model \"\(parts.name)\"" }

  init(_ parts: Parts, _ functions: Functions) {
    self.parts = parts
    self.functions = functions
    trained = .all(parts.classes.count)
    readsPlaces = (functions.texts?.count ?? 0) >= 2
  }

  func recordTraining(on scope: TrainingScope) { trained = scope }

  /// What a model has come to know beside its parameters.
  func takeState(of other: OwnModel) {
    trained = other.trained
    readsPlaces = other.readsPlaces
  }

  var trainsVision: Bool { clip.trainableParameters.contains { $0.name.hasPrefix("visual.") } }
  var asksForImages: Bool { true }
  var hasPromptsOfClasses: Bool { readsPlaces || !parts.classRows.isEmpty }
  var answersAnyNames: Bool { !hasPromptsOfClasses }

  /// Where names stand among the classes, for a function that reads it.
  ///
  /// - Throws: E0704 for a name that is none of them.
  func placesRead(_ names: [String], _ places: [Int]?) throws -> [Int] {
    readsPlaces = true
    if let places = places ?? ClassPlaces.find(names, in: classes) { return places }
    let known = Set(classes)
    let other = names.first { !known.contains($0) }
    throw Failure(
      "E0704",
      other.map {
        "this \(kind) has something of its own for each of its classes, and nothing for \"\($0)\""
      } ?? "several classes of this \(kind) have one name, and it is not clear which are meant",
      help: "ask it about classes that it was made with; those are "
        + ClassPlaces.list(classes, first: { _ in true }))
  }

  // MARK: What it is called, kept as, and shown as

  var method: MethodDescriptor { OwnModel.descriptor }

  static let descriptor = MethodDescriptor(
    kind: Methods.own, typeName: "Model",
    summary: "A model whose functions a program has written: parameters, text features, logits, loss.",
    function: MethodFunction(Methods.own, [], text: "", example: "") { _ in throw OwnModel.notHere },
    fields: [
      MethodField("name", "String", "What it was called."),
      MethodField("experts", "List", "The names of its experts; empty without a router."),
    ],
    storage: MethodStorage(
      answerOptions: ["name", "experts"], replaced: [], check: { _, _ in },
      make: { _ in throw OwnModel.notHere }))

  private static var notHere: Failure {
    Failure(
      "E0708", "a model of functions is made by its program", help: "make it with model { … } and restore it")
  }

  var configuration: Json {
    var object = JsonObject([("kind", .string(Methods.own)), ("name", .string(parts.name))])
    if !parts.experts.isEmpty { object["experts"] = .array(parts.experts.map { .string($0) }) }
    let rates = parameters.compactMap { parameter -> (String, Json)? in
      var own = JsonObject()
      if parameter.rateFactor != 1 { own["rate"] = .double(parameter.rateFactor) }
      if let decay = parameter.decay { own["decay"] = .double(decay) }
      return own.count == 0 ? nil : (parameter.name, .object(own))
    }
    if !rates.isEmpty { object["rates"] = .object(JsonObject(rates)) }
    object["functions"] = .object(
      JsonObject(functions.all.map { ($0.name, .string(OwnModel.digest($0.text))) }))
    return .object(object)
  }

  /// Tells one text from another in a few letters.
  static func digest(_ text: String) -> String {
    let hash = SHA256()
    hash.update(text)
    return String(hash.finish().prefix(16))
  }

  var classRows: Set<String> { parts.classRows }
  var classRowsName: String { "rows" }
  var needsClassOrder: Bool { readsPlaces && parts.classRows.isEmpty }

  var remarks: [MethodRemark] {
    var lines: [MethodRemark] = [.line("functions: \(functions.all.map(\.name).joined(separator: ", "))")]
    if !parameters.isEmpty {
      lines.append(
        .parts(
          "parameter", column: "shape",
          parameters.map { parameter in
            var text = "\(parameter.variable.shape)"
            if parameter.rateFactor != 1 { text += ", rate × \(NumberText.float(parameter.rateFactor))" }
            if let decay = parameter.decay { text += ", decay \(NumberText.float(decay))" }
            return MethodPart(parameter.name, text)
          }))
    }
    if !parts.experts.isEmpty { lines.append(.list("experts", parts.experts)) }
    return lines
  }

  func field(_ name: String) -> MethodValue? {
    switch name {
    case "name": return .text(parts.name)
    case "experts": return .list(parts.experts.map { .text($0) })
    default: return nil
    }
  }

  /// Every value of the language that it holds.
  func visitReferences(_ visit: (HeldValue) -> Void) {
    for function in functions.all { function.visit(visit) }
    texts.visit(visit)
    fixed.visit(visit)
  }
}

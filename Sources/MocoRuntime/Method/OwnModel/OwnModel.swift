import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods
import MocoTensor

// B images, N names, G experts, D embedding width.

/// A custom model: a program defines its parameters, its logits and its loss.
///
/// Training, evaluation, checkpoints and everything else treat it as a built-in one. Its functions may read
/// anything; values that they read besides their arguments and the model's parameters are assumed not to change.
class OwnModel: Trainable {
  /// The parts of a model.
  struct Functions {
    /// `names => …`: values that never change.
    var fixed: OwnFunction?
    /// `(names, places, fixed) => …`: values that depend on parameters alone.
    var texts: OwnFunction?
    /// `(batch, texts, fixed) => [B, G]`
    var weights: OwnFunction?
    /// `(batch, texts, fixed) => [B, N]`
    var logits: OwnFunction
    /// `(batch, logits, texts, fixed) => …`
    var loss: OwnFunction?

    var all: [OwnFunction] { [fixed, texts, weights, logits, loss].compactMap { $0 } }

    /// Replaces functions by name.
    func mapped(_ others: [OwnFunction]) -> Functions {
      func other(_ own: OwnFunction?) -> OwnFunction? { others.first { $0.name == own?.name } }
      return Functions(
        fixed: other(fixed), texts: other(texts), weights: other(weights), logits: other(logits) ?? logits,
        loss: other(loss))
    }
  }

  /// Its parts other than functions.
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
  /// Whether a function has read the indices of names in the classes.
  private(set) var readsPlaces: Bool
  let texts = OwnTexts()
  let fixed = OwnTexts()

  var clip: CLIPModel { parts.clip }
  var classes: [String] { parts.classes }
  var parameters: [Parameter] { parts.parameters }
  var kind: String { parts.name }
  /// Its name in messages.
  var owner: String { "the model \"\(parts.name)\"" }

  init(_ parts: Parts, _ functions: Functions) {
    self.parts = parts
    self.functions = functions
    trained = .all(parts.classes.count)
    readsPlaces = (functions.texts?.count ?? 0) >= 2
  }

  func recordTraining(on scope: TrainingScope) { trained = scope }

  /// The state of a model besides its parameters.
  func takeState(of other: OwnModel) {
    trained = other.trained
    readsPlaces = other.readsPlaces
  }

  var trainsVision: Bool { clip.trainableParameters.contains { $0.name.hasPrefix("visual.") } }
  var asksForImages: Bool { true }
  var hasPromptsOfClasses: Bool { readsPlaces || !parts.classRows.isEmpty }
  var answersAnyNames: Bool { !hasPromptsOfClasses }

  /// The indices of names in the classes, for a function that reads them.
  ///
  /// - Throws: E0704 for a name that is not one of them.
  func placesRead(_ names: [String], _ places: [Int]?) throws -> [Int] {
    readsPlaces = true
    if let places = places ?? ClassPlaces.find(names, in: classes) { return places }
    let known = Set(classes)
    let other = names.first { !known.contains($0) }
    throw Failure(
      "E0704",
      other.map {
        "this \(kind) has parameters for each of its classes, but none for \"\($0)\""
      } ?? "several classes of this \(kind) have the same name, so the name is ambiguous",
      help: "use classes that it was made with: "
        + ClassPlaces.list(classes, first: { _ in true }))
  }

  // MARK: Name, checkpoint and appearance

  var method: MethodDescriptor { OwnModel.descriptor }

  static let descriptor = MethodDescriptor(
    kind: Methods.own, typeName: "Model",
    summary: "A custom model: a program defines its parameters, text features, logits and loss.",
    function: MethodFunction(Methods.own, [], text: "", example: "") { _ in throw OwnModel.notHere },
    fields: [
      MethodField("name", "String", "The name of the model."),
      MethodField("experts", "List", "The names of its experts; empty without a router."),
    ],
    storage: MethodStorage(
      answerOptions: ["name", "experts"], replaced: [], check: { _, _ in },
      make: { _ in throw OwnModel.notHere }))

  private static var notHere: Failure {
    Failure(
      "E0708", "a checkpoint cannot recreate a custom model",
      help: "make it with model { … } and call restore")
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

  /// A short hash of a text.
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

  /// Every value of the language that the model holds.
  func visitReferences(_ visit: (HeldValue) -> Void) {
    for function in functions.all { function.visit(visit) }
    texts.visit(visit)
    fixed.visit(visit)
  }
}

import MocoBase
import MocoLang
import MocoMethods
import MocoTensor

func ownModelBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      """
      model(clip, classes, logits, name = "model", parameters = nil, fixed = nil, texts = nil, weights = nil, \
      loss = nil, experts = nil, base = nil, per_class = nil, unused = nil)
      """,
      doc: """
        A model of functions: `train`, `evaluate`, `checkpoint`, `restore`, `forecast`, `route` and all else take it as
        they take a `coop`.

        ```
        let ctx = parameter(0.02 * randn([4, clip.info.text.width]))
        let mine = model {
          name: "coop"
          clip: clip
          classes: data.classes
          parameters: {ctx: ctx}
          texts: names => clip.encode_text([[ctx, "\\(name)."] for name in names], normalize: true)
          logits: (batch, texts) => clip.scale * (batch.features @ texts.T)
          loss: (batch, logits) => cross_entropy(logits, batch.labels)     // without it, this
        }
        train mine on data.train for 50 epochs
        ```

        Each function gets as many of its arguments as it has parameters without a default:

        - `fixed: names => …` gives what never changes, such as the text features of a hand-written sentence. It is called
          once for a list of names.
        - `texts: (names, places, fixed) => …` gives what depends on parameters alone. It is called once until a parameter
          changes, in a training once a step, and not again where nothing of a parameter is in what it gives. `places` is
          where the names stand among the model's classes, for parameters with a row for each class: `x[places]`.
        - `weights: (batch, texts, fixed) => …` gives [images, experts], for a model with `experts: ["a", "b"]`;
          `batch.weights` then has them. `route`, `dead` and the gate load of an epoch read them.
        - `logits: (batch, texts, fixed) => …` gives [images, names].
        - `loss: (batch, logits, texts, fixed) => …` gives a number, or a record of parts whose sum is trained:
          `{class: …, knowledge: 8 * …}`. In that record `log: {…}` has numbers that are told with it, in an epoch's record
          and the run's metrics, and `gradients: {ctx: g}` takes the place of the way back, see `help(gradients)`.

        What they give may be tensors, lists or records of them. Beside arguments and parameters they may read anything
        that does not change.

        The batch has `features` (each one unit long), `raw_features`, `images` (pixels), `labels` (in the loss),
        `classes` (the names asked about), `places`, `indices`, `weights`. Nothing is computed that no function reads:
        a model that reads `features` alone is trained on kept ones. A tensor that one function leaves there,
        `batch.scores = h`, is there in those that are called after it: weights, logits, loss.

        - `parameters`: tensors by their names; `{value: w, rate: 0.1, decay: 0}` has a factor on the learning rate and a
          weight decay of its own. A list or record of tensors is "w.0", "w.1", …
        - `base`: the classes that the class loss sees, as for the built-in methods.
        - `per_class: ["x"]` says which parameters have a row for each class, so that a checkpoint finds them by name.
        - `unused: ["w"]` are parameters that a loss need not reach. Others that it does not reach are an error (E0714).

        A checkpoint has the parameters by their names and no functions: make the model, then `restore(mine, "file")`.
        `copy(mine)` has parameters of its own. What leads from its functions to one of them is copied with it (variables of
        the function in which the model was made, lists, records, functions); everything else is shared. Of a name of the
        program itself there is one: to copy such a model, make parameters and model in a function.
        """
    ) { arguments in .host(try ModelValue(readOwnModel(arguments), base: readBase(arguments))) },
    NativeFunction(
      "ema(decay = 0.999)",
      doc: """
        An average of the parameters over the steps of a training, with which it ends: after each step the average so far
        counts `decay` times as much as before. Where the training began has no weight.

        ```
        train mix on data.train for 50 epochs { average: ema(0.99) }
        ```
        """
    ) { arguments in .host(try AverageValue(.ema(arguments.float("decay")))) },
    NativeFunction(
      "gaussian(mean, std = 1.0)",
      doc: """
        An average of the parameters at the ends of epochs, with which a training ends: epoch e, from 1, weighs
        exp(-(e - mean)² / (2 std²)), as in PromptSRC. Where the training began has no weight.

        ```
        train mix on data.train for 20 epochs { average: gaussian(mean: 15, std: 1) }
        ```
        """
    ) { arguments in
      .host(try AverageValue(.gaussian(mean: arguments.float("mean"), std: arguments.float("std"))))
    },
  ]
}

private func readOwnModel(_ arguments: Arguments) throws -> OwnModel {
  let name = try arguments.string("name")
  guard !name.isEmpty, name.unicodeScalars.count <= 60, !name.contains(where: { $0.isNewline || $0 == "/" })
  else {
    throw arguments.failure(
      "E0305", "a model cannot be called \(StringText.quoted(DisplayColumns.cut(name, to: 30)))", at: "name",
      help: "give a short word, such as \"mine\"")
  }
  let classes = try readClasses(arguments)
  try arguments.placed("classes") { try checkClasses(classes) }
  func function(_ name: String, _ taken: [String]) throws -> OwnFunction? {
    guard let value = arguments[name], !value.isNil else { return nil }
    guard let function = value.asFunction else {
      throw arguments.wrongType(
        name, expected: "a Function", help: "\(name): (\(taken.joined(separator: ", "))) => …")
    }
    return try OwnFunction(name, function, arguments: taken, arguments)
  }
  guard let logits = try function("logits", ["batch", "texts", "fixed"]) else {
    throw arguments.failure(
      "E0304", "model needs the argument 'logits'", at: "logits",
      help: "say how it answers: logits: (batch, texts) => clip.scale * (batch.features @ texts.T)")
  }
  let functions = OwnModel.Functions(
    fixed: try function("fixed", ["names"]), texts: try function("texts", ["names", "places", "fixed"]),
    weights: try function("weights", ["batch", "texts", "fixed"]), logits: logits,
    loss: try function("loss", ["batch", "logits", "texts", "fixed"]))
  let given = arguments["parameters"] ?? .nil
  var parts = OwnModel.Parts(
    name: name, clip: try readModel(arguments), classes: classes,
    parameters: given.isNil ? [] : try OwnParameters.named(given, arguments))
  if arguments["experts"]?.isNil == false { parts.experts = try arguments.strings("experts") }
  guard parts.experts.isEmpty == (functions.weights == nil) else {
    throw arguments.failure(
      "E0304",
      parts.experts.isEmpty
        ? "'weights' says how much each expert counts, and no experts are named"
        : "the model has \(NumberText.counted(parts.experts.count, "expert")), and nothing says how much each of them counts",
      at: parts.experts.isEmpty ? "weights" : "experts",
      help: parts.experts.isEmpty
        ? "name them: experts: [\"first\", \"second\"]"
        : "add weights: (batch, texts) => …, [images, experts]")
  }
  guard Set(parts.experts).count == parts.experts.count else {
    throw arguments.failure(
      "E0703", "two experts have one name", at: "experts", help: "give each expert a name of its own")
  }
  parts.classRows = try readParameterNames("per_class", arguments, parts)
  for parameter in parts.parameters where parts.classRows.contains(parameter.name) {
    guard parameter.variable.shape.first == classes.count else {
      throw arguments.failure(
        "E0305",
        "per_class names \"\(parameter.name)\", which has the shape \(Shape.text(parameter.variable.shape)) and "
          + "not a row for each of the \(classes.count) classes", at: "per_class",
        help: "name the parameters whose first axis is the classes")
    }
  }
  parts.unused = try readParameterNames("unused", arguments, parts)
  return parts.experts.isEmpty ? OwnModel(parts, functions) : RoutedOwnModel(parts, functions)
}

/// A list of names of parameters; `true` for all of them.
private func readParameterNames(
  _ name: String, _ arguments: Arguments, _ parts: OwnModel.Parts
) throws -> Set<String> {
  guard let value = arguments[name], !value.isNil else { return [] }
  let all = parts.parameters.map(\.name)
  if let flag = value.asBool { return flag ? Set(all) : [] }
  let names = try value.asString.map { [$0] } ?? arguments.strings(name)
  for given in names where !all.contains(given) {
    throw arguments.failure(
      "E0305", "\(name) names \"\(given)\", which is not a parameter of the model", at: name,
      help: Nearest.name(to: given, among: all).map { "did you mean \"\($0)\"?" }
        ?? (all.isEmpty
          ? "give parameters: {…} first" : "parameters are \(all.prefix(8).joined(separator: ", "))"))
  }
  return Set(names)
}

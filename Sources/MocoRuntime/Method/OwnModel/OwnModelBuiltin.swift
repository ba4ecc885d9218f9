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
        A custom model, defined by functions. `train`, `evaluate`, `checkpoint`, `restore`, `forecast`, `route` and
        all others accept it like a `coop`.

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

        Each function receives as many of these arguments as it has parameters without a default:

        - `fixed: names => …` returns values that never change, such as the text features of a hand-written
          sentence. It is called once for a list of names.
        - `texts: (names, places, fixed) => …` returns values that depend only on parameters. It is called once
          until a parameter changes: in a training once per step, and only once if its result depends on no
          parameter. `places` are the indices of the names in the model's classes, for parameters with a row for
          each class: `x[places]`.
        - `weights: (batch, texts, fixed) => …` returns [images, experts], for a model with `experts: ["a", "b"]`;
          `batch.weights` then holds them. `route`, `dead` and the gate load of an epoch read them.
        - `logits: (batch, texts, fixed) => …` returns [images, names].
        - `loss: (batch, logits, texts, fixed) => …` returns a number, or a record of parts whose sum is the loss:
          `{class: …, knowledge: 8 * …}`. In that record `log: {…}` holds numbers that are logged with it, in an
          epoch's record and the run's metrics, and `gradients: {ctx: g}` replaces the backward pass, see `help(gradients)`.

        The results may be tensors, or lists or records of tensors. Besides arguments and parameters the functions
        may read any value that does not change.

        The batch has `features` (each of unit length), `raw_features`, `images` (pixels), `labels` (in the loss),
        `classes` (the names to predict), `places`, `indices`, `weights`. Fields are computed only if a function reads them:
        a model that reads only `features` is trained on cached ones. A tensor that one function stores,
        `batch.scores = h`, is available in those called after it. The order is weights, logits, loss.

        - `parameters`: tensors by name; `{value: w, rate: 0.1, decay: 0}` sets a factor on the learning rate and the
          weight decay. A list or record of tensors becomes "w.0", "w.1", …
        - `base`: the classes of the class loss, as for the built-in methods.
        - `per_class: ["x"]` lists parameters with a row for each class, so that a checkpoint finds the rows by class name.
        - `unused: ["w"]` lists parameters that the loss need not reach. Any other parameter without a gradient is
          an error (E0714).

        A checkpoint holds the parameters by name, but no functions: make the model, then call `restore(mine, "file")`.
        `copy(mine)` has its own parameters. Values through which its functions reach them are copied too (variables of
        the function in which the model was made, lists, records, functions); everything else is shared. A global
        name of the program cannot be copied: to copy such a model, create parameters and model in a function.
        """
    ) { arguments in .host(try ModelValue(readOwnModel(arguments), base: readBase(arguments))) },
    NativeFunction(
      "ema(decay = 0.999)",
      doc: """
        An average of the parameters over the steps of a training, which replaces them at its end. After each step
        the weight of the average so far is multiplied by `decay`. The initial parameters have no weight.

        ```
        train mix on data.train for 50 epochs { average: ema(0.99) }
        ```
        """
    ) { arguments in .host(try AverageValue(.ema(arguments.float("decay")))) },
    NativeFunction(
      "gaussian(mean, std = 1.0)",
      doc: """
        An average of the parameters after each epoch, which replaces them at the end of a training. Epoch e, from
        1, has weight exp(-(e - mean)² / (2 std²)), as in PromptSRC. The initial parameters have no weight.

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
      "E0305", "\(StringText.quoted(DisplayColumns.cut(name, to: 30))) is not a valid name for a model",
      at: "name",
      help: "use a short word, such as \"mine\"")
  }
  let classes = try readClasses(arguments)
  try arguments.placed("classes") { try checkClasses(classes) }
  func function(_ name: String, _ taken: [String]) throws -> OwnFunction? {
    guard let value = arguments[name], !value.isNil else { return nil }
    guard let function = value.asFunction else {
      throw arguments.wrongType(
        name, expected: "a Function", help: "write \(name): (\(taken.joined(separator: ", "))) => …")
    }
    return try OwnFunction(name, function, arguments: taken, arguments)
  }
  guard let logits = try function("logits", ["batch", "texts", "fixed"]) else {
    throw arguments.failure(
      "E0304", "model needs the argument 'logits'", at: "logits",
      help: "add logits: (batch, texts) => clip.scale * (batch.features @ texts.T)")
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
        ? "the model has 'weights' but no 'experts'"
        : "the model has \(NumberText.counted(parts.experts.count, "expert")) but no 'weights'",
      at: parts.experts.isEmpty ? "weights" : "experts",
      help: parts.experts.isEmpty
        ? "add experts: [\"first\", \"second\"]"
        : "add weights: (batch, texts) => …, with the result [images, experts]")
  }
  guard Set(parts.experts).count == parts.experts.count else {
    throw arguments.failure(
      "E0703", "duplicate name of an expert", at: "experts", help: "give each expert a unique name")
  }
  parts.classRows = try readParameterNames("per_class", arguments, parts)
  for parameter in parts.parameters where parts.classRows.contains(parameter.name) {
    guard parameter.variable.shape.first == classes.count else {
      throw arguments.failure(
        "E0305",
        "'per_class' lists \"\(parameter.name)\", but its shape \(Shape.text(parameter.variable.shape)) does "
          + "not have a row for each of the \(classes.count) classes", at: "per_class",
        help: "list parameters whose first axis is the classes")
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
      "E0305", "'\(name)' lists \"\(given)\", which is not a parameter of the model", at: name,
      help: Nearest.name(to: given, among: all).map { "did you mean \"\($0)\"?" }
        ?? (all.isEmpty
          ? "add parameters: {…}" : "use one of \(all.prefix(8).joined(separator: ", "))"))
  }
  return Set(names)
}

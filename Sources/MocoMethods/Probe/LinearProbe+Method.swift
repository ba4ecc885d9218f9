import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// The linear probe as a method: its function and fields in programs, and its storage in checkpoints.

extension LinearProbe {
  public var method: MethodDescriptor { LinearProbe.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "linear_probe", typeName: "LinearProbe", summary: "A logistic regression on image features.",
    function: MethodFunction(
      "linear_probe", options,
      text: """
        Logistic regression on the image features of a split, without text (Radford et al. 2021): W and b at the minimum
        of ½‖W‖² + c Σ cross-entropy, with the features as returned by the encoder (`normalize: true` scales them to length 1
        first). L-BFGS in double precision; the result does not depend on the number of threads.
        """,
      example: """
        let few = dataset("fashion").few_shot(16, seed: 1)
        let probe = linear_probe(clip, on: few.train, c: 0.316)
        let best = linear_probe(clip, on: few.train, c: "search", validation: few.val)
        evaluate(probe, on: few.test)
        """,
      remark: """
        The probe works like other models: `evaluate`, `predict`, `logits`, `checkpoint`, `restore`. It supports only the
        classes of the split, and each of them needs an image. It has `weight` [classes, width], `bias`,
        `c`, `objective`, `iterations`, `converged` and `search`: every c that was tried, with its accuracy on `validation`.
        """
    ) { try fitted($0) },
    fields: [
      MethodField("weight", "Tensor", "The weights [classes, features]."),
      MethodField("bias", "Tensor", "The intercept of each class."),
      MethodField("width", "Int", "The length of a feature."),
      MethodField("c", "Float", "The inverse regularization strength, or nil without a fit."),
      MethodField("objective", "Float", "The final value of the objective, or nil without a fit."),
      MethodField("iterations", "Int", "The number of iterations of the fit, or nil without a fit."),
      MethodField("converged", "Bool", "Whether the fit converged, or nil without a fit."),
      MethodField("search", "List", "The values of c that were tried, with their accuracy, or nil."),
    ],
    storage: MethodStorage(answerOptions: ["normalized"], replaced: ["width", "fit"]) {
      configuration, isComplete in
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      _ = try (reader.size("width"), reader.bool("normalized"))
    } make: { file in
      guard let width = file.configuration["width"]?.intValue, width > 0, width < 1 << 24 else {
        throw Failure("E0708", "the checkpoint has no feature width for its linear probe")
      }
      return try LinearProbe(
        clip: file.clip, classes: file.classes, width: width,
        normalizes: file.configuration["normalized"]?.boolValue ?? false)
    })

  private static let options: [MethodOption] = [
    .clip, MethodOption("on", .images),
    MethodOption(
      "c", .number, "0.316",
      """
      `c`: the weight of the data. 0.316 is the value in CLIP's own example. `c: "search"` selects the best on `validation` by the
        search of CoOp's program: seven values from 1e6 to 1e-6 in factors of 100, then eight halvings of the range around the best.
        It uses all of `validation`; published numbers use min(shots, 4) images per class
        (`few_shot(16, sampler: "coop")`)
      """),
    MethodOption("validation", .images, "nil"), MethodOption("normalize", .flag, "false"),
    MethodOption(
      "stop", .word, "nil",
      """
      `stop: "minimum"` (unless c is searched for): the gradient's length is 1e-4 of that of W, so W is about that close to the
        minimum. `stop: "published"` (in a search): where scikit-learn stops by default, with no entry of the
        gradient of the mean loss above 1e-4, which for large c is long before the minimum
      """),
    MethodOption(
      "iterations", .integer, "nil",
      """
      `iterations`: the maximum for a fit, 10000, or 1000 with `stop: "published"`. `probe.converged` and the card
        show whether they were enough
      """),
  ]

  /// A probe fitted with the options of a program.
  private static func fitted(_ arguments: any MethodArguments) throws -> LinearProbe {
    let clip = try arguments.clip()
    let images = try arguments.images("on")
    let searches = arguments.isText("c")
    if searches { _ = try arguments.word("c", among: ["search"]) }
    guard searches == arguments.hasValue("validation") else {
      throw searches
        ? Failure(
          "E0305", "linear_probe needs validation images to search for c",
          help: "add validation: data.val, or pass a number such as c: 0.316", argument: "c")
        : Failure(
          "E0305", "linear_probe uses validation images only to search for c",
          help: "pass c: \"search\", or leave out validation", argument: "validation")
    }
    var rule = searches ? LogisticRegression.Rule.published : .minimum
    if arguments.hasValue("stop") { rule = try arguments.word("stop") ?? rule }
    var options = LinearProbe.Options(rule: rule)
    options.normalizes = try arguments.flag("normalize")
    if arguments.hasValue("iterations") {
      options.iterations = try arguments.integer("iterations", in: 1...1_000_000)
    }
    let choice: LinearProbe.Choice
    if searches {
      let held = try arguments.images("validation")
      guard !held.labels.isEmpty else {
        throw Failure(
          "E0709", "the search needs validation images, but the split \"\(held.name)\" has none",
          help: "pass a split with images, such as data.val", argument: "validation")
      }
      guard let places = ClassPlaces.find(held.classes, in: images.classes) else {
        throw Failure(
          "E0710", "the classes of the validation images and the training images differ",
          help: "use splits of one data set, such as few.train and few.val", argument: "validation")
      }
      let labels = held.labels.map { places.indices.contains($0) ? places[$0] : -1 }
      choice = .search(ProbeData(features: try held.features(), labels: labels))
    } else {
      choice = .value(try arguments.number("c"))
    }
    let features = images.labels.isEmpty ? try Tensor.zeros([0, 1]) : try images.features()
    let probe = try LinearProbe(
      clip: clip, classes: images.classes, on: ProbeData(features: features, labels: images.labels),
      choice: choice, options: options,
      progress: { arguments.progress(done: $0, of: $1, unit: "fits") })
    if let fit = probe.fit, !fit.isConverged {
      arguments.say(
        "linear_probe: not converged after \(fit.iterations) iterations; "
          + (fit.iterations < options.iterations
            ? "rounding errors prevent progress, because c is very large\n" : "increase iterations: …\n"))
    }
    return probe
  }

  // MARK: Stored

  public var classRows: Set<String> { ["weight", "bias"] }

  public var configuration: Json {
    var object = JsonObject([
      ("kind", .string(kind)), ("width", .int(width)), ("normalized", .bool(normalizes)),
    ])
    if let fit {
      object["fit"] = [
        "c": .double(fit.c), "searched": .bool(fit.search != nil), "iterations": .int(fit.iterations),
        "converged": .bool(fit.isConverged),
      ]
    }
    return .object(object)
  }

  // MARK: Shown

  /// Fields of the fit are nil if other weights were restored or trained.
  public func field(_ name: String) -> MethodValue? {
    switch name {
    case "weight": .tensor(weight)
    case "bias": .tensor(bias)
    case "width": .integer(width)
    case "c": .optional(fit) { .number($0.c) }
    case "objective": .optional(fit) { .number($0.objective) }
    case "iterations": .optional(fit) { .integer($0.iterations) }
    case "converged": .optional(fit) { .flag($0.isConverged) }
    case "search":
      .optional(fit?.search) { search in
        .list(
          search.trials.map { trial in
            .record([
              ("c", .number(trial.c)), ("accuracy", .number(trial.accuracy)),
              ("converged", .flag(trial.isConverged)),
            ])
          })
      }
    default: nil
    }
  }

  public var headline: String? { fit.map { "c \(LinearProbe.text($0.c))" } ?? "\(width) features" }

  public var remarks: [MethodRemark] {
    var lines = ["\(width) features\(normalizes ? " of length 1" : ""), \(classes.count) intercepts"]
    guard let fit else { return (lines + ["its weights were not fitted in this session"]).map { .line($0) } }
    lines.append(
      fit.isConverged
        ? "\(fit.iterations) iterations"
        : "not converged after \(fit.iterations) iterations: ‖∇‖ is \(LinearProbe.text(fit.error)) ‖W‖")
    if let search = fit.search {
      lines.append("c chosen from \(search.trials.count) values on validation images")
      let open = search.trials.filter { !$0.isConverged }.count
      if open > 0 { lines.append("\(open) of them not converged") }
    }
    return lines.map { .line($0) }
  }

  private static func text(_ value: Double) -> String {
    let text = "\(value)"
    return text.count <= 7 ? text : SignificantDigits.text(Float(value))
  }
}

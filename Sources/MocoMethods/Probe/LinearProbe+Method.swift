import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// The linear probe as a method: how programs make one and what they see of it, and how checkpoints hold it.

extension LinearProbe {
  public var method: MethodDescriptor { LinearProbe.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "linear_probe", typeName: "LinearProbe", summary: "A logistic regression on image features.",
    function: MethodFunction(
      "linear_probe", options,
      text: """
        Logistic regression on the image features of a split, without any words (Radford et al. 2021): W and b at the minimum
        of ½‖W‖² + c Σ cross-entropy, with the features as the encoder gives them (`normalize: true` brings them to length 1
        first). L-BFGS in double precision; the result does not depend on the number of threads.
        """,
      example: """
        let few = dataset("fashion").few_shot(16, seed: 1)
        let probe = linear_probe(clip, on: few.train, c: 0.316)
        let best = linear_probe(clip, on: few.train, c: "search", validation: few.val)
        evaluate(probe, on: few.test)
        """,
      remark: """
        The probe is a model like the others: `evaluate`, `predict`, `logits`, `checkpoint`, `restore`. It answers for the
        classes of the split and no others, and each of them needs an image there. It has `weight` [classes, width], `bias`,
        `c`, `objective`, `iterations`, `converged`, and `search`: every c that was tried, with its accuracy on `validation`.
        """
    ) { try fitted($0) },
    fields: [
      MethodField("weight", "Tensor", "The weights [classes, features]."),
      MethodField("bias", "Tensor", "The intercept of each class."),
      MethodField("width", "Int", "The length of a feature."),
      MethodField("c", "Float", "The inverse strength of the penalty, or nil without a fit."),
      MethodField("objective", "Float", "What was minimized, at the end, or nil without a fit."),
      MethodField("iterations", "Int", "Steps that the fit took, or nil without a fit."),
      MethodField("converged", "Bool", "Whether the fit came to its end, or nil without a fit."),
      MethodField("search", "List", "The values of c that were tried, with their accuracy, or nil."),
    ],
    storage: MethodStorage(answerOptions: ["normalized"], replaced: ["width", "fit"]) {
      configuration, isComplete in
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      _ = try (reader.size("width"), reader.bool("normalized"))
    } make: { file in
      guard let width = file.configuration["width"]?.intValue, width > 0, width < 1 << 24 else {
        throw Failure("E0708", "the checkpoint does not tell the width of its linear probe's features")
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
      `c`: the weight of the data. 0.316 is that of CLIP's own example. `c: "search"` takes the best on `validation` by the
        search of CoOp's program: seven powers of 100 from 1e6 to 1e-6, then eight halvings of the range around the best.
        It uses all of `validation`; published numbers have min(shots, 4) images of each class there
        (`few_shot(16, sampler: "coop")`)
      """),
    MethodOption("validation", .images, "nil"), MethodOption("normalize", .flag, "false"),
    MethodOption(
      "stop", .word, "nil",
      """
      `stop: "minimum"` (unless c is searched for): the gradient's length is 1e-4 of that of W, so W is about that near to the
        minimum. `stop: "published"` (in a search): where scikit-learn stops by default, with no entry of the
        gradient of the mean loss above 1e-4, which for large c is long before the minimum
      """),
    MethodOption(
      "iterations", .integer, "nil",
      """
      `iterations`: the most of them for a fit, 10000, or 1000 where it stops as published. `probe.converged` and the card
        say whether they were enough
      """),
  ]

  /// A probe fitted as a program asks for it.
  private static func fitted(_ arguments: any MethodArguments) throws -> LinearProbe {
    let clip = try arguments.clip()
    let images = try arguments.images("on")
    let searches = arguments.isText("c")
    if searches { _ = try arguments.word("c", among: ["search"]) }
    guard searches == arguments.hasValue("validation") else {
      throw searches
        ? Failure(
          "E0305", "linear_probe needs validation images to search for c",
          help: "add validation: data.val, or give a number such as c: 0.316", argument: "c")
        : Failure(
          "E0305", "linear_probe looks at validation images only to search for c",
          help: "write c: \"search\", or leave validation out", argument: "validation")
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
          "E0709", "there is nothing to search on: the split \"\(held.name)\" has no images",
          help: "give a split with images, such as data.val", argument: "validation")
      }
      guard let places = ClassPlaces.find(held.classes, in: images.classes) else {
        throw Failure(
          "E0710", "the classes of the validation images are not those of the training images",
          help: "take both from one data set, such as few.train and few.val", argument: "validation")
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
            ? "rounding leaves no way on, c is very large\n" : "give it more, iterations: …\n"))
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

  /// What belongs to the fit is none where other weights were restored or trained.
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
    guard let fit else { return (lines + ["its weights are not a fit of this session"]).map { .line($0) } }
    lines.append(
      fit.isConverged
        ? "\(fit.iterations) iterations"
        : "not converged after \(fit.iterations) iterations: ‖∇‖ is \(LinearProbe.text(fit.error)) ‖W‖")
    if let search = fit.search {
      lines.append("c chosen among \(search.trials.count) on validation images")
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

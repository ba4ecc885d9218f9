import MocoLab
import MocoLang
import MocoPrompts
import MocoTensor

func probeBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      """
      linear_probe(clip, on, c = 0.316, validation = nil, normalize = false, stop = nil, iterations = nil)
      """,
      doc: """
        Logistic regression on the image features of a split, without any words (Radford et al. 2021): W and b at the minimum
        of ½‖W‖² + c Σ cross-entropy, with the features as the encoder gives them (`normalize: true` brings them to length 1
        first). L-BFGS in double precision; the result does not depend on the number of threads.

        - `c`: the weight of the data. 0.316 is that of CLIP's own example. `c: "search"` takes the best on `validation` by the
          search of CoOp's program: seven powers of 100 from 1e6 to 1e-6, then eight halvings of the range around the best.
          It uses all of `validation`; published numbers have min(shots, 4) images of each class there
          (`few_shot(16, sampler: "coop")`)
        - `stop: "minimum"` (unless c is searched for): the gradient's length is 1e-4 of that of W, so W is about that near to the
          minimum. `stop: "published"` (in a search): where scikit-learn stops by default, with no entry of the
          gradient of the mean loss above 1e-4, which for large c is long before the minimum
        - `iterations`: the most of them for a fit, 10000, or 1000 where it stops as published. `probe.converged` and the card
          say whether they were enough

        The probe is a model like the others: `evaluate`, `predict`, `logits`, `checkpoint`, `restore`. It answers for the
        classes of the split and no others, and each of them needs an image there. It has `weight` [classes, width], `bias`,
        `c`, `objective`, `iterations`, `converged`, and `search`: every c that was tried, with its accuracy on `validation`.

        ```
        let few = dataset("fashion").few_shot(16, seed: 1)
        let probe = linear_probe(clip, on: few.train, c: 0.316)
        let best = linear_probe(clip, on: few.train, c: "search", validation: few.val)
        evaluate(probe, on: few.test)
        ```
        """
    ) { arguments in
      let clip = try readModel(arguments)
      let split = try arguments.host(SplitValue.self, "on", expected: "split such as data.train").split
      let searches = arguments["c"]?.asString != nil
      if searches { _ = try arguments.choice("c", among: ["search"]) }
      guard searches == (arguments["validation"]?.isNil == false) else {
        throw searches
          ? arguments.failure(
            "E0305", "linear_probe needs validation images to search for c", at: "c",
            help: "add validation: data.val, or give a number such as c: 0.316")
          : arguments.failure(
            "E0305", "linear_probe looks at validation images only to search for c", at: "validation",
            help: "write c: \"search\", or leave validation out")
      }
      var rule = searches ? LogisticRegression.Rule.published : .minimum
      if let value = arguments["stop"], !value.isNil {
        let word = try arguments.choice("stop", among: LogisticRegression.Rule.allCases.map(\.rawValue))
        rule = LogisticRegression.Rule(rawValue: word) ?? rule
      }
      var options = LinearProbe.Options(rule: rule)
      options.normalizes = try arguments.bool("normalize")
      if arguments["iterations"]?.isNil == false {
        options.iterations = try arguments.int("iterations", in: 1...1_000_000)
      }
      defer { context.onProgressEnd?() }
      let encoder = try clip.imageEncoder()
      let choice: LinearProbe.Choice
      if searches {
        let held = try arguments.host(SplitValue.self, "validation", expected: "split such as data.val").split
        guard held.count > 0 else {
          throw arguments.failure(
            "E0709", "there is nothing to search on: the split \"\(held.name)\" has no images",
            at: "validation",
            help: "give a split with images, such as data.val")
        }
        guard let places = ClassPlaces.find(held.classes, in: split.classes) else {
          throw arguments.failure(
            "E0710", "the classes of the validation images are not those of the training images",
            at: "validation",
            help: "take both from one data set, such as few.train and few.val")
        }
        let labels = held.labels.map { places.indices.contains($0) ? places[$0] : -1 }
        choice = .search(ProbeData(features: try held.features(encoder), labels: labels))
      } else {
        choice = .value(try arguments.float("c"))
      }
      let clock = ContinuousClock()
      let begin = clock.now
      let probe = try LinearProbe(
        clip: clip, classes: split.classes,
        on: ProbeData(
          features: split.count > 0 ? split.features(encoder) : Tensor.zeros([0, 1]), labels: split.labels),
        choice: choice, options: options,
        progress: { fits, most in
          let passed = (clock.now - begin) / .seconds(1)
          context.onProgress?(
            Progress(done: fits, total: most, rate: passed > 0 ? Double(fits) / passed : 0, unit: "fits"))
        })
      if let folder = try context.runFolder() {
        try folder.note(hash: clip.contentHash(), of: "weights")
        try folder.note(hash: split.contentHash(), of: "data \(split.name)")
      }
      if let fit = probe.fit, !fit.isConverged {
        context.say(
          "linear_probe: not converged after \(fit.iterations) iterations; "
            + (fit.iterations < options.iterations
              ? "rounding leaves no way on, c is very large\n" : "give it more, iterations: …\n"))
      }
      return .host(try ModelValue(probe))
    }
  ]
}

/// What programs see of one kind of model beside what all of them have.
protocol ShownModel: PromptModel {
  /// What `type` calls it.
  var typeName: String { get }
  var ownMembers: [String] { get }
  func ownMember(_ name: String) -> AnyValue?
  /// The first words of its short description.
  var headline: String { get }
  /// Lines of its card.
  var remarks: [String] { get }
}

extension LinearProbe: ShownModel {
  var typeName: String { "LinearProbe" }

  var ownMembers: [String] {
    ["weight", "bias", "width", "c", "objective", "iterations", "converged", "search"]
  }

  /// What belongs to the fit is nil where other weights were restored or trained.
  func ownMember(_ name: String) -> AnyValue? {
    let fit = fit
    switch name {
    case "weight": return .host(TensorValue(weight))
    case "bias": return .host(TensorValue(bias))
    case "width": return .int(width)
    case "c": return fit.map { .float($0.c) } ?? .nil
    case "objective": return fit.map { .float($0.objective) } ?? .nil
    case "iterations": return fit.map { .int($0.iterations) } ?? .nil
    case "converged": return fit.map { .bool($0.isConverged) } ?? .nil
    case "search":
      return fit?.search.map { search in
        .list(
          search.trials.map { trial in
            .record([
              ("c", .float(trial.c)), ("accuracy", .float(trial.accuracy)),
              ("converged", .bool(trial.isConverged)),
            ])
          })
      } ?? .nil
    default: return nil
    }
  }

  var headline: String { fit.map { "c \(number($0.c))" } ?? "\(width) features" }

  var remarks: [String] {
    var lines = ["\(width) features\(normalizes ? " of length 1" : ""), \(classes.count) intercepts"]
    guard let fit else { return lines + ["its weights are no fit of this session"] }
    lines.append(
      fit.isConverged
        ? "\(fit.iterations) iterations"
        : "not converged after \(fit.iterations) iterations: ‖∇‖ is \(number(fit.error)) ‖W‖")
    if let search = fit.search {
      lines.append("c chosen among \(search.trials.count) on validation images")
      let open = search.trials.filter { !$0.isConverged }.count
      if open > 0 { lines.append("\(open) of them not converged") }
    }
    return lines
  }

  private func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.count <= 7 ? text : TensorText.rounded(Float(value))
  }
}

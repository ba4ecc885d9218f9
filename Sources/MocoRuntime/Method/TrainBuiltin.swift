import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTraining

func trainBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      """
      train(model, on, for = nil, batch = 32, optimizer = nil, schedule = nil, at_least = nil, clip_grad_norm = nil, \
      shuffle = true, views = nil, each_epoch = nil, each_step = nil, keep_best = nil, metric = "accuracy", \
      patience = nil, average = nil, checkpoint = nil, checkpoint_every = nil, resume = nil, extend = nil, memory = nil, \
      classes = nil, dry_run = false, seed = nil, published = nil, quiet = false)
      """,
      doc: """
        Trains a mixture, a `coop`, a `kgcoop` or a custom model (see `help(model)`) on a split, for a number of
        epochs or steps.

        ```
        let run = train mix on data.train for 50 epochs {
          batch: 32
          optimizer: sgd(lr: 0.032, momentum: 0.9)
          schedule: cosine(warmup: 5 epochs)
          each_epoch: e => print("epoch \\(e.index): loss \\(e.loss:.4f)")
        }
        ```

        - The default `optimizer` is `sgd(lr: 0.032, momentum: 0.9, weight_decay: 5e-4)`. The default `schedule` is a cosine
          with a tenth of the run as warm-up.
        - These defaults are not the authors' configuration. `published: true`, here or in `mixture`, uses theirs: also the
          duration (`for` may be left out), fresh views and a clipped gradient. It is the configuration for the data set, or
          for the named one: `published: "ImageNet"`. Options that you pass take precedence; `run.published` and
          `show run` list what was used. The table in `help("method")` lists all differences.
        - `at_least: 200 steps` adds epochs until there are this many steps.
        - `views: 8` uses eight random crops and flips of each image, one per epoch in turn; their features are computed
          once; `views: "fresh"` draws new ones in every epoch and encodes the images in each step.
          Without it a step uses the centre crop of an image, as an evaluation does.
        - The last partial batch of an epoch is left out, unless the data is smaller than a batch.
        - `checkpoint: "file"` saves after every `checkpoint_every` epochs (default 1 epoch); `resume: "file"`
          continues from there and says where, bit for bit: with the same model, data and options, whatever the number of threads
          and the processor, under the same moco and arithmetic (`help("portable")`). With others it continues too,
          and says so. Data is compared by content, labels, class names and styles, not by the location of the
          files. The result has the losses of all epochs; `seconds` are this call's. `resume: run` continues the run
          of an earlier `train` instead of a file.
        - `keep_best: data.val` evaluates every epoch on validation data, and at the end the model has the
          parameters of the best epoch, the first among equals: by `accuracy`, or by `metric: "nll"`, the mean of
          -log p of the correct class. `patience: 5` ends the training after 5 epochs without improvement.
          `run.best` and `run.validation` hold the results.
        - `schedule:` may be a function `(step, steps, epoch, epochs) => factor`, or of the first of these
          parameters: it returns the factor on the learning rate in each step; steps are counted from 0.
        - `average: ema(0.99)` or `average: gaussian(mean: 15, std: 1)` ends the training with an average of the parameters over
          its steps, or the ends of its epochs; `run.last` has those of the last step. `keep_best` then evaluates
          the averages.
        - A callback that returns `stop` ends the training: `each_epoch: e => if e.loss < 0.1 { stop }`. `run.stopped` says
          what stopped it, and where.
        - A training that was saved with fewer epochs continues with `extend:`, which sets the learning rate in
          the added epochs: `"hold"` keeps the last one, `"restart"` runs the schedule again over the rest, `"stretch"`
          uses the rest of a schedule over all epochs.
        - The split's classes must be among the model's, by name (E0710); `classes: "model"` gives its labels 0, 1, … the
          model's names.
        - `memory: "2 GB"` limits the memory of the text tower's activations, from here on (see `help(mixture)`).
        - `dry_run: true` trains nothing and returns a forecast: rows of the prompts' tree, memory and time (see
          `help(forecast)`).
        - An epoch `e` has `index` (from 1), `epochs`, `step`, `loss`, its parts (`class`, a mixture's `text` and `gate`, a
          kgcoop's `knowledge`, those of a custom model and its `log`), `lr`, `accuracy`, `gate_load`, `seconds`,
          `validation`.
        - `quiet: true` shows no progress and prints no notes; `run.notes` has them.
        - `run.idle` are the experts to which no image of the last epoch was routed. A router with `top_k: 1` and
          without gate loss gets no gradient; a note says so.
        - Control-C stops between two steps. The model keeps its last parameters, even with
          `keep_best`, and `checkpoint` is written first. The same holds for
          SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU, which schedulers and terminals send. A loss that is not
          finite stops it too, and so does an error in a callback. A call that fails before its first step does not
          change the model.
        - In `let run = train …` the name holds the run in these cases too: its losses, its optimizer, and the
          reason in `interrupted`. `resume: run` continues to the same bits as an uninterrupted training. In a
          program, `catch e` has it as `e.run`.
        """
    ) { arguments in
      let value = try arguments.host(ModelValue.self, "model", expected: Methods.listOfTrainable)
      let split = try readTrainingSplit(arguments, value.model)
      try value.checkBase(split)
      let options = try readTraining(arguments, context, value.model, split)
      if try arguments.bool("dry_run") { return try forecastValue(arguments, value, split, options) }
      return try TrainingCall(arguments, context, value, options).run(on: split)
    },
    NativeFunction(
      """
      forecast(model, on, for = nil, batch = 32, at_least = nil, views = nil, memory = nil, classes = nil, \
      published = nil)
      """,
      doc: """
        The time and memory that `train` would need with these options. Nothing is trained.

        Prompts with the same beginning share their rows, so the work is counted from their tree. The speed of this
        machine is measured on the first prompts and on an image, in about a second.

        - `nodes`: rows of the tree in a step; `padded_rows`: rows of a computation that pads every prompt
        - `chunks`: more than one if the step's memory is limited; `flops`: operations of a step
        - `steps`, `epochs`, `seconds_per_step`, `seconds_before` (sentences and images that are encoded once; cached
          features may save some), `seconds` in total, `memory` in bytes (peak)

        The prompts of a custom model are unknown: its loss and backward pass are measured on a first batch, and no step is
        taken. The counts of prompts are then nil.

        ```
        forecast(mix, on: data.train, for: 50 epochs)
        train mix on data.train for 50 epochs { dry_run: true }     // the same
        ```
        """
    ) { arguments in
      let value = try arguments.host(ModelValue.self, "model", expected: Methods.listOfTrainable)
      let split = try readTrainingSplit(arguments, value.model)
      try value.checkBase(split)
      return try forecastValue(arguments, value, split, readExtent(arguments, value.model, split))
    },
  ]
}

/// The requested budget applies to the forecast alone.
private func forecastValue(
  _ arguments: Arguments, _ value: ModelValue, _ split: DataSplit, _ options: TrainingOptions
) throws -> AnyValue {
  let planned = value.model as? any Planned
  let before = planned?.memory
  defer { if let before { planned?.memory = before } }
  if let memory = try readMemory(arguments) { planned?.memory = memory }
  return .host(
    ForecastValue(try Forecast(model: value.model, data: split, options: options, base: value.base)))
}

private func readDuration(_ arguments: Arguments) throws -> TrainingDuration {
  guard arguments["for"]?.isNil == false else {
    throw arguments.failure(
      "E0304", "\(arguments.functionName) needs the argument 'for'",
      help: "add a duration: for 50 epochs; only published: true has its own")
  }
  let quantity = try arguments.quantity("for")
  guard let amount = quantity.wholeAmount, amount >= 1 else {
    throw arguments.failure(
      "E0706", "\(arguments.functionName) does not accept \(quantity.description) for 'for'", at: "for",
      help: "use an integer from 1")
  }
  var atLeast = 0
  if let least = try arguments.optionalQuantity("at_least") {
    guard least.unit == .steps, let steps = least.wholeAmount, steps >= 0, quantity.unit == .epochs else {
      throw arguments.failure(
        "E0706", "'at_least' must be a number of steps, and 'for' a number of epochs", at: "at_least",
        help: "write at_least: 200 steps")
    }
    atLeast = steps
  }
  return quantity.unit == .steps ? .steps(amount) : .epochs(amount, atLeast: atLeast)
}

/// The duration of a training, the number of images of a step, and their views.
///
/// - Throws: E0520, E0706 if the published configuration is not available.
private func readExtent(
  _ arguments: Arguments, _ model: any Classifier, _ split: DataSplit
) throws -> TrainingOptions {
  guard var published = try readPublishedTraining(arguments, model, split) else {
    var options = TrainingOptions(duration: try readDuration(arguments))
    options.batch = try arguments.int("batch", in: 1...)
    options.views = try readViews(arguments)
    return options
  }
  var options = published.options
  published.changed = PublishedTraining.names(in: arguments)
  options.published = published
  if arguments["for"]?.isNil == false || arguments.isGiven("at_least") {
    options.duration = try readDuration(arguments)
  }
  if arguments.isGiven("batch") { options.batch = try arguments.int("batch", in: 1...) }
  if arguments.isGiven("views") { options.views = try readViews(arguments) }
  try published.check(options, model: model, data: split)
  return options
}

private func readTraining(
  _ arguments: Arguments, _ context: RuntimeContext, _ model: any Classifier, _ split: DataSplit
) throws -> TrainingOptions {
  var options = try readExtent(arguments, model, split)
  if let optimizer = try arguments.optionalHost(
    OptimizerValue.self, "optimizer", expected: "optimizer such as sgd(lr: 0.02)",
    help: arguments.callHelp(
      "optimizer", ["sgd": "sgd(lr: 0.032)", "adam": "adam(lr: 0.001)", "adamw": "adamw(lr: 0.001)"]))
  {
    guard optimizer.optimizer == nil else {
      throw arguments.failure(
        "E0706", "\(arguments.functionName) does not accept an optimizer with parameters",
        at: "optimizer",
        help:
          "pass it without parameters: \(optimizer.settings.rule.name)(lr: \(NumberText.float(optimizer.settings.rate)))"
      )
    }
    options.optimizer = optimizer.settings
  }
  if arguments.isGiven("schedule") {
    if let function = arguments["schedule"]?.asFunction {
      options.schedule = .own(try ownSchedule(function, arguments))
    } else {
      options.schedule = try arguments.optionalHost(
        ScheduleValue.self, "schedule",
        expected: "schedule such as cosine(warmup: 5 epochs), or a function (step, steps) => factor",
        help: arguments.callHelp("schedule", ["cosine": "cosine()", "constant": "constant()"]))?
        .schedule
    }
  }
  try options.published?.checkWarmup(options, data: split)
  if arguments.isGiven("clip_grad_norm") { options.clipNorm = try arguments.optionalFloat("clip_grad_norm") }
  options.shuffle = try arguments.bool("shuffle")
  options.seed = try arguments.seed(context)
  options.checkpoint = try arguments.optionalString("checkpoint")
  if let every = try readEpochs(arguments, "checkpoint_every") { options.checkpointEvery = every }
  options.keepBest = try readKeepBest(arguments, split)
  options.average = try arguments.optionalHost(
    AverageValue.self, "average", expected: "average such as ema(0.999) or gaussian(mean: 15)",
    help: arguments.callHelp("average", ["ema": "ema(0.999)", "gaussian": "gaussian(mean: 15)"]))?
    .average
  options.patience = try readEpochs(arguments, "patience")
  if arguments["extend"]?.isNil == false {
    let word = try arguments.choice("extend", among: TrainingExtension.allCases.map(\.rawValue))
    options.extend = TrainingExtension(rawValue: word)
    guard arguments["resume"]?.isNil == false else {
      throw arguments.failure(
        "E0706", "'extend' needs a saved training, but 'resume' is missing", at: "extend",
        help: "add resume: \"file\", or remove extend")
    }
  }
  return options
}

/// A function of a program as schedule: it receives as many of step, steps, epoch and epochs as it has parameters
/// without a default, and returns the factor on the learning rate.
private func ownSchedule(_ function: FunctionValue, _ arguments: Arguments) throws -> OwnSchedule {
  let count = function.requiredCount
  guard count <= 4 else {
    throw arguments.failure(
      "E0305", "'schedule' has \(count) parameters, but at most 4 arguments are passed", at: "schedule",
      help: "write schedule: (step, steps, epoch, epochs) => …, or fewer of these parameters")
  }
  return OwnSchedule(text: OwnSchedule.prefix + OwnModel.digest(function.writtenText)) { moment in
    let all: [AnyValue] = [
      .int(moment.step), .int(moment.steps), .int(moment.epoch), .int(moment.epochs),
    ]
    let value = try function.call(Array(all.prefix(count)))
    let tensor = value.asHost(TensorValue.self)?.tensor
    let number = try value.asFloat ?? (tensor?.count == 1 ? tensor.map { Double(try $0.item()) } : nil)
    guard let number else {
      throw Diagnostic(
        "E0706", "the schedule returned \(Arguments.describe(value)) for step \(moment.step)",
        at: function.place,
        help: [
          value.asHost(ScheduleValue.self) == nil
            ? "return the factor on the learning rate, a number of at least 0"
            : "call the function that makes the schedule: schedule: cosine()"
        ])
    }
    return number
  }
}

/// A number of epochs, `5` or `5 epochs`; nil if not given.
private func readEpochs(_ arguments: Arguments, _ name: String) throws -> Int? {
  guard let value = arguments[name], !value.isNil else { return nil }
  let count = value.asQuantity?.wholeAmount ?? value.asInt
  guard let count, count >= 1, value.asQuantity?.unit != .steps else {
    throw arguments.wrongType(name, expected: "a number of epochs", help: "write 5 epochs")
  }
  return count
}

/// The validation data of `keep_best`, with the class names of the training data.
private func readKeepBest(_ arguments: Arguments, _ trained: DataSplit) throws -> KeepBest? {
  let given = arguments.isAbsent("keep_best") ? nil : try arguments.split("keep_best", example: "val")
  guard let split = given else {
    for name in ["metric", "patience"] where arguments.isGiven(name) && arguments[name]?.isNil == false {
      throw arguments.failure(
        "E0706", "'\(name)' needs 'keep_best'", at: name,
        help: "add keep_best: data.val, or another split that is not used for training")
    }
    return nil
  }
  let own = try arguments.split("on", example: "train")
  guard split !== own else {
    throw arguments.failure(
      "E0706", "'keep_best' is the training data", at: "keep_best",
      help: "use another split, such as data.val")
  }
  let word = try arguments.choice("metric", among: KeepBest.Metric.allCases.map(\.rawValue))
  let isRenamed = trained.classes != own.classes && split.classes == own.classes
  return KeepBest(
    data: isRenamed ? split.with(classes: trained.classes, items: split.items) : split,
    metric: KeepBest.Metric(rawValue: word) ?? .accuracy)
}

/// `views: 8`: augmented views that are cached; `views: "fresh"`: new ones in every epoch; without it the plain images.
private func readViews(_ arguments: Arguments) throws -> TrainingViews {
  guard let value = arguments["views"], !value.isNil else { return .plain }
  if value.asString != nil {
    _ = try arguments.choice("views", among: ["fresh"])
    return .fresh
  }
  return .kept(try arguments.int("views", in: 1...TrainingViews.limit))
}

func epochValue(_ record: EpochRecord) -> AnyValue {
  var fields: Fields = [
    "index": .int(record.index), "epochs": .int(record.epochs), "step": .int(record.step),
    "loss": .float(record.loss),
  ]
  for part in record.parts { fields[part.name] = .float(part.value) }
  fields["lr"] = .float(record.rate)
  fields["accuracy"] = .float(record.accuracy)
  fields["gate_load"] = record.gateLoad.map { .list($0) } ?? .nil
  fields["seconds"] = record.seconds.map { .float($0) } ?? .nil
  fields["validation"] = record.validation.map { .float($0) } ?? .nil
  for entry in record.logged { fields[entry.name] = .float(entry.value) }
  return .record(fields)
}

func stepValue(_ record: StepRecord) -> AnyValue {
  var fields: Fields = [
    "index": .int(record.step), "epoch": .int(record.epoch), "loss": .float(record.loss),
  ]
  for part in record.parts { fields[part.name] = .float(part.value) }
  fields["lr"] = .float(record.rate)
  fields["accuracy"] = .float(record.accuracy)
  fields["gate_load"] = record.gateLoad.map { .list($0) } ?? .nil
  for entry in record.logged { fields[entry.name] = .float(entry.value) }
  return .record(fields)
}

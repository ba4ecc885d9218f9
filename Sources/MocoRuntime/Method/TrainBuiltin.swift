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
        Trains a mixture, a `coop`, a `kgcoop` or a model of your own (see `help(model)`) on a split, for a number of epochs or steps.

        ```
        let run = train mix on data.train for 50 epochs {
          batch: 32
          optimizer: sgd(lr: 0.032, momentum: 0.9)
          schedule: cosine(warmup: 5 epochs)
          each_epoch: e => print("epoch \\(e.index): loss \\(e.loss:.4f)")
        }
        ```

        - Without `optimizer` it is `sgd(lr: 0.032, momentum: 0.9, weight_decay: 5e-4)`. Without `schedule` it is a cosine
          with a tenth of the run as warm-up.
        - These defaults are not the authors' configuration. `published: true`, here or in `mixture`, takes theirs: the
          duration too, so that `for` may be left out, fresh views and a clipped gradient. It is that of the data set, or
          of the one named: `published: "ImageNet"`. Options that you give hold; `run.published` and `show run` say what
          was taken. The table in `help("method")` has all that differs.
        - `at_least: 200 steps` adds epochs until there are so many steps.
        - `views: 8` looks at eight random crops and flips of each image, one an epoch in turn, whose features are computed
          once; `views: "fresh"` draws new ones in every epoch and encodes the images in each step.
          Without it a step sees the middle of an image, as a test does.
        - The last partial batch of an epoch is left out, unless the data are fewer than a batch.
        - `checkpoint: "file"` saves after every `checkpoint_every` epochs (1 epoch); `resume: "file"` goes on from there,
          bit for bit: with the same model, data and options, whatever the number of threads and the processor, under
          the same moco and arithmetic (`help("portable")`). Under others it goes on too, and says so. Data are the same by content, labels,
          class names and styles, wherever the files lie. The result has the losses of all epochs; `seconds` are this
          call's. `resume: run` takes the run of an earlier `train` in the place of a file.
        - `keep_best: data.val` judges every epoch on data that are not trained on, and at the end the model has the
          parameters of the best one, the first of equals: by `accuracy`, or by `metric: "nll"`, the mean of -log p of the
          right class. `patience: 5` ends the training after 5 epochs that did no better. `run.best` and `run.validation`
          tell.
        - `schedule:` may be a function `(step, steps, epoch, epochs) => factor` of which it takes the first so many: the factor
          on the learning rate in each step, counted from 0.
        - `average: ema(0.99)` or `average: gaussian(mean: 15, std: 1)` ends the training with an average of the parameters over
          its steps, or the ends of its epochs; `run.last` has those of the last step. `keep_best` then judges the averages.
        - A callback that returns `stop` ends the training: `each_epoch: e => if e.loss < 0.1 { stop }`. `run.stopped` says
          who did, and where.
        - A training that was saved with fewer epochs goes on with `extend:`, which says what the learning rate does in
          those that are added: `"hold"` keeps the last one, `"restart"` runs the schedule again over the rest, `"stretch"`
          takes the rest of a schedule over all epochs.
        - The split's classes must be among the model's, by name (E0710); `classes: "model"` gives its labels 0, 1, … the
          model's names.
        - `memory: "2 GB"` limits what the text tower's activations take, from here on (see `help(mixture)`).
        - `dry_run: true` trains nothing and gives a forecast: rows of the prompts' tree, memory and time (see
          `help(forecast)`).
        - An epoch `e` has `index` (from 1), `epochs`, `step`, `loss`, its parts (`class`, a mixture's `text` and `gate`, a
          kgcoop's `knowledge`, those of your own model and what it tells in `log`), `lr`, `accuracy`, `gate_load`, `seconds`, `validation`.
        - `quiet: true` shows no progress and prints no notes; `run.notes` has them.
        - `run.idle` are the experts that no image of the last epoch was routed to. A router with `top_k: 1` and without gate
          loss gets no gradient, and a note says so.
        - Control-C stops between two steps; the model keeps what it has learned, its last parameters even with
          `keep_best`, and `checkpoint` is written first. So do
          SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU, which schedulers and terminals send. A loss that is not a number stops
          too, and so does an error in a callback. A call that fails before its first step leaves the model as it was.
        - In `let run = train …` the name has the run even so: its losses, its optimizer, and in `interrupted` why.
          `resume: run` goes on to the same bits as a training that was not cut. In a program, `catch e` finds it as
          `e.run`.
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
        What `train` would cost with these options, before a long run. Nothing is trained.

        Prompts that begin alike share their rows, so the work is counted from their tree; how fast this machine is, is
        measured on the first prompts and on an image, in about a second.

        - `nodes`: rows of the tree in a step; `padded_rows`: what a computation that pads every prompt would have
        - `chunks`: more than one where the step's memory is limited; `flops`: operations of a step
        - `steps`, `epochs`, `seconds_per_step`, `seconds_before` (sentences and images that are encoded once, of which kept
          features may save some), `seconds` in all, `memory` in bytes at the most

        Of a model of your own nobody knows the prompts: its loss and way back are done on a first batch, and no step is
        taken. What is counted of prompts is then nil.

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

/// The budget that is asked for counts for the forecast alone.
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
      help: "write how long: for 50 epochs; only published: true brings a duration of its own")
  }
  let quantity = try arguments.quantity("for")
  guard let amount = quantity.wholeAmount, amount >= 1 else {
    throw arguments.failure(
      "E0706", "\(arguments.functionName) cannot last \(quantity.description)", at: "for",
      help: "give a whole number from 1")
  }
  var atLeast = 0
  if let least = try arguments.optionalQuantity("at_least") {
    guard least.unit == .steps, let steps = least.wholeAmount, steps >= 0, quantity.unit == .epochs else {
      throw arguments.failure(
        "E0706", "at_least is a number of steps beside a number of epochs", at: "at_least",
        help: "at_least: 200 steps")
    }
    atLeast = steps
  }
  return quantity.unit == .steps ? .steps(amount) : .epochs(amount, atLeast: atLeast)
}

/// How long a training is, how many images a step sees, and which views of them.
///
/// - Throws: E0520, E0706 where the published configuration cannot be had.
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
    OptimizerValue.self, "optimizer", expected: "optimizer such as sgd(lr: 0.02)")
  {
    guard optimizer.optimizer == nil else {
      throw arguments.failure(
        "E0706", "\(arguments.functionName) makes its own optimizer for the model's parameters",
        at: "optimizer",
        help:
          "give it without parameters: \(optimizer.settings.rule.name)(lr: \(NumberText.float(optimizer.settings.rate)))"
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
        expected: "schedule such as cosine(warmup: 5 epochs), or a function (step, steps) => factor")?
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
    AverageValue.self, "average", expected: "way to average, such as ema(0.999) or gaussian(mean: 15)")?
    .average
  options.patience = try readEpochs(arguments, "patience")
  if arguments["extend"]?.isNil == false {
    let word = try arguments.choice("extend", among: TrainingExtension.allCases.map(\.rawValue))
    options.extend = TrainingExtension(rawValue: word)
    guard arguments["resume"]?.isNil == false else {
      throw arguments.failure(
        "E0706", "extend says how a training goes on that was saved, and there is none", at: "extend",
        help: "give resume: \"file\", or leave extend out")
    }
  }
  return options
}

/// A function of a program as schedule: it gets as many of step, steps, epoch and epochs as it has parameters without a
/// default, and gives the factor on the learning rate.
private func ownSchedule(_ function: FunctionValue, _ arguments: Arguments) throws -> OwnSchedule {
  let count = function.requiredCount
  guard count <= 4 else {
    throw arguments.failure(
      "E0305", "schedule takes \(count) arguments, and there are four to give to it", at: "schedule",
      help: "write schedule: (step, steps, epoch, epochs) => …, with as many of them as it needs")
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
        "E0706", "the schedule gave \(Arguments.describe(value)) for step \(moment.step)", at: function.place,
        help: ["give the factor on the learning rate, a number of 0 or more"])
    }
    return number
  }
}

/// A number of epochs, `5` or `5 epochs`; nil where it is not given.
private func readEpochs(_ arguments: Arguments, _ name: String) throws -> Int? {
  guard let value = arguments[name], !value.isNil else { return nil }
  let count = value.asQuantity?.wholeAmount ?? value.asInt
  guard let count, count >= 1, value.asQuantity?.unit != .steps else {
    throw arguments.wrongType(name, expected: "a number of epochs", help: "5 epochs")
  }
  return count
}

/// The data that judge epochs, named as those that are trained on.
private func readKeepBest(_ arguments: Arguments, _ trained: DataSplit) throws -> KeepBest? {
  let given = try arguments.optionalHost(SplitValue.self, "keep_best", expected: "split such as data.val")
  guard let split = given?.split else {
    for name in ["metric", "patience"] where arguments.isGiven(name) && arguments[name]?.isNil == false {
      throw arguments.failure(
        "E0706", "\(name) is about the data that judge epochs, and none are given", at: name,
        help: "add keep_best: data.val, or another split that is not trained on")
    }
    return nil
  }
  let own = try arguments.host(SplitValue.self, "on", expected: "split such as data.train").split
  guard split !== own else {
    throw arguments.failure(
      "E0706", "keep_best would judge epochs on the data that are trained on", at: "keep_best",
      help: "give another split, such as data.val")
  }
  let word = try arguments.choice("metric", among: KeepBest.Metric.allCases.map(\.rawValue))
  let isRenamed = trained.classes != own.classes && split.classes == own.classes
  return KeepBest(
    data: isRenamed ? split.with(classes: trained.classes, items: split.items) : split,
    metric: KeepBest.Metric(rawValue: word) ?? .accuracy)
}

/// `views: 8` augmented views that are kept, `views: "fresh"` ones in every epoch; without it the plain images.
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

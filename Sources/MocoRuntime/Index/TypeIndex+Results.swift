import MocoLang

var resultTypes: [HostType] {
  [
    HostType(
      "Training", "What `train` gives: how the loss went.",
      fields: [
        ("loss", "Float", "The loss of the last epoch."),
        ("losses", "List", "The loss of each epoch."),
        ("accuracy", "Float", "The accuracy on the training images in the last epoch."),
        ("epochs", "List", "A record for each epoch: index, loss and its parts, lr, accuracy, seconds."),
        ("steps", "Int", "How many steps were taken."),
        ("seconds", "Float", "How long it took."),
        ("model", "String", "The kind of the model that was trained."),
        ("optimizer", "Optimizer", "The optimizer, with its state where the training ended."),
        ("best", "Record", "The epoch that `keep_best` kept: epoch, step, metric and value, or nil."),
        ("validation", "List", "What each epoch reached on the data of `keep_best`."),
        ("stopped", "String", "Who ended the training before its end, and where, or nil."),
        ("interrupted", "String", "Where and by what the training was cut short, or nil."),
        ("notes", "List", "What was said when the training was taken up."),
        ("idle", "List", "The groups of experts that no image of the last epoch was routed to."),
        ("published", "Record", "What the authors' configuration has set, or nil."),
        (
          "last", "Parameters",
          "The parameters after the last step, where the model has the best or averaged ones, or nil."
        ),
        ("figure", "Figure", "The curve of the loss and its parts."),
      ]),
    HostType("Average", "How a training averages its parameters."),
    HostType(
      "Optimizer", "A rule that moves parameters along their gradients.",
      fields: [
        ("kind", "String", "The rule: sgd, adam or adamw."),
        ("lr", "Float", "The learning rate; may be set."),
        ("steps", "Int", "Steps taken so far."),
      ],
      methods: OptimizerValue.methods),
    HostType(
      "Schedule", "How the learning rate changes in the course of a training.",
      methods: ScheduleValue.methods,
      gives: ["rate": "Float"]),
    HostType(
      "Report", "What `evaluate` and `report` give: how often a model is right, and where.",
      fields: [
        ("accuracy", "Float", "The share of images that were classified correctly."),
        ("correct", "Int", "How many images were classified correctly."),
        ("count", "Int", "How many images there were."),
        ("kind", "String", "The kind of the model."),
        ("split", "String", "The split that was evaluated, or nil."),
        ("classes", "List", "The classes that were asked about."),
        ("class_names", "String", "Whose class names were asked about: matched, data or model."),
        ("per_class", "Record", "The accuracy of each class."),
        ("precision", "Record", "Of the answers that name a class, the share that is right."),
        ("recall", "Record", "Of the images of a class, the share that is classified correctly."),
        ("f1", "Record", "The harmonic mean of precision and recall of each class."),
        ("support", "Record", "How many images each class has."),
        ("macro_precision", "Float", "The mean of the classes' precision."),
        ("macro_recall", "Float", "The mean of the classes' recall."),
        ("macro_f1", "Float", "The mean of the classes' F1."),
        ("weighted_f1", "Float", "The mean of the classes' F1, weighted by their images."),
        ("mean_per_class", "Float", "The mean of the classes' accuracy."),
        ("without_images", "List", "Classes that have no image."),
        ("never_predicted", "List", "Classes that no answer names."),
        ("left_out", "List", "Classes that the macro means leave out: they have no image and no answer."),
        ("confusion", "Figure", "How often each class was answered for each; values has the counts."),
        ("predictions", "List", "The answer for each image."),
        ("labels", "List", "The class of each image."),
        ("right", "List", "Whether the answer is right, for each image."),
        ("top5", "Float", "The share of images whose class is among the five most likely, or nil."),
        ("ece", "Float", "The calibration error, or nil for answers alone."),
        ("nll", "Float", "The mean negative log likelihood of the right class, or nil for answers alone."),
        ("bins", "List", "Accuracy and confidence by confidence, or nil for answers alone."),
        ("base", "Float", "The accuracy on the base classes, or nil."),
        ("new", "Float", "The accuracy on the new classes, or nil."),
        ("h", "Float", "The harmonic mean of base and new, or nil."),
        ("h_is_missing", "String", "Why there is no h, or nil."),
        ("per_style", "Record", "The accuracy of each style, or nil."),
        ("routing", "Figure", "The mean weight of each expert by style, or nil."),
        ("routing_by_class", "Figure", "The mean weight of each expert by class, or nil."),
        ("summary", "Record", "All single numbers of the report."),
        ("figure", "Figure", "The accuracy of each class as bars."),
        ("seconds", "Float", "How long the evaluation took."),
      ],
      methods: ReportValue.methods, gives: ["top": "Float"]),
    HostType(
      "Runs", "The runs of a sweep, as they stood when they were read.", element: "Record",
      fields: [
        ("folder", "String", "The folder of the sweep."),
        ("settings", "Record", "All settings with their values."),
        ("states", "Record", "How many runs there are of each state."),
      ],
      methods: RunsValue.methods, gives: ["where": "Runs", "table": "ResultTable", "curves": "Figure"]),
    HostType(
      "ResultTable", "Averages of the results of a sweep.",
      fields: [
        ("rows", "List", "The values of the rows' settings."),
        ("columns", "List", "The columns, as the table names them."),
        ("cells", "List", "A list for each row of records: mean, deviation, runs, best."),
        ("notes", "List", "What has to be said of the numbers."),
        ("text", "String", "The table as text."),
        ("csv", "String", "The table with all digits, per RFC 4180."),
        ("markdown", "String", "The table as Markdown."),
        ("html", "String", "The table as a page."),
        ("latex", "String", "The table as LaTeX with booktabs."),
        ("json", "String", "The table as JSON, with numbers."),
      ],
      methods: ResultTableValue.methods),
    HostType(
      "Route", "Why one image was answered as it was.",
      fields: [
        ("prediction", "String", "The most likely class."),
        ("probability", "Float", "How likely it is to the model."),
        ("label", "String", "The class of the image, or nil where it is not known."),
        ("right", "Bool", "Whether the answer is right, or nil where nobody can say."),
        ("style", "String", "The style of the image, or nil."),
        ("classes", "Record", "The most likely classes with their probability."),
        (
          "experts", "List",
          "A record for each expert: group, score, weight, whether it was chosen, and its own answer."
        ),
        (
          "steps", "Record",
          "The numbers from the scores to the answer: scores, chosen, weights, logits of each expert, mixed, probabilities."
        ),
        ("figure", "Figure", "The weights of the experts as bars."),
      ]),
    HostType(
      "Forecast", "What a training will take, measured before it begins.",
      fields: [
        (
          "nodes", "Int",
          "Rows of the text tower in a step, with shared beginnings counted once; nil where a step was measured."
        ),
        (
          "padded_rows", "Int",
          "Rows of a computation that pads every prompt to the context; nil where a step was measured."
        ),
        ("chunks", "Int", "Into how many chunks the prompts are cut; nil where a step was measured."),
        ("flops", "Float", "Floating-point operations of a step; nil where a step was measured."),
        ("steps", "Int", "Steps of the training."),
        ("epochs", "Int", "Epochs of the training."),
        ("seconds_per_step", "Float", "How long a step takes."),
        ("seconds_before", "Float", "How long the features take before the first step."),
        ("seconds", "Float", "How long all of it takes."),
        ("memory", "Int", "Bytes that a step takes."),
      ]),
  ]
}

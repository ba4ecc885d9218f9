import MocoLang

var resultTypes: [HostType] {
  [
    HostType(
      "Training", "The result of `train`: the course of the loss.",
      fields: [
        ("loss", "Float", "The loss of the last epoch."),
        ("losses", "List", "The loss of each epoch."),
        ("accuracy", "Float", "The accuracy on the training images in the last epoch."),
        ("epochs", "List", "A record for each epoch: index, loss and its parts, lr, accuracy, seconds."),
        ("steps", "Int", "The number of steps."),
        ("seconds", "Float", "The duration in seconds."),
        ("model", "String", "The kind of the model that was trained."),
        ("optimizer", "Optimizer", "The optimizer, with its state at the end of the training."),
        ("best", "Record", "The epoch that `keep_best` kept: epoch, step, metric and value, or nil."),
        ("validation", "List", "The result of each epoch on the data of `keep_best`."),
        ("stopped", "String", "What stopped the training early, and where, or nil."),
        ("interrupted", "String", "Where the training was interrupted, and by what, or nil."),
        ("notes", "List", "The messages of a resumed training."),
        ("idle", "List", "The groups of experts to which no image of the last epoch was routed."),
        ("published", "Record", "The settings from the authors' configuration, or nil."),
        (
          "last", "Parameters",
          "The parameters after the last step, if the model has the best or averaged ones, or nil."
        ),
        ("figure", "Figure", "The curve of the loss and its parts."),
      ]),
    HostType("Average", "How a training averages its parameters."),
    HostType(
      "Optimizer", "A rule that updates parameters from their gradients.",
      fields: [
        ("kind", "String", "The rule: sgd, adam or adamw."),
        ("lr", "Float", "The learning rate; may be set."),
        ("steps", "Int", "Steps taken so far."),
      ],
      methods: OptimizerValue.methods),
    HostType(
      "Schedule", "How the learning rate changes during a training.",
      methods: ScheduleValue.methods,
      gives: ["rate": "Float"]),
    HostType(
      "Report", "The result of `evaluate` and `report`: the accuracy of a model, in total and by class.",
      fields: [
        ("accuracy", "Float", "The share of images that were classified correctly."),
        ("correct", "Int", "The number of images that were classified correctly."),
        ("count", "Int", "The number of images."),
        ("kind", "String", "The kind of the model."),
        ("split", "String", "The split that was evaluated, or nil."),
        ("classes", "List", "The classes of the evaluation."),
        ("class_names", "String", "The source of the class names: matched, data or model."),
        ("per_class", "Record", "The accuracy of each class."),
        ("precision", "Record", "Of the predictions of a class, the share that is correct."),
        ("recall", "Record", "Of the images of a class, the share that is classified correctly."),
        ("f1", "Record", "The harmonic mean of precision and recall of each class."),
        ("support", "Record", "The number of images of each class."),
        ("macro_precision", "Float", "The mean of the classes' precision."),
        ("macro_recall", "Float", "The mean of the classes' recall."),
        ("macro_f1", "Float", "The mean of the classes' F1."),
        ("weighted_f1", "Float", "The mean of the classes' F1, weighted by their images."),
        ("mean_per_class", "Float", "The mean of the classes' accuracy."),
        ("without_images", "List", "Classes without images."),
        ("never_predicted", "List", "Classes that are never predicted."),
        ("left_out", "List", "Classes that the macro means leave out: they have no image and no prediction."),
        ("confusion", "Figure", "How often each class was predicted for each class; values has the counts."),
        ("predictions", "List", "The prediction for each image."),
        ("labels", "List", "The class of each image."),
        ("right", "List", "Whether the prediction is correct, for each image."),
        ("top5", "Float", "The share of images whose class is among the five most likely, or nil."),
        ("ece", "Float", "The expected calibration error, or nil without logits."),
        ("nll", "Float", "The mean negative log likelihood of the correct class, or nil without logits."),
        ("bins", "List", "Accuracy and confidence by bins of confidence, or nil without logits."),
        ("base", "Float", "The accuracy on the base classes, or nil."),
        ("new", "Float", "The accuracy on the new classes, or nil."),
        ("h", "Float", "The harmonic mean of base and new, or nil."),
        ("h_is_missing", "String", "Why there is no h, or nil."),
        ("per_style", "Record", "The accuracy of each style, or nil."),
        ("routing", "Figure", "The mean weight of each expert by style, or nil."),
        ("routing_by_class", "Figure", "The mean weight of each expert by class, or nil."),
        ("summary", "Record", "All scalar values of the report."),
        ("figure", "Figure", "The accuracy of each class as bars."),
        ("seconds", "Float", "The duration of the evaluation in seconds."),
      ],
      methods: ReportValue.methods, gives: ["top": "Float"]),
    HostType(
      "Runs", "The runs of a sweep, in their state when they were read.", element: "Record",
      fields: [
        ("folder", "String", "The folder of the sweep."),
        ("settings", "Record", "All settings with their values."),
        ("states", "Record", "The number of runs in each state."),
      ],
      methods: RunsValue.methods, gives: ["where": "Runs", "table": "ResultTable", "curves": "Figure"]),
    HostType(
      "ResultTable", "Averages of the results of a sweep.",
      fields: [
        ("rows", "List", "The values of the rows' settings."),
        ("columns", "List", "The columns, as the table names them."),
        ("cells", "List", "A list for each row of records: mean, deviation, runs, best."),
        ("notes", "List", "Remarks on the numbers."),
        ("text", "String", "The table as text."),
        ("csv", "String", "The table with all digits, per RFC 4180."),
        ("markdown", "String", "The table as Markdown."),
        ("html", "String", "The table as a page."),
        ("latex", "String", "The table as LaTeX with booktabs."),
        ("json", "String", "The table as JSON, with numbers."),
      ],
      methods: ResultTableValue.methods),
    HostType(
      "Route", "The explanation of the prediction for one image.",
      fields: [
        ("prediction", "String", "The most likely class."),
        ("probability", "Float", "Its probability."),
        ("label", "String", "The class of the image, or nil if unknown."),
        ("right", "Bool", "Whether the prediction is correct, or nil if the class is unknown."),
        ("style", "String", "The style of the image, or nil."),
        ("classes", "Record", "The most likely classes with their probabilities."),
        (
          "experts", "List",
          "A record for each expert: group, score, weight, whether it was chosen, and its own prediction."
        ),
        (
          "steps", "Record",
          "The numbers from the scores to the prediction: scores, chosen, weights, logits of each expert, mixed, probabilities."
        ),
        ("figure", "Figure", "The weights of the experts as bars."),
      ]),
    HostType(
      "Forecast", "Time and memory of a training, measured before it begins.",
      fields: [
        (
          "nodes", "Int",
          "Rows of the text tower in a step, with shared prefixes counted once; nil if a step was measured."
        ),
        (
          "padded_rows", "Int",
          "Rows of a computation that pads every prompt to the context; nil if a step was measured."
        ),
        ("chunks", "Int", "The number of chunks of the prompts; nil if a step was measured."),
        ("flops", "Float", "Floating-point operations of a step; nil if a step was measured."),
        ("steps", "Int", "The number of steps of the training."),
        ("epochs", "Int", "The number of epochs of the training."),
        ("seconds_per_step", "Float", "The duration of a step in seconds."),
        ("seconds_before", "Float", "The duration of the features before the first step, in seconds."),
        ("seconds", "Float", "The total duration in seconds."),
        ("memory", "Int", "Memory of a step in bytes."),
      ]),
  ]
}

import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods
import MocoPlot
import MocoTraining

func evaluateBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "evaluate(model, on, batch = 128, base = nil, classes = nil, quiet = false)",
      doc: """
        Classifies every image of a split. The report has `accuracy`, `correct`, `count`, `per_class`,
        `per_style`, `predictions`, and for a mixture `routing`: the mean weight of each expert for each kind of image.
        `help(report)` describes F1, precision, recall, top 5, calibration and the confusion matrix; `report`
        computes the same for the predictions of any model.

        If the model was trained on some of the classes, or `base:` names them, there are also `base` (images of base
        classes among base classes), `new`, and their harmonic mean `h`; without images of one half, that half and `h` are
        nan, and `h_is_missing` gives the reason.

        The data's classes must be among the model's, by name; otherwise error E0710 shows both lists.
        `classes: "data"` evaluates the model's prompts on the data's names, whatever classes it was made with, as
        is usual for other data sets and new classes; `classes: "model"` gives the data's labels 0, 1, … the model's
        names. The report's `class_names` is `"matched"`, `"data"` or `"model"`. `quiet: true` shows no progress.

        ```
        let report = evaluate mix on data.test
        print(report.accuracy)
        show report.routing
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: Methods.list(own: true)).model
      let split = try arguments.split("on", example: "test")
      var options = EvaluationOptions()
      options.batch = try arguments.int("batch", in: 1...100_000)
      if arguments["base"]?.isNil == false { options.base = try readClasses(arguments, "base") }
      options.naming = try readNaming(arguments)
      defer { context.endProgress() }
      let progress = try arguments.bool("quiet") ? nil : context.progress
      let report = try Evaluator.evaluate(model, on: split, options: options, progress: progress)
      let value = ReportValue(report, split: split.name)
      if let folder = try context.runFolder() {
        try folder.note(hash: model.clip.contentHash(), of: "weights")
        try folder.note(hash: split.contentHash(), of: "data \(split.name)")
        var entry = JsonObject([("split", .string(split.name)), ("configuration", model.configuration)])
        for (name, member) in report.json.objectValue ?? JsonObject() { entry[name] = member }
        try folder.add(result: .object(entry))
        if let routing = value.routing { _ = try folder.add(figure: routing.figure.svg(), name: "routing") }
      }
      try context.log.keep(value)
      return .host(value)
    },
    NativeFunction(
      "route(model, image, classes = nil, top = 3)",
      doc: """
        Explains the prediction for one image: the prediction, and for each expert its score, its weight, its own
        prediction, and the sentence of its group that is nearest to the image. `classes` is as in `mix.logits`.
        `right` says whether the prediction is the image's class; nil if the class is unknown.

        `steps` has every intermediate number, by the names of experts and classes: the router's `scores`; the experts
        `chosen`, best first; their `weights`, the softmax of their scores; the `logits` of each expert;
        `mixed`, the sum of weight times logit; `probabilities`, the softmax of `mixed`.

        ```
        show route(mix, data.test[0])
        let s = route(mix, data.test[0]).steps
        print(s.weights, s.mixed["bag"])
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: Methods.listOfRouted).model
      guard let routed = model as? any Routed else {
        throw arguments.failure(
          "E0303", "route needs a model with a router, but a \(model.kind) has none", at: "model",
          help: "pass a \(Methods.listOfRouted)")
      }
      let images = try ImageReader(routed).input(arguments, "image")
      let selection = try readSelection(arguments, "classes", images: "image", routed)
      let truth = RouteTruth(arguments, selection, routed)
      let why = try routed.explain(
        images, classes: selection, shown: truth.shown, top: arguments.int("top", in: 1...1000))
      return .host(RouteValue(why, truth))
    },
  ]
}

import MocoAutograd
import MocoBase
import MocoLang
import MocoMethods
import MocoTensor

// The parts of a model, for programs that build a loss or another model with them.

extension ModelValue {
  static func addParts(_ table: MethodTable<ModelValue>) {
    addRouting(table)
    table.add(
      "text_features(classes = nil, gradient = false)",
      doc: """
        The text features of a model with soft prompts, each of unit length: [classes, dim], of a mixture [experts, classes,
        dim]. `classes` is `"all"`, `"base"`, `"new"` or any names; the default is the model's. `gradient: true` records
        the gradient to the soft prompts.

        ```
        let t = mix.text_features(gradient: true)
        ```
        """
    ) { value, arguments in
      let selection = try readSelection(arguments, "classes", images: nil, value.model)
      let model = try value.differentiable(arguments)
      guard try arguments.bool("gradient") else {
        return .host(
          TensorValue(Variable(try Autograd.noGrad { try model.differentiableTexts(selection).value })))
      }
      return .host(TensorValue(try model.differentiableTexts(selection)))
    }
    table.add(
      "hard_features()",
      doc: """
        The frozen text features of a mixture's hand-written templates for its classes, each of unit length:
        `templates` [sentences, classes, dim] and `prototypes` [groups, classes, dim], the mean of each group.

        ```
        let near = einsum("bd,gcd->bgc", features, mix.hard_features().prototypes)
        ```
        """
    ) { value, arguments in
      guard let mixture = value.model as? Mixture else {
        throw Failure(
          "E0303", "a \(value.model.kind) has no groups of hand-written sentences", help: "use a mixture")
      }
      let hard = try mixture.hard()
      return .record([
        ("templates", .host(TensorValue(Variable(try hard.templates.copy())))),
        ("prototypes", .host(TensorValue(Variable(try hard.prototypes.copy())))),
      ])
    }
  }

  private static func addRouting(_ table: MethodTable<ModelValue>) {
    table.add(
      "weights(images, gradient = false)",
      doc: """
        The router's weights [images, experts] of a model with a router, such as a mixture; zero if an expert was
        not chosen. `gradient: true` records the gradient to the router.

        ```
        mean(mix.weights(batch), axis: 0)
        ```
        """
    ) { value, arguments in
      let images = try ImageReader(value.model).input(arguments, "images")
      let routed = try value.routed()
      if try arguments.bool("gradient") {
        return .host(TensorValue(try value.differentiableRouting().differentiableRouting(images).weights))
      }
      let rows = try routed.routing(images).weights
      return .host(
        TensorValue(Variable(try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0]))))
    }
    table.add(
      "scores(images, gradient = false)",
      doc: """
        The router's scores h [images, experts] of a model with a router, before the softmax over the chosen experts.
        `gradient: true` records the gradient to the router.

        ```
        let h = mix.scores(batch, gradient: true)
        ```
        """
    ) { value, arguments in
      let images = try ImageReader(value.model).input(arguments, "images")
      let routed = try value.routed()
      if try arguments.bool("gradient") {
        return .host(TensorValue(try value.differentiableRouting().differentiableRouting(images).scores))
      }
      let rows = try routed.routing(images).scores
      return .host(
        TensorValue(Variable(try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0]))))
    }
  }

  private func routed() throws -> any Routed {
    guard let routed = model as? any Routed else {
      throw Failure(
        "E0303", "a \(model.kind) has no router", help: "use a model with one: \(Methods.listOfRouted)")
    }
    return routed
  }

  private func differentiableRouting() throws -> any DifferentiableRouting {
    guard let routing = model as? any DifferentiableRouting else {
      throw Failure(
        "E0303", "the routing of a \(model.kind) has no gradient", help: "use a mixture")
    }
    return routing
  }

  /// - Throws: E0303 for a model without soft prompts.
  func differentiable(_ arguments: Arguments) throws -> any DifferentiableAnswers {
    guard let model = model as? any DifferentiableAnswers else {
      throw Failure(
        "E0303",
        "\(arguments.functionName): a \(self.model.kind) has no soft prompts with a gradient",
        help: "use \(Methods.listOfPlanned)")
    }
    return model
  }
}

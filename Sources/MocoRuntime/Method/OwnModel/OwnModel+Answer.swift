import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods
import MocoTensor

// B images, N names, G experts.

extension OwnModel {
  /// The arguments of the functions, with the results that they share.
  struct Asked {
    let batch: OwnBatch
    let texts: AnyValue
    let fixed: AnyValue
  }

  func asked(_ batch: OwnBatch) throws -> Asked {
    let fixed = try fixedValue(batch.names)
    let texts = try textsValue(batch.names, batch.places, fixed)
    let asked = Asked(batch: batch, texts: texts, fixed: fixed)
    batch.weights = try weights(asked)
    return asked
  }

  /// α, if the model has experts. Shape: [B, G].
  ///
  /// - Throws: E0713 for another shape.
  private func weights(_ asked: Asked) throws -> Variable? {
    guard let function = functions.weights else { return nil }
    let value = try function.call([.host(asked.batch), asked.texts, asked.fixed], owner: owner)
    return try matrix(
      value, function, [asked.batch.input.count, parts.experts.count], "[images, experts]",
      help:
        "return a row for each image, with a weight for each of the model's \(parts.experts.count) experts")
  }

  /// Logits with their gradient. Shape: [B, N].
  ///
  /// - Throws: E0713 for another shape.
  func logitsValue(_ asked: Asked) throws -> Variable {
    let function = functions.logits
    let value = try function.call([.host(asked.batch), asked.texts, asked.fixed], owner: owner)
    return try matrix(
      value, function, [asked.batch.input.count, asked.batch.names.count], "[images, names]",
      help: "return a row for each image of the batch, with a number for each name of batch.classes")
  }

  private func matrix(
    _ value: AnyValue, _ function: OwnFunction, _ shape: [Int], _ names: String, help: String
  ) throws -> Variable {
    guard let tensor: TensorValue = value.asHost() else {
      throw function.failure(
        "E0713",
        "'\(function.name)' of \(owner) returned \(Arguments.describe(value)), not a tensor \(names)",
        help: help)
    }
    guard tensor.variable.shape == shape else {
      throw function.failure(
        "E0713",
        "'\(function.name)' of \(owner) returned shape \(Shape.text(tensor.variable.shape)), not \(names) = "
          + Shape.text(shape), help: help)
    }
    guard tensor.variable.value.dtype == .float32 else {
      return Variable(try tensor.variable.value.cast(to: .float32))
    }
    return tensor.variable
  }

  func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    let names = self.names(selection)
    let batch = OwnBatch(self, images, names: names, places: places(selection))
    // Computed with recording, so that it shows whether the result depends on a parameter.
    _ = try fixedValue(names)
    return try Autograd.noGrad {
      let asked = try asked(batch)
      let logits = try logitsValue(asked)
      return Answer(
        logits: try logits.value.contiguous(),
        routing: try batch.weights.map { try Routing(weights: $0.value) })
    }
  }
}

extension OwnModel: DifferentiableAnswers {
  func differentiableLogits(_ images: ImageInput, classes selection: ClassSelection) throws -> Variable {
    let batch = OwnBatch(self, images, names: names(selection), places: places(selection))
    return try logitsValue(asked(batch))
  }

  /// The result of `texts`, if it is one tensor.
  func differentiableTexts(_ selection: ClassSelection) throws -> Variable {
    let names = self.names(selection)
    let value = try textsValue(names, places(selection), fixedValue(names))
    guard let tensor: TensorValue = value.asHost() else {
      throw Failure(
        "E0303",
        "'texts' of \(owner) returned \(Arguments.describe(value)), but text features are one tensor",
        help: "return a tensor from 'texts', or call the function directly")
    }
    return tensor.variable
  }
}

/// A custom model with experts.
final class RoutedOwnModel: OwnModel, DifferentiableRouting {
  var expertNames: [String] { parts.experts }
  var routerRemark: String? { nil }

  func routingNumbers() throws -> [Float] { try parameters.flatMap { try $0.variable.value.toFloats() } }

  /// The scores are the weights: earlier values are known only to the program.
  func differentiableRouting(_ images: ImageInput) throws -> (scores: Variable, weights: Variable) {
    let batch = OwnBatch(self, images, names: classes, places: Array(classes.indices))
    _ = try asked(batch)
    let none = try Tensor.zeros([images.count, parts.experts.count])
    let weights = batch.weights ?? Variable(none)
    return (weights, weights)
  }

  func routing(_ images: ImageInput) throws -> Routing {
    let batch = OwnBatch(self, images, names: classes, places: Array(classes.indices))
    _ = try fixedValue(classes)
    return try Autograd.noGrad {
      _ = try asked(batch)
      return try Routing(weights: batch.weights?.value ?? Tensor.zeros([images.count, parts.experts.count]))
    }
  }

  /// The prediction of one expert is computed from the logits of an image with weight 1 for it and 0 for all others.
  func explain(
    _ image: ImageInput, classes selection: ClassSelection, shown: [String]?, top: Int
  ) throws -> Explanation {
    guard image.count == 1 else {
      throw Failure(
        "E0705", "route expects one image, found \(image.count)", help: "pass one: data.test[0]")
    }
    let names = self.names(selection)
    let batch = OwnBatch(self, image, names: names, places: places(selection))
    _ = try fixedValue(names)
    return try Autograd.noGrad {
      let asked = try asked(batch)
      let routing = try Routing(weights: batch.weights?.value ?? Tensor.zeros([1, parts.experts.count]))
      let logits = try logitsValue(asked).value.toFloats()
      let alone = try parts.experts.indices.map { expert -> [Float] in
        let single = parts.experts.indices.map { Float($0 == expert ? 1 : 0) }
        batch.weights = Variable(try Tensor(single, shape: [1, single.count]))
        return try logitsValue(asked).value.toFloats()
      }
      return try Explanation(
        names: shown ?? names, logits: logits, routing: routing, groups: parts.experts, alone: alone, top: top
      )
    }
  }
}

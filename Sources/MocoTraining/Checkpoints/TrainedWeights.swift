import MocoMethods

/// Where a checkpoint has the weights of a CLIP model that a method trains: a model is told from another by what is not
/// trained, and by what the file says of the rest.
struct TrainedWeights {
  private let names: [String: String]

  init(of model: any Classifier) {
    var own: [ObjectIdentifier: String] = [:]
    for parameter in model.trainableParameters { own[ObjectIdentifier(parameter.variable)] = parameter.name }
    var names: [String: String] = [:]
    for (name, variable) in model.clip.parameters { names[name] = own[ObjectIdentifier(variable)] }
    self.names = names
  }

  /// The name of the tensor in the file for a weight by its name in the model; nil for one that no method trains.
  func place(of weight: String) -> String? {
    if let name = names[weight] { return "model." + name }
    // A file may have the mixture's weights also where the model at hand does not train them.
    guard weight.hasPrefix("visual.") else { return nil }
    return "model.image_encoder." + weight.dropFirst("visual.".count)
  }
}

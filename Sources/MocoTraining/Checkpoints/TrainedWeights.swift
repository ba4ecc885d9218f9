import MocoMethods

/// The location in a checkpoint of CLIP weights that a method trains. A CLIP model is identified by its untrained
/// weights, and by the file's values for the others.
struct TrainedWeights {
  private let names: [String: String]

  init(of model: any Classifier) {
    var own: [ObjectIdentifier: String] = [:]
    for parameter in model.trainableParameters { own[ObjectIdentifier(parameter.variable)] = parameter.name }
    var names: [String: String] = [:]
    for (name, variable) in model.clip.parameters { names[name] = own[ObjectIdentifier(variable)] }
    self.names = names
  }

  /// The name of the tensor in the file for a weight of the model; nil for one that no method trains.
  func place(of weight: String) -> String? {
    if let name = names[weight] { return "model." + name }
    // A file may have the mixture's weights even if the current model does not train them.
    guard weight.hasPrefix("visual.") else { return nil }
    return "model.image_encoder." + weight.dropFirst("visual.".count)
  }
}

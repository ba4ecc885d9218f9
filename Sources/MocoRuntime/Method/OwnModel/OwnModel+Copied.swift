import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods

extension OwnModel: Copied {
  /// A copy of the model: the same functions with their own parameters.
  ///
  /// Everything on the path from a function to a parameter is copied: variables of enclosing functions, lists,
  /// records, other functions. Everything else is shared, including the frozen part of the CLIP model.
  /// - Throws: E0303 for functions that reach a parameter through a value that cannot be copied; E0405.
  func copy() throws -> any Classifier {
    do {
      let reach = try FunctionReach(functions.all.map(\.function))
      let copies = try OwnModelCopies(self, reach.hosts)
      let made = try reach.copies { copies.objects[ObjectIdentifier($0)] }
      var parts = parts
      parts.clip = copies.clip
      parts.parameters = copies.parameters(parts.parameters)
      let functions = functions.mapped(zip(functions.all, made).map { OwnFunction(copying: $0, as: $1) })
      let copy =
        parts.experts.isEmpty ? OwnModel(parts, functions) : RoutedOwnModel(parts, functions)
      copy.takeState(of: self)
      return copy
    } catch let obstacle as FunctionReach.Obstacle { throw refusal(obstacle) }
  }

  private func refusal(_ obstacle: FunctionReach.Obstacle) -> Failure {
    func failure(_ reason: String, _ help: String) -> Failure {
      Failure("E0303", "cannot copy \(owner): \(reason)", help: help, argument: "x")
    }
    switch obstacle {
    case .global(let name):
      return failure(
        "its functions reach a parameter through '\(name)', a global name of the program",
        "create parameters and model in a function, func make() { … }, and copy its result")
    case .host(let host) where host is TensorValue:
      return failure(
        "its functions capture a tensor that was computed from a parameter",
        "compute it in the function that needs it")
    case .host(let host):
      return failure(
        "its functions reach a parameter through an object of type \(host.typeName), which cannot be copied",
        "read the tensor directly, from a parameter(…) in the same function")
    case .method(let name):
      return failure(
        "its functions capture the method '\(name)' without its object",
        "capture the object, and call \(name) on it where needed")
    case .unwritten:
      return failure(
        "one of its functions is built in", "wrap it in a function: (batch, texts) => …")
    case .tooMuch:
      return failure(
        "its functions reach too many values",
        "create parameters and model in a function, and call it for each copy")
    }
  }
}

/// Maps the objects that hold a model's parameters to their copies.
private struct OwnModelCopies {
  private(set) var clip: CLIPModel
  private(set) var objects: [ObjectIdentifier: any HostObject] = [:]
  private var variables: [ObjectIdentifier: Variable] = [:]
  private var clips: [ObjectIdentifier: CLIPModel] = [:]
  private let own: Set<ObjectIdentifier>

  /// - Throws: a `FunctionReach.Obstacle`; E0405.
  init(_ model: OwnModel, _ hosts: [any HostObject]) throws {
    own = Set(model.parameters.map { ObjectIdentifier($0.variable) })
    clip = model.clip
    clip = try copied(model.clip)
    for host in hosts {
      guard let held = host as? ClipValue else { continue }
      let copy = try copied(held.model)
      if copy !== held.model { objects[ObjectIdentifier(host)] = ClipValue(copy, held.context) }
    }
    for host in hosts { try copyOwner(host, sharesClip: clip === model.clip) }
    for parameter in model.parameters where variables[ObjectIdentifier(parameter.variable)] == nil {
      variables[ObjectIdentifier(parameter.variable)] = Variable(
        try parameter.variable.value.copy(), requiresGrad: parameter.variable.requiresGrad)
    }
    for host in hosts {
      if let tensor = host as? TensorValue {
        if let copy = variables[ObjectIdentifier(tensor.variable)] {
          objects[ObjectIdentifier(host)] = TensorValue(copy)
        } else if tensor.variable.trainedLeaves().contains(where: isMoved) {
          throw FunctionReach.Obstacle.host(host)
        }
      } else if let list = host as? ParameterListValue,
        list.parameters.contains(where: { isMoved($0.variable) })
      {
        objects[ObjectIdentifier(host)] = ParameterListValue(parameters(list.parameters))
      }
    }
  }

  private func isMoved(_ variable: Variable) -> Bool { variables[ObjectIdentifier(variable)] != nil }

  /// The same parameter with the copy's variable.
  func parameters(_ list: [Parameter]) -> [Parameter] {
    list.map {
      Parameter(
        $0.name, variables[ObjectIdentifier($0.variable)] ?? $0.variable, rateFactor: $0.rateFactor,
        decay: $0.decay)
    }
  }

  /// A copy of the model with its own trainable weights; the model itself if none is trainable.
  private mutating func copied(_ model: CLIPModel) throws -> CLIPModel {
    if let known = clips[ObjectIdentifier(model)] { return known }
    let trained = Set(model.trainableParameters.map(\.name))
    let copy = trained.isEmpty ? model : try model.branch { trained.contains($0) }
    clips[ObjectIdentifier(model)] = copy
    guard copy !== model else { return model }
    for (old, new) in zip(model.parameters, copy.parameters) where new.variable.requiresGrad {
      variables[ObjectIdentifier(old.variable)] = new.variable
    }
    return copy
  }

  /// Copies an object that holds some of the parameters: a router, soft prompts, a built-in model.
  private mutating func copyOwner(_ host: any HostObject, sharesClip: Bool) throws {
    if let optimizer = (host as? OptimizerValue)?.optimizer {
      guard !optimizer.parameters.contains(where: { isShared($0.variable) }) else {
        throw FunctionReach.Obstacle.host(host)
      }
      return
    }
    guard !(host is TensorValue), !(host is ParameterListValue), !(host is ClipValue),
      let list: ParameterListValue = try host.member("parameters")?.asHost(),
      list.parameters.contains(where: { isShared($0.variable) })
    else { return }
    let isOwnModel = (host as? ModelValue)?.model is OwnModel
    guard !isOwnModel, sharesClip || host is RouterValue,
      !list.parameters.contains(where: { isMoved($0.variable) }),
      let copy: any HostObject = try host.copied()?.asHost(),
      let others: ParameterListValue = try copy.member("parameters")?.asHost(),
      others.parameters.map(\.name) == list.parameters.map(\.name)
    else { throw FunctionReach.Obstacle.host(host) }
    objects[ObjectIdentifier(host)] = copy
    for (old, new) in zip(list.parameters, others.parameters) {
      variables[ObjectIdentifier(old.variable)] = new.variable
    }
  }

  private func isShared(_ variable: Variable) -> Bool {
    own.contains(ObjectIdentifier(variable)) || isMoved(variable)
  }
}

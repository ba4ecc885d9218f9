import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoMethods

extension OwnModel: Copied {
  /// The same functions over parameters of their own.
  ///
  /// What leads from a function to a parameter is copied: variables of the functions around it, lists, records, other
  /// functions. All else is shared, and so is the CLIP model but for what it trains.
  /// - Throws: E0303 for functions that reach a parameter on a way that cannot be copied; E0405.
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
      Failure("E0303", "copy cannot take \(owner): \(reason)", help: help, argument: "x")
    }
    switch obstacle {
    case .global(let name):
      return failure(
        "its functions reach a parameter through '\(name)', of which the program has one",
        "make parameters and model in a function, func make() { … }, and copy what it gives")
    case .host(let host) where host is TensorValue:
      return failure(
        "its functions hold a tensor that was computed from a parameter",
        "compute it in the function that needs it")
    case .host(let host):
      return failure(
        "its functions reach a parameter through an object of the kind \(host.typeName), which has no copy",
        "let them read the tensor itself, from a parameter(…) in the same function")
    case .method(let name):
      return failure(
        "its functions hold the method '\(name)' without its object",
        "let them hold the object, and call \(name) where it is needed")
    case .unwritten:
      return failure(
        "one of its functions is built in", "write the function around it: (batch, texts) => …")
    case .tooMuch:
      return failure(
        "its functions reach more than can be looked through",
        "make parameters and model in a function, and call it for each")
    }
  }
}

/// What stands in a copy of a model for the objects that hold its parameters.
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

  /// The same with the copies' variables.
  func parameters(_ list: [Parameter]) -> [Parameter] {
    list.map {
      Parameter(
        $0.name, variables[ObjectIdentifier($0.variable)] ?? $0.variable, rateFactor: $0.rateFactor,
        decay: $0.decay)
    }
  }

  /// The same model with weights of its own where it trains; itself where it trains none.
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

  /// Copies an object that has some of the parameters: a router, soft prompts, a built-in model.
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

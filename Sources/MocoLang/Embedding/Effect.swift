/// The side effects of calling a built-in.
public enum Effect: Sendable {
  /// It changes, prints, writes, or runs long: a call is useful without its value.
  case something
  /// None: a call whose value is discarded has no effect. Drawing a random number counts as none if the
  /// number is the only purpose of the call.
  case nothing
  /// The side effects of the functions that are passed to it.
  case thatOfFunctions
}

extension NativeFunction {
  /// The same function, marked as having no side effects.
  package func onlyGiving(_ effect: Effect = .nothing) -> NativeFunction {
    self.effect = effect
    return self
  }

  /// The same function under a deprecated name, which programs are told to replace.
  package func formerly(_ name: String) -> NativeFunction {
    var former = signature
    former.functionName = name
    former.text = name + former.text.dropFirst(signature.functionName.count)
    let alias = NativeFunction(
      signature: former, doc: "The deprecated name of `\(signature.functionName)`.\n\n" + doc, core: core,
      body: body)
    alias.effect = effect
    alias.newName = signature.functionName
    return alias
  }
}

extension [NativeFunction] {
  /// Marks functions as having no side effects, all of them or those named.
  package func onlyGiving(
    only named: Set<String>? = nil, except others: Set<String> = [], callingBack: Set<String> = []
  ) -> [NativeFunction] {
    map { function in
      if others.contains(function.name) || named.map({ !$0.contains(function.name) }) ?? false {
        return function
      }
      return function.onlyGiving(callingBack.contains(function.name) ? .thatOfFunctions : .nothing)
    }
  }
}

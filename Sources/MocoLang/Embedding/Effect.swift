/// What calling a built-in does besides giving a value: its side effects.
public enum Effect: Sendable {
  /// It changes, prints, writes, or takes long: a call may stand for itself.
  case something
  /// Nothing: a call whose value is thrown away was in vain. Drawing a random number counts as nothing where the
  /// numbers are the only thing that the call is for.
  case nothing
  /// What the functions do that it is given.
  case thatOfFunctions
}

extension NativeFunction {
  /// The same function, said to do nothing but give its value.
  package func onlyGiving(_ effect: Effect = .nothing) -> NativeFunction {
    self.effect = effect
    return self
  }

  /// The same function under an older name, which programs are told to replace.
  package func formerly(_ name: String) -> NativeFunction {
    var former = signature
    former.functionName = name
    former.text = name + former.text.dropFirst(signature.functionName.count)
    let alias = NativeFunction(
      signature: former, doc: "The older name of `\(signature.functionName)`.\n\n" + doc, core: core,
      body: body)
    alias.effect = effect
    alias.newName = signature.functionName
    return alias
  }
}

extension [NativeFunction] {
  /// Functions that only give a value, all of them or those named.
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

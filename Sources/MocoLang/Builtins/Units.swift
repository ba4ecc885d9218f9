extension CoreBuiltins {
  /// A function for every unit, which makes a Quantity from a computed number: `epochs(2 * 5)`.
  static func units(_ units: [Quantity.Unit]) -> [NativeFunction] {
    units.enumerated().map { index, unit in
      NativeFunction(core: "\(unit.plural)(n)", doc: unit.doc) { machine, arguments in
        let word = arguments[0]
        switch word.tag {
        case .int: return .quantity(word.asInt, unit: index)
        case .quantity where word.unitIndex == index: return word
        default: return .quantity(try machine.numberArgument(word, "n", unit.plural), unit: index)
        }
      }
    }.onlyGiving()
  }
}

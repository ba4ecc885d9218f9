/// An amount with a unit, as in `50 epochs` or `200 steps`. Units do not mix.
public struct Quantity: Equatable, Sendable {
  public enum Unit: String, Sendable {
    case epochs
    case steps
  }

  public var unit: Unit
  /// The amount as a Float, whichever kind of number it was written as.
  public var amount: Double
  /// The amount where it was an Int.
  public var wholeAmount: Int?

  public init(_ amount: Int, _ unit: Unit) {
    self.unit = unit
    self.amount = Double(amount)
    wholeAmount = amount
  }

  public init(_ amount: Double, _ unit: Unit) {
    self.unit = unit
    self.amount = amount
    wholeAmount = nil
  }

  public static func == (left: Quantity, right: Quantity) -> Bool {
    left.unit == right.unit && left.amount == right.amount
  }

  /// As it is written: `50 epochs`, `1 epoch`, `2.5 steps`.
  public var description: String {
    if let wholeAmount {
      return wholeAmount == 1 ? "1 \(unit.rawValue.dropLast())" : "\(wholeAmount) \(unit.rawValue)"
    }
    return "\(NumberText.float(amount)) \(unit.rawValue)"
  }
}

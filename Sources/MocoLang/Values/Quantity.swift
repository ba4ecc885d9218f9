import MocoBase

/// An amount with a unit, as in `50 epochs` or `200 steps`. Units do not mix.
public struct Quantity: Equatable, Sendable {
  /// The unit. The dialect defines the units.
  public struct Unit: Equatable, Sendable {
    /// The form after `1`: `epoch`.
    public let singular: String
    /// `epochs`; also the name of the function that makes a quantity from a computed amount, and the identity
    /// of the unit.
    public let plural: String
    /// An amount for examples.
    public let example: Int
    /// The help of that function, as Markdown.
    public let doc: String

    /// A unit; two with the same plural are the same unit.
    public init(singular: String, plural: String, example: Int, doc: String) {
      self.singular = singular
      self.plural = plural
      self.example = example
      self.doc = doc
    }

    public static func == (left: Unit, right: Unit) -> Bool { left.plural == right.plural }

    /// The unit of a word from another session.
    static let unknown = Unit(singular: "?", plural: "?", example: 1, doc: "")
  }

  /// The unit.
  public var unit: Unit
  /// The amount as a Float, whichever kind of number it was written as.
  public var amount: Double
  /// The amount if it was an Int.
  public var wholeAmount: Int?

  /// A whole amount: `50 epochs`.
  public init(_ amount: Int, _ unit: Unit) {
    self.unit = unit
    self.amount = Double(amount)
    wholeAmount = amount
  }

  /// A fractional amount: `2.5 epochs`. It stays a Float even without a fraction.
  public init(_ amount: Double, _ unit: Unit) {
    self.unit = unit
    self.amount = amount
    wholeAmount = nil
  }

  public static func == (left: Quantity, right: Quantity) -> Bool {
    left.unit == right.unit && left.amount == right.amount
  }

  /// The text as written in programs: `50 epochs`, `1 epoch`, `2.5 steps`.
  public var description: String {
    if let wholeAmount { return wholeAmount == 1 ? "1 \(unit.singular)" : "\(wholeAmount) \(unit.plural)" }
    return "\(NumberText.float(amount)) \(unit.plural)"
  }
}

extension Heap {
  /// The quantity in a word.
  func quantity(_ word: Word) -> Quantity {
    let unit = word.unitIndex < units.count ? units[word.unitIndex] : Quantity.Unit.unknown
    return word.wholeAmount.map { Quantity($0, unit) } ?? Quantity(word.amount, unit)
  }

  /// - Throws: E0305 for a unit that the dialect does not have.
  func word(_ quantity: Quantity) throws -> Word {
    guard let unit = units.firstIndex(of: quantity.unit) else {
      throw Failure("E0305", "unknown unit: \(quantity.unit.plural)")
    }
    return quantity.wholeAmount.map { .quantity($0, unit: unit) } ?? .quantity(quantity.amount, unit: unit)
  }
}

extension Machine {
  func quantity(_ word: Word) -> Quantity { heap.quantity(word) }

  /// `epochs and steps do not mix`, in the order of the dialect.
  func mixedUnits(_ left: Word, _ right: Word) -> String {
    let order = [left, right].sorted { $0.unitIndex < $1.unitIndex }
    return "\(quantity(order[0]).unit.plural) and \(quantity(order[1]).unit.plural) do not mix"
  }
}

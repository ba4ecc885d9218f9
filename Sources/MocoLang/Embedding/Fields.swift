import MocoBase

/// Named values in order: the contents of a Record, or the open options of a call.
///
///     var fields: Fields = ["loss": 0.5, "accuracy": 0.9]
///     fields["epoch"] = 3
///     for (name, value) in fields { … }
public struct Fields: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  /// The fields in order; names are unique.
  package var pairs: [(String, AnyValue)]
  /// The index of a name in `pairs`; only looked up, never iterated.
  package var places: [ExactText: Int]

  /// No fields.
  public init() {
    pairs = []
    places = [:]
  }

  /// A duplicate name keeps its first position and its last value.
  public init(_ fields: [(String, AnyValue)]) {
    self.init()
    for (name, value) in fields { self[name] = value }
  }

  /// Fields in the order in which they are written; a duplicate name keeps its first position and its last
  /// value.
  public init(dictionaryLiteral elements: (String, AnyValue)...) { self.init(elements) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { pairs.count }
  /// The field at an index in 0 ..< `count`, in constant time.
  public subscript(position: Int) -> (name: String, value: AnyValue) {
    (name: pairs[position].0, value: pairs[position].1)
  }

  /// The names in the order of the fields.
  public var names: [String] { pairs.map(\.0) }

  /// The value of a name, compared byte by byte; nil if there is none.
  ///
  /// Setting a new name appends it, in constant time. Setting nil removes the field, in time linear in the
  /// number of fields.
  public subscript(name: String) -> AnyValue? {
    get {
      guard let place = places[ExactText(name)] else { return nil }
      return pairs[place].1
    }
    set {
      if let place = places[ExactText(name)] {
        if let newValue {
          pairs[place].1 = newValue
        } else {
          pairs.remove(at: place)
          places = [:]
          for (index, pair) in pairs.enumerated() { places[ExactText(pair.0)] = index }
        }
      } else if let newValue {
        places[ExactText(name)] = pairs.count
        pairs.append((name, newValue))
      }
    }
  }
}

import MocoBase

/// Named values in order: the contents of a Record, or the open options of a call.
///
///     var fields: Fields = ["loss": 0.5, "accuracy": 0.9]
///     fields["epoch"] = 3
///     for (name, value) in fields { … }
public struct Fields: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  package var pairs: [(String, AnyValue)]
  /// Where a name stands in `pairs`; only looked up, never iterated.
  package var places: [ExactText: Int]

  public init() {
    pairs = []
    places = [:]
  }

  /// A name that comes twice keeps its first place and its last value.
  public init(_ fields: [(String, AnyValue)]) {
    self.init()
    for (name, value) in fields { self[name] = value }
  }

  public init(dictionaryLiteral elements: (String, AnyValue)...) { self.init(elements) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { pairs.count }
  public subscript(position: Int) -> (name: String, value: AnyValue) {
    (name: pairs[position].0, value: pairs[position].1)
  }

  public var names: [String] { pairs.map(\.0) }

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

/// A JSON value (RFC 8259) that keeps the order of an object's keys and distinguishes whole numbers.
public enum Json: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([Json])
  case object(JsonObject)

  /// A 32-bit number, written as its shortest text: 0.075 and not 0.07500000298023224. It reads back unchanged.
  public static func float(_ value: Float) -> Json { .double(Double(value.description) ?? Double(value)) }
}

/// The members of a JSON object in the order of the text.
public struct JsonObject: Equatable, Sendable, Sequence {
  /// The members in order; keys are compared by their UTF-8 bytes.
  public private(set) var entries: [(key: String, value: Json)] = []
  private var places: [Key: Int] = [:]

  /// A key by its scalars: Swift's String equality also holds between composed and decomposed letters,
  /// and an object with both would lose a member.
  private struct Key: Hashable {
    let text: String
    static func == (left: Key, right: Key) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
  }

  /// An object without members.
  public init() {}

  /// Members in order; of duplicate keys the last value is used.
  public init(_ entries: [(String, Json)]) {
    for (key, value) in entries { self[key] = value }
  }

  /// Number of members.
  public var count: Int { entries.count }
  /// The members' keys in order.
  public var keys: [String] { entries.map(\.key) }

  /// The value of the member whose key has these UTF-8 bytes; nil if there is none. A new member is added at the
  /// end, an existing one keeps its position, and nil removes it.
  public subscript(key: String) -> Json? {
    get { places[Key(text: key)].map { entries[$0].value } }
    set {
      if let place = places[Key(text: key)] {
        if let newValue {
          entries[place].value = newValue
        } else {
          entries.remove(at: place)
          places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { (Key(text: $1.key), $0) })
        }
      } else if let newValue {
        places[Key(text: key)] = entries.count
        entries.append((key, newValue))
      }
    }
  }

  public func makeIterator() -> IndexingIterator<[(key: String, value: Json)]> { entries.makeIterator() }

  /// Objects are equal when they hold the same members, in any order.
  public static func == (left: JsonObject, right: JsonObject) -> Bool {
    left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }
}

extension Json: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number, from a literal.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A number with a point, from a literal; `3.0` stays a double.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// `true` or `false`, from a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array of the elements of a literal.
  public init(arrayLiteral elements: Json...) { self = .array(elements) }
  /// An object of the members of a literal, in its order; of duplicate keys the last value is used.
  public init(dictionaryLiteral elements: (String, Json)...) { self = .object(JsonObject(elements)) }
}

extension Json {
  /// The member `key`, or nil if there is none or this is not an object.
  public subscript(key: String) -> Json? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  /// The element at `index`, or nil if there is none or this is not an array.
  public subscript(index: Int) -> Json? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string; nil for other values.
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  /// The value of a boolean; nil for other values, 0 and 1 among them.
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements of an array; nil for other values.
  public var arrayValue: [Json]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object; nil for other values.
  public var objectValue: JsonObject? { if case .object(let value) = self { value } else { nil } }
  /// Whether this is JSON's `null`. A member that is missing is nil instead.
  public var isNull: Bool { self == .null }

  /// The whole number, also when it is written as `3.0`.
  public var intValue: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whole or not; nil for other values. Whole numbers beyond 2⁵³ are rounded.
  public var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The kind of this value, for messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

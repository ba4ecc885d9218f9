// A value of the language as Swift code sees it: safe, and kept alive by ARC.
//
//   let xs: AnyValue = [1, 2.5, "three", nil]           // literals
//   let r = AnyValue.record([("lr", 0.1), ("name", "sgd")])
//   switch value.kind {
//   case .int(let n): …
//   case .list: for element in value.asList ?? [] { … }
//   case .host(let object): …
//   default: …
//   }
//
// Lists and records that come from a program are references to the program's own: `asList` and `asRecord`
// copy one level, `ListReference` and `RecordReference` read and change in place. An AnyValue belongs to the
// thread that runs the program; do not hand it to worker threads.

import MocoBase

/// A value of the language. Plain values are copied; objects on the machine's heap are held by a counted
/// reference.
public struct AnyValue {
  /// How the value is held: created by Swift code, or a reference to an object of the machine.
  package enum Storage {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case quantity(Quantity)
    case string(String)
    case list([AnyValue])
    case record(Fields)
    case range(RangeValue)
    case native(NativeFunction)
    case host(any HostObject)
    /// An object on the machine's heap.
    case object(ObjectReference)
  }

  /// How the value is held. The same value may be held in either way, so compare by `kind`.
  package var storage: Storage

  /// A value with this storage.
  package init(_ storage: Storage) { self.storage = storage }

  /// The value nil.
  public static var `nil`: AnyValue { AnyValue(.null) }
  /// A Bool.
  public static func bool(_ value: Bool) -> AnyValue { AnyValue(.bool(value)) }
  /// An Int of 64 bits.
  public static func int(_ value: Int) -> AnyValue { AnyValue(.int(value)) }
  /// A Float of 64 bits.
  public static func float(_ value: Double) -> AnyValue { AnyValue(.float(value)) }
  /// A 32-bit number as the Float of its shortest text: an option of 0.075 is 0.075 and not
  /// 0.07500000298023224.
  public static func float(_ value: Float) -> AnyValue { AnyValue(.float(NumberText.widened(value))) }
  /// An amount with a unit. It can be passed to a program only if its dialect has the unit.
  public static func quantity(_ value: Quantity) -> AnyValue { AnyValue(.quantity(value)) }
  /// A String.
  public static func string(_ value: String) -> AnyValue { AnyValue(.string(value)) }
  /// A List; a new one is created each time the value is passed to a program.
  public static func list(_ values: [AnyValue]) -> AnyValue { AnyValue(.list(values)) }
  /// A List of Ints.
  public static func list(_ values: [Int]) -> AnyValue { AnyValue(.list(values.map { .int($0) })) }
  /// A List of Floats of 64 bits.
  public static func list(_ values: [Double]) -> AnyValue { AnyValue(.list(values.map { .float($0) })) }
  /// A List of Floats, each from its shortest text: see `float(_:)`.
  public static func list(_ values: [Float]) -> AnyValue { AnyValue(.list(values.map { .float($0) })) }
  /// A List of Strings.
  public static func list(_ values: [String]) -> AnyValue { AnyValue(.list(values.map { .string($0) })) }
  /// A Record; a new one is created each time the value is passed to a program.
  public static func record(_ fields: Fields) -> AnyValue { AnyValue(.record(fields)) }
  /// A Record; a duplicate name keeps its first position and its last value.
  public static func record(_ fields: [(String, AnyValue)]) -> AnyValue { AnyValue(.record(Fields(fields))) }
  /// A Range.
  public static func range(_ value: RangeValue) -> AnyValue { AnyValue(.range(value)) }
  /// A native function as a value.
  public static func function(_ value: NativeFunction) -> AnyValue { AnyValue(.native(value)) }
  /// A host object; the program keeps it as long as needed.
  public static func host(_ object: any HostObject) -> AnyValue { AnyValue(.host(object)) }

  /// A value to `switch` over. Lists, records and functions are read with `asList`, `asRecord`, `asFunction`.
  public enum Kind {
    case `nil`
    case bool(Bool)
    case int(Int)
    case float(Double)
    case quantity(Quantity)
    case string(String)
    case list
    case record
    case range(RangeValue)
    case function
    /// A module imported by `use`; `Interpreter.moduleMember` returns its members.
    case module
    case host(any HostObject)
  }
}

// MARK: Looking inside

extension AnyValue {
  /// The kind of value, with its contents if they are plain. A String of a program is copied.
  public var kind: Kind {
    switch storage {
    case .null: return .nil
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .quantity(let value): return .quantity(value)
    case .string(let value): return .string(value)
    case .list: return .list
    case .record: return .record
    case .range(let value): return .range(value)
    case .native: return .function
    case .host(let value): return .host(value)
    case .object(let reference): return reference.kind
    }
  }

  /// The name that `type(x)` returns: `Nil`, `Bool`, `Int`, `Float`, `String`, `List`, `Record`, `Range`,
  /// `Quantity`, `Function`, `Module`, or the host object's own.
  public var typeName: String {
    switch kind {
    case .nil: return "Nil"
    case .bool: return "Bool"
    case .int: return "Int"
    case .float: return "Float"
    case .quantity: return "Quantity"
    case .string: return "String"
    case .list: return "List"
    case .record: return "Record"
    case .range: return "Range"
    case .function: return "Function"
    case .module: return "Module"
    case .host(let object): return object.typeName
    }
  }

  /// Whether it is nil.
  public var isNil: Bool { if case .null = storage { return true } else { return false } }
  /// A Bool; nil for every other type.
  public var asBool: Bool? { if case .bool(let value) = storage { return value } else { return nil } }
  /// An Int; nil for every other type, also for a Float without a fraction.
  public var asInt: Int? { if case .int(let value) = storage { return value } else { return nil } }
  /// A Float, or an Int converted to one.
  public var asFloat: Double? {
    switch storage {
    case .float(let value): return value
    case .int(let value): return Double(value)
    default: return nil
    }
  }
  /// A Quantity; nil for every other type, numbers included.
  public var asQuantity: Quantity? {
    if case .quantity(let value) = storage { return value } else { return nil }
  }
  /// The text of a String, copied; nil for every other type.
  public var asString: String? { if case .string(let value) = kind { return value } else { return nil } }
  /// A Range; nil for every other type.
  public var asRange: RangeValue? { if case .range(let value) = kind { return value } else { return nil } }

  /// The elements of a List, copied one level deep.
  public var asList: [AnyValue]? {
    switch storage {
    case .list(let values): return values
    case .object(let reference): return reference.elements
    default: return nil
    }
  }

  /// The fields of a Record in their order, copied one level deep.
  public var asRecord: Fields? {
    switch storage {
    case .record(let fields): return fields
    case .object(let reference): return reference.fields
    default: return nil
    }
  }

  /// A function of the language or a native one, to be called with `call`.
  public var asFunction: FunctionValue? {
    if case .function = kind { return FunctionValue(self) }
    return nil
  }

  /// The host object, if it has that class (or protocol).
  public func asHost<T>(_ type: T.Type = T.self) -> T? {
    if case .host(let object) = kind { return object as? T }
    return nil
  }
}

// MARK: Literals

extension AnyValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `nil` in Swift code is the language's nil.
  public init(nilLiteral: ()) { self = .nil }
  /// `true` and `false` in Swift code are Bools.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer literal in Swift code is an Int.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A floating-point literal in Swift code is a Float.
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  /// `[…]` in Swift code is a List.
  public init(arrayLiteral elements: AnyValue...) { self = .list(elements) }
  /// A record; the fields keep the order in which they are written.
  public init(dictionaryLiteral elements: (String, AnyValue)...) { self = .record(Fields(elements)) }
}

// Host objects: Swift classes that programs use as values.
//
// A type with fields, methods, operators, indexing, iteration and a display:
//
//   final class Vector: HostObject {
//     var numbers: [Double]
//     init(_ numbers: [Double]) { self.numbers = numbers }
//
//     var typeName: String { "Vector" }
//     var byteCount: Int { numbers.count * 8 }
//
//     // Fields: `v.norm`. Listed for completion.
//     var memberNames: [String] { ["norm"] + Vector.methods.names }
//     func member(_ name: String) throws -> AnyValue? {
//       name == "norm" ? .float(numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()) : nil
//     }
//
//     // Methods: `v.scaled(by: 2)`. The signature leaves out the object itself.
//     static let methods = MethodTable<Vector> { table in
//       table.add("scaled(by = 1.0)", doc: "The vector times a number.\n\n```\nv.scaled(by: 2)\n```") { vector, arguments in
//         let factor = try arguments.float("by")
//         return .host(Vector(vector.numbers.map { $0 * factor }))
//       }
//     }
//     func method(_ name: String) -> NativeFunction? { Vector.methods.bind(name, to: self) }
//
//     // Operators: nil means "not for these operands" and becomes E0201. For `2 * v`, `reversed` is true.
//     func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue? {
//       guard op == .add, let right: Vector = other.asHost() else { return nil }
//       guard right.numbers.count == numbers.count else {
//         throw Failure("E0204", "the vectors differ in length",
//           operandLabels: ("[\(numbers.count)]", "[\(right.numbers.count)]"))
//       }
//       return .host(Vector(zip(numbers, right.numbers).map(+)))
//     }
//
//     // `len(v)`, `v[0]`, `for x in v`.
//     var count: Int? { numbers.count }
//     func index(_ items: [HostIndex]) throws -> AnyValue? {
//       guard items.count == 1, case .int(let place) = items[0] else { return nil }
//       return .float(numbers[try HostIndex.resolve(place, count: numbers.count)])
//     }
//     func makeIterator() throws -> (() throws -> AnyValue?)? {
//       var place = 0
//       return { [numbers] in
//         guard place < numbers.count else { return nil }
//         defer { place += 1 }
//         return .float(numbers[place])
//       }
//     }
//
//     // print(v) and, at the prompt, v.
//     var shortDescription: String { "Vector(\(numbers.count))" }
//     func document(_ limits: DocumentLimits) -> Document { … }
//   }

import MocoBase
import MocoDocument

/// A Swift object that programs hold as a value. Everything except `typeName` has a default.
public protocol HostObject: AnyObject {
  /// The name of the type for `type(x)` and error messages: `Tensor`, `Dataset`.
  var typeName: String { get }

  /// The field `x.name`, or nil if there is none. Methods come from `method`.
  func member(_ name: String) throws -> AnyValue?
  /// Names of fields and methods, for completion and for the suggestion in "has no member".
  var memberNames: [String] { get }
  /// The method for `x.name(…)` or `x.name`, or nil. See `MethodTable`.
  func method(_ name: String) -> NativeFunction?
  /// `x.name = value`; false if the field cannot be set.
  func setMember(_ name: String, to value: AnyValue) throws -> Bool

  /// `x[…]`; nil if the object cannot be indexed this way.
  func index(_ items: [HostIndex]) throws -> AnyValue?
  /// `x[…] = value`; false if that is not supported.
  func setIndex(_ items: [HostIndex], to value: AnyValue) throws -> Bool

  /// `x op other`, or `other op x` when reversed; nil if the operator is not defined for these operands. This
  /// includes comparisons; if `.equal` returns nil, `==` is identity.
  func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue?
  /// `-x`; nil if it is not defined.
  func negated() throws -> AnyValue?
  /// Deep equality for `equal(a, b)` and for `==` of lists that hold the object; nil means identity.
  func isEqual(to other: AnyValue) throws -> Bool?

  /// `len(x)`; nil if the object has no length.
  var count: Int? { get }
  /// The same value in its own memory, if writing to another object could change this one; otherwise nil.
  func unshared() throws -> AnyValue?
  /// A function that returns the elements in turn and then nil; nil if the object cannot be iterated over.
  func makeIterator() throws -> (() throws -> AnyValue?)?
  /// `value in x`; nil means: search by iterating.
  func contains(_ value: AnyValue) throws -> Bool?
  /// The function to call for `x(…)`; nil if the object is not callable.
  var callable: NativeFunction? { get }

  /// The result of `copy(x)`: an object that later changes to this one do not affect. An immutable object
  /// returns itself; nil means that the object cannot be copied.
  /// - Throws: an error with help, in place of nil.
  func copied() throws -> AnyValue?
  /// A complete copy of the object, for a state that is restored later, including gradients and whatever else
  /// `copied` leaves out. It is requested of mutable objects (`mark`); nil, the default, means that there is
  /// none.
  ///
  /// - Parameter memory: the memory used by the objects copied before. An object that shares some of it
  ///   returns nil; otherwise it adds its own.
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue?

  /// The conversion `float(x)`, `int(x)`: a number, or nil.
  func number() throws -> AnyValue?

  /// The object as a document for the prompt, `show`, pages and reports: a card, an excerpt, a picture. Names
  /// in it are not escaped; the renderer makes control characters harmless.
  func document(_ limits: DocumentLimits) -> Document
  /// The short form for `print` and inside collections: one line if possible.
  var shortDescription: String { get }
  /// The short form in a collection at the prompt, if it is too long for the available width: one line,
  /// truncated to `width` columns.
  func shortDescription(width: Int) -> String
  /// Markdown for `help(x)`.
  var doc: String? { get }

  /// Memory that the object holds in addition to itself, in bytes. It triggers the cycle collector.
  var byteCount: Int { get }
  /// Bytes that stay in memory as long as the object is held; nil if unknown, or too many to hold the object
  /// only to show it again.
  var heldByteCount: Int? { get }
  /// Adds to a mark a value that changes whenever the object is changed in place. It is called around every
  /// cell, so it uses counts of changes and not contents. An object that adds nothing counts as immutable.
  func mark(_ mark: inout ChangeMark)
  /// Every value of the language that the object keeps (functions, lists) must be in a `HeldValue` and is
  /// visited here, so that cycles through the object are collected.
  func visitReferences(_ visit: (HeldValue) -> Void)
}

extension HostObject {
  public func member(_ name: String) throws -> AnyValue? { nil }
  public func unshared() throws -> AnyValue? { nil }
  public var memberNames: [String] { [] }
  public func method(_ name: String) -> NativeFunction? { nil }
  public func setMember(_ name: String, to value: AnyValue) throws -> Bool { false }
  public func index(_ items: [HostIndex]) throws -> AnyValue? { nil }
  public func setIndex(_ items: [HostIndex], to value: AnyValue) throws -> Bool { false }
  public func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue? { nil }
  public func negated() throws -> AnyValue? { nil }
  public func isEqual(to other: AnyValue) throws -> Bool? { nil }
  public var count: Int? { nil }
  public func makeIterator() throws -> (() throws -> AnyValue?)? { nil }
  public func contains(_ value: AnyValue) throws -> Bool? { nil }
  public var callable: NativeFunction? { nil }
  public func copied() throws -> AnyValue? { nil }
  public func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue? { nil }
  public func number() throws -> AnyValue? { nil }
  public func document(_ limits: DocumentLimits) -> Document { Document(Document.Text(shortDescription)) }
  public var shortDescription: String { "<\(typeName)>" }
  public func shortDescription(width: Int) -> String { shortDescription }
  public var doc: String? { nil }
  public var byteCount: Int { 0 }
  public var heldByteCount: Int? { nil }
  public func mark(_ mark: inout ChangeMark) {}
  public func visitReferences(_ visit: (HeldValue) -> Void) {}
}

/// An operator with two operands that a host object may define.
public enum BinaryOperation: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case power = "**"
  case matrixProduct = "@"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// A language value that a host object keeps. Each has one owner: do not share a `HeldValue` between objects.
public final class HeldValue {
  /// Holds its own reference, separate from those passed in or out: the cycle collector counts it as one.
  package var stored: AnyValue

  /// Keeps a value of a program alive as long as this object lives.
  public init(_ value: AnyValue) { stored = value.withOwnReference }

  /// The value; reading and writing each take their own reference. The cycle collector sets it to nil in an
  /// unreachable object.
  public var value: AnyValue {
    get { stored.withOwnReference }
    set { stored = newValue.withOwnReference }
  }
}

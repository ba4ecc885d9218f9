// Host objects: Swift classes that programs see as values.
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
  /// What `type(x)` gives, and error messages call it: `Tensor`, `Dataset`.
  var typeName: String { get }

  /// The field `x.name`, or nil where there is none. Methods come from `method`.
  func member(_ name: String) throws -> AnyValue?
  /// Names of fields and methods, for completion and for the suggestion in "has no member".
  var memberNames: [String] { get }
  /// The method for `x.name(…)` or `x.name`, or nil. See `MethodTable`.
  func method(_ name: String) -> NativeFunction?
  /// `x.name = value`; false where the field cannot be set.
  func setMember(_ name: String, to value: AnyValue) throws -> Bool

  /// `x[…]`; nil where the object cannot be indexed this way.
  func index(_ items: [HostIndex]) throws -> AnyValue?
  /// `x[…] = value`; false where that is not possible.
  func setIndex(_ items: [HostIndex], to value: AnyValue) throws -> Bool

  /// `x op other`, or `other op x` when reversed; nil where the operator is not defined for these operands.
  /// Comparisons too; where `.equal` gives nil, `==` is identity.
  func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue?
  /// `-x`; nil where it is not defined.
  func negated() throws -> AnyValue?
  /// Deep equality for `equal(a, b)` and for `==` of lists that hold the object; nil means identity.
  func isEqual(to other: AnyValue) throws -> Bool?

  /// `len(x)`; nil where the object has no length.
  var count: Int? { get }
  /// The same value in memory of its own, where writing into another object could change this one; else nil.
  func unshared() throws -> AnyValue?
  /// A function that gives the elements in turn and then nil; nil where the object cannot be iterated.
  func makeIterator() throws -> (() throws -> AnyValue?)?
  /// `value in x`; nil means: look by iterating.
  func contains(_ value: AnyValue) throws -> Bool?
  /// What to call for `x(…)`; nil where the object is not a function.
  var callable: NativeFunction? { get }

  /// What `copy(x)` gives: an object that no later change of this one reaches. What never changes gives itself; nil
  /// means that the object cannot be copied.
  /// - Throws: an error with advice, in place of nil.
  func copied() throws -> AnyValue?
  /// A copy that lacks nothing of the object, for a state that is put back later: its gradients and what else `copied`
  /// leaves behind. It is asked of objects that can change (`mark`); nil, the default, means that there is none.
  ///
  /// - Parameter memory: what objects copied before share with others; an object that uses some of it gives nil, and
  ///   else adds its own.
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue?

  /// The conversion `float(x)`, `int(x)`: a number, or nil.
  func number() throws -> AnyValue?

  /// What the object is, for the prompt, `show`, pages and reports: a card, an excerpt, a picture. Names in it stand as
  /// they are; whoever renders it takes care of what would steer the place where it is shown.
  func document(_ limits: DocumentLimits) -> Document
  /// The short form for `print` and inside collections: one line where possible.
  var shortDescription: String { get }
  /// The short form where it stands in a collection at the prompt and is longer than the room there: one line
  /// of at most `width` columns; what is longer is cut.
  func shortDescription(width: Int) -> String
  /// Markdown for `help(x)`.
  var doc: String? { get }

  /// Memory the object holds besides itself, in bytes: what triggers the cycle collector.
  var byteCount: Int { get }
  /// Bytes that stay in memory for as long as somebody holds the object; nil where that is not known, or so much that
  /// nobody should hold it only to show it again.
  var heldByteCount: Int? { get }
  /// Adds to a mark what is another after the object was changed in place. It is asked for around every cell, so it
  /// looks at counts of changes and not at contents. An object that adds nothing is taken for one that never changes.
  func mark(_ mark: inout ChangeMark)
  /// Every value of the language that the object keeps (functions, lists) sits in a `HeldValue` and is
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

/// A language value that a host object keeps. One owner each: do not share a `HeldValue` between objects.
public final class HeldValue {
  /// Holds a reference of its own, apart from those that came in or went out: the cycle collector counts it
  /// as one.
  package var stored: AnyValue

  /// Keeps a value of a program alive for as long as this object lives.
  public init(_ value: AnyValue) { stored = value.withOwnReference }

  /// The value, with a reference of its own on reading and on writing. The cycle collector sets it to nil in
  /// an object that nothing can reach.
  public var value: AnyValue {
    get { stored.withOwnReference }
    set { stored = newValue.withOwnReference }
  }
}

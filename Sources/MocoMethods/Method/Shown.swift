import MocoAutograd

/// What people and programs see of one model beside what every model has.
public protocol Shown: AnyObject {
  /// The first words of its short description; nil for none.
  var headline: String? { get }
  /// Lines of its card.
  var remarks: [MethodRemark] { get }
  /// The value of one of the method's fields; nil for another name.
  func field(_ name: String) -> MethodValue?
}

extension Shown {
  public var headline: String? { nil }
  public var remarks: [MethodRemark] { [] }
  public func field(_ name: String) -> MethodValue? { nil }
}

/// A line of a model's card, or several.
public enum MethodRemark: Sendable, Equatable {
  case line(String)
  /// A title with items, over several lines where they are many.
  case list(String, [String])
  /// What each part of the model has: `column` says what that is.
  case parts(String, column: String, [MethodPart])
}

/// A part of a model on its card, such as an expert.
public struct MethodPart: Sendable, Equatable {
  /// What the part is called.
  public var name: String
  /// What it has.
  public var text: String

  /// A part; see the fields.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// A value that a method shows, in no language.
public indirect enum MethodValue {
  case none
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case tensor(Variable)
  case list([MethodValue])
  case record([(name: String, value: MethodValue)])
  case templates(TemplateSet)
  case router(Router)
  case prompts(SoftPrompts)

  /// A value that may not be there.
  static func optional<Value>(_ value: Value?, _ make: (Value) -> MethodValue) -> MethodValue {
    value.map(make) ?? .none
  }
}

/// A model whose soft tokens lie near words.
public protocol Worded: Classifier {
  /// The parts that have soft tokens of their own, such as experts; nil for a model of one part.
  var partCount: Int? { get }
  /// The words nearest to each soft token, of one part where there are several.
  ///
  /// - Throws: E0702 for a part that is not there.
  func nearestWords(part: Int?, count: Int) throws -> [NearWords]
}

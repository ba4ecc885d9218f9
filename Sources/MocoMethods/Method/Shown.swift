import MocoAutograd

/// The display of a model, in addition to that of every model.
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
  /// The parts of the model; `column` describes their texts.
  case parts(String, column: String, [MethodPart])
}

/// A part of a model on its card, such as an expert.
public struct MethodPart: Sendable, Equatable {
  /// The name of the part.
  public var name: String
  /// Its text.
  public var text: String

  /// A part; see the fields.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// A value of a method, independent of a language.
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

  /// An optional value.
  static func optional<Value>(_ value: Value?, _ make: (Value) -> MethodValue) -> MethodValue {
    value.map(make) ?? .none
  }
}

/// A model with soft tokens that can be compared with words.
public protocol Worded: Classifier {
  /// The parts that have their own soft tokens, such as experts; nil for a model of one part.
  var partCount: Int? { get }
  /// The words nearest to each soft token, of one part where there are several.
  ///
  /// - Throws: E0702 for a missing part.
  func nearestWords(part: Int?, count: Int) throws -> [NearWords]
}

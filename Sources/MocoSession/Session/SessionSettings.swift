import MocoBase
import MocoDocument

/// The settings of `%config`: how values are shown, and whether the history makes suggestions.
public struct SessionSettings: Equatable {
  /// Whether the rest of a matching entry of the history is shown dim.
  public var suggest = true
  /// Significant digits of numbers that are not Ints.
  public var digits: Int?
  /// Rows of tensors, lists, records and tables.
  public var rows: Int?
  /// Columns of a picture.
  public var images: Int?

  /// The defaults.
  public init() {}

  /// In the order in which they are listed.
  package static let names = ["digits", "rows", "images", "suggest"]

  /// Why a setting is not valid.
  package enum Failure: Error, Equatable {
    case message(String)

    package var text: String {
      switch self {
      case .message(let text): text
      }
    }
  }

  /// Makes displays use the settings.
  package func apply(to limits: inout DocumentLimits) {
    limits.digits = digits
    limits.rows = rows
    limits.imageWidth = images
  }

  /// The value of a setting, as it is typed.
  package func text(_ name: String) -> String {
    switch name {
    case "digits": digits.map { String($0) } ?? "default"
    case "rows": rows.map { String($0) } ?? "default"
    case "images": images.map { String($0) } ?? "default"
    default: suggest ? "on" : "off"
    }
  }

  /// The description and the valid values of a setting.
  package static func explanation(_ name: String) -> String {
    switch name {
    case "digits": "significant digits of Floats and tensors, 1 to 15; default: all, and 4 for tensors"
    case "rows": "rows shown of tensors, lists, records and tables, 2 to 10000; default: 6, 40, 40, 200"
    case "images": "width of a picture in columns, 4 to 400; default: 32"
    default: "on or off: suggestions from the history in dim text; → accepts one"
    }
  }

  /// - Throws: for an unknown name or an invalid value.
  package mutating func set(_ name: String, _ value: String) throws(Failure) {
    func number(_ range: ClosedRange<Int>) throws(Failure) -> Int? {
      if value == "default" { return nil }
      guard let number = Int(value), range.contains(number) else {
        throw .message(
          "%config \(name) expects a number from \(range.lowerBound) to \(range.upperBound), or default, not \(value)"
        )
      }
      return number
    }
    switch name {
    case "digits": digits = try number(1...15)
    case "rows": rows = try number(2...10_000)
    case "images": images = try number(4...400)
    case "suggest":
      guard value == "on" || value == "off" || value == "default" else {
        throw .message("%config suggest expects on or off, not \(value)")
      }
      suggest = value != "off"
    default:
      let near = Nearest.name(to: name, among: SessionSettings.names).map { "; did you mean \($0)?" }
      throw .message(
        "unknown setting \(name)"
          + (near ?? "; settings: \(SessionSettings.names.joined(separator: ", "))"))
    }
  }
}

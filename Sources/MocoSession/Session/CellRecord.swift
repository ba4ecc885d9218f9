import MocoDocument
import MocoLang

/// The result of a cell: its printed and shown output, in order, and how it ended.
public struct CellRecord: Sendable {
  /// A piece of a cell's output.
  public enum Output: Sendable {
    /// Printed text; it may contain escape sequences of terminals.
    case text(String, isError: Bool)
    /// A shown document; `isResult` for the value of the cell's last expression.
    case shown(Document, isResult: Bool)
    /// Warnings before the cell ran, or the error that ended it.
    case diagnostics([Diagnostic])
  }

  /// In order; consecutive texts of one kind are merged.
  public var outputs: [Output] = []
  /// The controls that the cell has declared, in order, with their values. They are shown above its outputs.
  public var controls: [Control] = []
  /// Counts the cells that ran, from 1; nil for one that did not run.
  public var number: Int?
  /// Its duration.
  public var seconds = 0.0
  /// Whether it ran to its end.
  public var isFine = true

  /// An empty record.
  public init() {}

  /// Adds a control; one that is declared again replaces the earlier one.
  public mutating func append(_ control: Control) {
    if let place = controls.firstIndex(where: { $0.name == control.name }) {
      controls[place] = control
    } else {
      controls.append(control)
    }
  }

  /// Adds printed text.
  public mutating func append(_ text: String, isError: Bool) {
    guard !text.isEmpty else { return }
    if case .text(var words, isError)? = outputs.last {
      // Removed first, so that the text grows in place.
      outputs.removeLast()
      words += text
      outputs.append(.text(words, isError: isError))
    } else {
      outputs.append(.text(text, isError: isError))
    }
  }
}

import MocoDocument
import MocoLang

/// What has come of a cell: what it printed and showed, in order, and how it ended.
public struct CellRecord: Sendable {
  /// A piece of what a cell printed or showed.
  public enum Output: Sendable {
    /// As it was printed; it may hold the escape sequences of terminals.
    case text(String, isError: Bool)
    /// What was shown; `isResult` for the value that the cell ends with.
    case shown(Document, isResult: Bool)
    /// Warnings before the cell ran, or what ended it.
    case diagnostics([Diagnostic])
  }

  /// In order; texts of one kind that follow each other are one.
  public var outputs: [Output] = []
  /// The controls that the cell has declared, in order, as they were set. They stand above its outputs.
  public var controls: [Control] = []
  /// Counts the cells that ran, from 1; nil for one that did not run.
  public var number: Int?
  /// How long it took.
  public var seconds = 0.0
  /// Whether it ran to its end.
  public var isFine = true

  /// Nothing yet.
  public init() {}

  /// Adds a control; one that is declared again takes the place of the one before.
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
      // Taken out first, so that the text grows in place.
      outputs.removeLast()
      words += text
      outputs.append(.text(words, isError: isError))
    } else {
      outputs.append(.text(text, isError: isError))
    }
  }
}

import MocoAutograd

// n soft tokens of a piece, W width of the text tower.

/// A part of a prompt.
public enum PromptPiece {
  /// Words. Adjacent texts are joined to one text, character by character.
  case text(String)
  /// Learned rows in place of tokens.
  case soft(SoftPiece)
}

/// Learned rows of a prompt, and the rows that replace them in later blocks.
///
/// Pieces with identical variable objects are the same piece: prompts that start with it share the
/// states of its positions. Equal numbers in two variables are two pieces.
public struct SoftPiece {
  /// Shape: [n, W]
  public let rows: Variable
  /// The rows that replace the piece's rows before block 1, 2, …; nil for no change. Shape: [n, W] each.
  public let deep: [Variable?]

  /// - Parameter deep: the rows that replace these rows before block 1, 2, …
  public init(_ rows: Variable, deep: [Variable?] = []) {
    self.rows = rows
    self.deep = deep
  }

  /// n.
  var count: Int { rows.value.shape.first ?? 0 }
}

/// A prompt to be encoded.
public enum Prompt {
  /// Keys for the text tower, including [start] and [end].
  case keys([PromptKey])
  /// Pieces; [start] and [end] are added.
  case pieces([PromptPiece])

  /// Whether it consists of pieces.
  public var isOfPieces: Bool {
    if case .pieces = self { return true }
    return false
  }
}

/// Prompts in the form for the text tower: their keys, and the rows that the keys refer to.
package struct AssembledPrompts {
  /// Keys of each distinct prompt.
  package var prompts: [[PromptKey]] = []
  /// The index of each input prompt in `prompts`.
  package var places: [Int] = []
  /// All soft rows; nil without any. Shape: [R, W].
  package var soft: Variable?
  /// The rows that replace them in later blocks; nil if there are none.
  package var deep: DeepPrompts?
}

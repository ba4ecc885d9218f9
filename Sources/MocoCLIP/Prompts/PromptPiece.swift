import MocoAutograd

// n soft tokens of a piece, W width of the text tower.

/// A part of a prompt.
public enum PromptPiece {
  /// Words. Texts that stand side by side are one text, to the sign.
  case text(String)
  /// Learned rows in the places of tokens.
  case soft(SoftPiece)
}

/// Learned rows that stand in a prompt, and what is written over them in depth.
///
/// Pieces with the same variables, object for object, are the same piece: prompts that begin with it share the
/// states of its places. Equal numbers under two variables are two pieces.
public struct SoftPiece {
  /// Shape: [n, W]
  public let rows: Variable
  /// What is written over the piece's places before block 1, 2, …; nil leaves them alone. Shape: [n, W] each.
  public let deep: [Variable?]

  /// - Parameter deep: what is written over the places before block 1, 2, …
  public init(_ rows: Variable, deep: [Variable?] = []) {
    self.rows = rows
    self.deep = deep
  }

  /// n.
  var count: Int { rows.value.shape.first ?? 0 }
}

/// A prompt to be encoded.
public enum Prompt {
  /// Keys as the text tower reads them, [start] and [end] included.
  case keys([PromptKey])
  /// Pieces; [start] and [end] are added.
  case pieces([PromptPiece])

  /// Whether it is made of pieces.
  public var isOfPieces: Bool {
    if case .pieces = self { return true }
    return false
  }
}

/// Prompts as the text tower takes them: their keys, and the rows that the keys name.
package struct AssembledPrompts {
  /// Keys of each distinct prompt.
  package var prompts: [[PromptKey]] = []
  /// For each prompt that was given, its place in `prompts`.
  package var places: [Int] = []
  /// All soft rows; nil without any. Shape: [R, W].
  package var soft: Variable?
  /// What is written over them in depth; nil where nothing is.
  package var deep: DeepPrompts?
}

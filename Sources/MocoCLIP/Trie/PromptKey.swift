/// One position of a prompt: a token of the vocabulary, or a learned row in its place.
public enum PromptKey: Hashable, Sendable {
  /// A token id; its row of the token embedding is read.
  case token(Int)
  /// Row r of the soft-token matrix given to the text tower.
  case soft(Int)

  /// The key as one integer: token ids are even, soft rows odd. Equal exactly if the keys are equal.
  package var code: Int {
    switch self {
    case .token(let id): id &<< 1
    case .soft(let row): (row &<< 1) | 1
    }
  }
}

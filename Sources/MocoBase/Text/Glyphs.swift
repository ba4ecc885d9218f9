/// Characters that the terminal can show.
public enum Glyphs: Sendable, Equatable {
  case unicode
  case ascii
}

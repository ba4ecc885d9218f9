import MocoBase

/// A part of a list that is dealt in turn: of `count` parts the one with all places k with k mod `count` = `index`.
public struct Shard: Sendable, Equatable {
  /// From 0.
  public let index: Int
  /// At least 1.
  public let count: Int

  /// All of it.
  public static let whole = Shard(index: 0, count: 1)

  private init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// A part.
  ///
  /// - Throws: E1108 where there is no such part.
  public init(_ index: Int, of count: Int) throws {
    guard count >= 1, count <= 1 << 30, index >= 0, index < count else {
      throw Failure(
        "E1108", "there is no shard \(index) of \(count)",
        help: count < 1 || count > 1 << 30
          ? "give a number of shards from 1 up, such as 0/8"
          : "give one from 0/\(count) to \(count - 1)/\(count): shards are numbered from 0")
    }
    self.init(index: index, count: count)
  }

  /// `3/8`: the fourth of eight parts, since they are numbered from 0.
  ///
  /// - Throws: E1108 where the text is no shard.
  public init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else {
      throw Failure(
        "E1108", "\(StringText.quoted(text)) is no shard", help: "write 0/8 for the first of eight, up to 7/8"
      )
    }
    try self.init(index, of: count)
  }

  /// Whether a place belongs to it.
  public func contains(_ place: Int) -> Bool { place % count == index }
}

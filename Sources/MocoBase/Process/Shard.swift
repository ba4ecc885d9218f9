/// A part of a list, in round-robin order: of `count` parts the one with all indices k with k mod `count` = `index`.
public struct Shard: Sendable, Equatable, CustomStringConvertible {
  /// From 0.
  public let index: Int
  /// At least 1.
  public let count: Int

  /// The entire list.
  public static let whole = Shard(index: 0, count: 1)
  /// The maximum number of parts.
  public static let most = 1 << 30

  private init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// A part.
  ///
  /// - Throws: E1108 if there is no such part.
  public init(_ index: Int, of count: Int) throws {
    guard let part = Shard(place: index, of: count) else {
      throw Failure(
        "E1108", "shard \(index) of \(count) does not exist",
        help: count < 1 || count > Shard.most
          ? "use at least 1 shard, such as 0/8"
          : "use 0/\(count) to \(count - 1)/\(count); shards are numbered from 0")
    }
    self = part
  }

  /// nil if there is no such part.
  init?(place index: Int, of count: Int) {
    guard count >= 1, count <= Shard.most, index >= 0, index < count else { return nil }
    self.init(index: index, count: count)
  }

  /// `3/8`: the fourth of eight parts, since they are numbered from 0.
  ///
  /// - Throws: E1108 if the text is not a shard.
  public init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Shard.whole(parts[0]), let count = Shard.whole(parts[1]) else {
      throw Failure(
        "E1108", "\(StringText.quoted(text)) is not a shard",
        help: "write 0/8 for the first of eight, up to 7/8, or auto under a scheduler")
    }
    try self.init(index, of: count)
  }

  public var description: String { "\(index)/\(count)" }

  /// Whether an index belongs to it.
  public func contains(_ place: Int) -> Bool { place % count == index }

  /// The indices of this part of a list with a number of elements.
  public func places(of things: Int) -> [Int] { Array(stride(from: index, to: max(things, 0), by: count)) }

  /// Digits only: no sign, no leading zero.
  static func whole(_ text: Substring) -> Int? {
    guard let number = Int(text), number >= 0, String(number) == text else { return nil }
    return number
  }
}

/// The argument of `--shard`: `3/8`, or `auto` for the part that a scheduler has assigned to this process, or
/// `auto/8` if it sets the part, but not the number of parts.
public enum ShardChoice: Sendable, Equatable {
  case given(Shard)
  case auto(count: Int?)

  /// - Throws: E1108 for anything else.
  public init(_ text: String) throws {
    if text == "auto" {
      self = .auto(count: nil)
    } else if text.hasPrefix("auto/"), let count = Shard.whole(text.dropFirst(5)),
      (1...Shard.most).contains(count)
    {
      self = .auto(count: count)
    } else {
      self = .given(try Shard(text))
    }
  }

  /// The part, and its source if a scheduler has set it: `SLURM_ARRAY_TASK_ID is 2`.
  ///
  /// - Parameter environment: the variables of the process.
  /// - Throws: E1126 if no scheduler has set a variable, or its values give no part.
  public func shard(_ environment: (String) -> String?) throws -> (shard: Shard, origin: String?) {
    switch self {
    case .given(let shard): return (shard, nil)
    case .auto(let count):
      guard let task = try SchedulerTask(environment) else {
        throw Failure(
          "E1126",
          "no scheduler has set the number of this part: none of \(SchedulerTask.variables.joined(separator: ", ")) is set",
          help:
            "pass the part, such as --shard 0/8 for the first of eight, or start this in an array of a scheduler"
        )
      }
      return (try task.shard(of: count), "\(task.variable) is \(task.index)")
    }
  }
}

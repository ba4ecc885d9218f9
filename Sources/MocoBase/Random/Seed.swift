/// Seeds in programs: whole numbers from 0. All seeds are read here.
package enum Seed {
  /// The largest seed that a program can write.
  package static let largest = UInt64(Int.max)

  /// The seed for a number.
  /// - Parameters:
  ///   - function: What was called, for the message.
  ///   - argument: The argument that the number was given for.
  /// - Throws: E0305 for a negative number.
  package static func checked(_ number: Int, _ function: String, _ argument: String) throws -> UInt64 {
    guard number >= 0 else {
      throw Failure(
        "E0305", "\(function) does not accept \(number) for '\(argument)'",
        help: "use an integer of at least 0", argument: argument)
    }
    return UInt64(number)
  }
}

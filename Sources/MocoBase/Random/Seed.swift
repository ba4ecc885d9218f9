/// Seeds as programs write them: whole numbers from 0 up. Every place that takes one reads it here.
package enum Seed {
  /// The largest seed that a program can write.
  package static let largest = UInt64(Int.max)

  /// The seed that a number stands for.
  /// - Parameters:
  ///   - function: What was called, for the message.
  ///   - argument: The argument that the number was given for.
  /// - Throws: E0305 for a negative number.
  package static func checked(_ number: Int, _ function: String, _ argument: String) throws -> UInt64 {
    guard number >= 0 else {
      throw Failure(
        "E0305", "\(function) cannot take \(number) for '\(argument)'",
        help: "give a whole number from 0 up: a seed has no sign", argument: argument)
    }
    return UInt64(number)
  }
}

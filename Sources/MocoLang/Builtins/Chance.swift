// Random numbers: counter-based, so that the numbers a program draws depend only on the seed and on the
// number of draws. Each kind of draw has its own stream.

import MocoBase

/// The state of a program's random numbers.
package struct RandomState {
  /// The key of every draw, together with its kind and its number.
  package var seed: UInt64 = 0
  /// The number of draws of each kind since the seed was set.
  var draws: [UInt64] = [0, 0, 0]

  enum Stream: Int {
    case random, shuffle, choice
    var name: String { ["random", "shuffle", "choice"][rawValue] }
  }

  /// The generator of the next draw of a kind.
  mutating func next(_ stream: Stream) -> Philox {
    let index = draws[stream.rawValue]
    draws[stream.rawValue] = index &+ 1
    return Philox(seed: seed, stream: stream.name, index: Int(truncatingIfNeeded: index))
  }
}

extension CoreBuiltins {
  static var chance: [NativeFunction] {
    [
      NativeFunction(
        core: "seed(n)",
        doc: """
          Sets the seed of the random numbers, an Int of at least 0. The same seed gives the same numbers on
          every machine.

          ```
          seed(1)
          ```
          """
      ) { machine, arguments in
        let seed = try machine.intArgument(arguments[0], "n", "seed")
        machine.random = RandomState(seed: try Seed.checked(seed, "seed", "n"))
        machine.interpreter.seedChanged?(seed)
        return .null
      },
      NativeFunction(
        core: "random(low = 0.0, high = 1.0)",
        doc: """
          A random Float from `low` up to, but not including, `high`.

          ```
          random()            // from 0 to 1
          random(-1, 1)
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .native {
          throw Failure(
            "E0303", "random expects a number for 'low', not \(machine.describe(arguments[0]))",
            help: "write random(): it is not a method of a module", argument: "low")
        }
        let low = try machine.numberArgument(arguments[0], "low", "random")
        let high = try machine.numberArgument(arguments[1], "high", "random")
        guard low.isFinite, high.isFinite, low <= high else {
          throw Failure(
            "E0305",
            "random expects 'low' below 'high', but low is \(NumberText.float(low)) and high is \(NumberText.float(high))",
            argument: "high")
        }
        var sequence = machine.random.next(.random)
        return .float(low + (high - low) * sequence.nextDouble())
      },
      shuffled, shuffled.formerly("shuffle"),
      NativeFunction(
        core: "choice(xs)",
        doc: """
          A random element of a List, Range or String.

          ```
          choice(1...6)
          ```
          """
      ) { machine, arguments in
        var sequence = machine.random.next(.choice)
        guard let count = machine.length(arguments[0]), arguments[0].tag != .record else {
          throw machine.wrongArgument("choice", "xs", "a List, Range or String", arguments[0])
        }
        if count == 0 {
          throw Failure("E0305", "choice from an empty \(machine.typeName(arguments[0]))", argument: "xs")
        }
        return try machine.element(arguments[0], .int(sequence.nextInt(below: count)))
      },
    ]
  }

  private static var shuffled: NativeFunction {
    NativeFunction(
      core: "shuffled(xs)",
      doc: """
        A new List with the elements in random order.

        ```
        shuffled(0..<10)
        ```
        """
    ) { machine, arguments in
      let list = try machine.elements(arguments[0], "shuffled")
      let items = list.pointer.list.pointee.items
      var sequence = machine.random.next(.shuffle)
      var index = list.pointer.list.pointee.count - 1
      while index > 0 {
        let other = sequence.nextInt(below: index + 1)
        let word = items[index]
        items[index] = items[other]
        items[other] = word
        index -= 1
        if index & 0xFFFF == 0 {
          do { try machine.pollIfNeeded() } catch {
            machine.heap.release(list)
            throw error
          }
        }
      }
      return list
    }.onlyGiving()
  }
}

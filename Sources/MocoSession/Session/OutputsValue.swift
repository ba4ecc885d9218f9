import MocoBase
import MocoLang

/// `Out`: the values that the inputs of a session have shown, by the input's number.
///
/// It is not an archive: the last `mostValues` are held, together at most `mostBytes`, and a value of more than
/// `largest` bytes, a function, or an object that holds a model or data is not held at all. An index that finds nothing
/// says which of these it was.
package final class OutputsValue: HostObject {
  /// Values that are held at most.
  package static let mostValues = 100
  /// Bytes of them together.
  package static let mostBytes = 64 << 20
  /// Bytes of one of them.
  package static let largest = 16 << 20

  /// What `?Out` says, in Markdown.
  package static let help = """
    The values of this session's earlier inputs, by the number that `%history` shows: `Out[3]` is what input 3 showed,
    `Out[-1]` the last value. It holds the last \(mostValues) values, together at most \(mostBytes >> 20) MB; a value of more than
    \(largest >> 20) MB, a function, a model and data are not held: give those a name. Like a name, it gives the value
    itself and no copy.

    ```
    Out[3]
    len(Out)
    ```
    """

  private struct Entry {
    var number: Int
    var value: HeldValue
    var bytes: Int
  }

  private var entries: [Entry] = []
  private var bytes = 0
  /// Inputs whose value was not held, because of what it is.
  private var refused: Set<Int> = []
  /// The last input that ran.
  package private(set) var lastNumber = 0
  /// The lowest number whose value has had to go.
  private var forgotten = 0

  /// No values yet.
  package init() {}

  /// - Parameter bytes: what the value holds; nil where that is too much, or unknown.
  package func keep(_ value: AnyValue, number: Int, bytes size: Int?) {
    lastNumber = max(lastNumber, number)
    guard let size, size <= OutputsValue.largest else {
      refused.insert(number)
      return
    }
    entries.append(Entry(number: number, value: HeldValue(value), bytes: size))
    bytes += size
    while entries.count > OutputsValue.mostValues || bytes > OutputsValue.mostBytes {
      let gone = entries.removeFirst()
      bytes -= gone.bytes
      forgotten = gone.number
    }
  }

  /// An input without a value.
  package func pass(number: Int) { lastNumber = max(lastNumber, number) }

  /// Lets go of all values; their numbers stay used.
  package func removeAll() {
    forgotten = max(forgotten, entries.last?.number ?? 0)
    entries = []
    bytes = 0
  }

  /// The inputs whose values are held.
  package var numbers: [Int] { entries.map(\.number) }

  package var typeName: String { "Outputs" }
  package var count: Int? { entries.count }
  package var doc: String? { OutputsValue.help }

  package func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1, case .int(let number) = items[0] else { return nil }
    if number < 0 {
      guard entries.count + number >= 0 else { throw missing(number) }
      return entries[entries.count + number].value.value
    }
    guard let entry = entries.last(where: { $0.number == number }) else { throw missing(number) }
    return entry.value.value
  }

  private func missing(_ number: Int) -> Failure {
    let message =
      if number < 0 || number > lastNumber {
        number < 0 ? "Out holds only \(entries.count) values" : "there is no input \(number) yet"
      } else if refused.contains(number) {
        "the value of input \(number) was not held: it is large, a function, a model or data"
      } else if number <= forgotten {
        "the value of input \(number) is not held any more"
      } else {
        "input \(number) showed no value"
      }
    let help =
      entries.isEmpty ? "give values names with let" : "use one of \(OutputsValue.list(numbers)), or a name"
    return Failure("E0202", message, help: help)
  }

  /// `1–4, 7`
  private static func list(_ numbers: [Int]) -> String {
    var parts: [String] = []
    var at = 0
    while at < numbers.count {
      var end = at
      while end + 1 < numbers.count, numbers[end + 1] == numbers[end] + 1 { end += 1 }
      parts.append(end == at ? "\(numbers[at])" : "\(numbers[at])…\(numbers[end])")
      at = end + 1
    }
    return parts.joined(separator: ", ")
  }

  package func makeIterator() throws -> (() throws -> AnyValue?)? {
    var rest = entries.map(\.value)[...]
    return { rest.popFirst()?.value }
  }

  package var byteCount: Int { bytes }
  package func visitReferences(_ visit: (HeldValue) -> Void) {
    for entry in entries { visit(entry.value) }
  }

  package var shortDescription: String {
    entries.isEmpty ? "<Out: no values>" : "<Out: values of inputs \(OutputsValue.list(numbers))>"
  }
}

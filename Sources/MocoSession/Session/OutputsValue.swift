import MocoBase
import MocoLang

/// `Out`: the values shown for the inputs of a session, by the input's number.
///
/// It is not an archive: the last `mostValues` are kept, together at most `mostBytes`. A value of more than
/// `largest` bytes, a function, or an object that holds a model or data is not kept. The error for an index without
/// a value gives the reason.
package final class OutputsValue: HostObject {
  /// The maximum number of values.
  package static let mostValues = 100
  /// The maximum total of bytes.
  package static let mostBytes = 64 << 20
  /// The maximum bytes of one value.
  package static let largest = 16 << 20

  /// The text of `?Out`, in Markdown.
  package static let help = """
    The values of this session's earlier inputs, by the number that `%history` shows: `Out[3]` is the value of input 3,
    `Out[-1]` the last value. It keeps the last \(mostValues) values, together at most \(mostBytes >> 20) MB. A
    value of more than \(largest >> 20) MB, a function, a model and data are not kept: give those a name. Like a
    name, it gives the value itself, not a copy.

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
  /// Inputs whose value was not kept because of its kind or size.
  private var refused: Set<Int> = []
  /// The last input that ran.
  package private(set) var lastNumber = 0
  /// The lowest number whose value was removed.
  private var forgotten = 0

  /// No values yet.
  package init() {}

  /// - Parameter bytes: the size of the value; nil if it is too large, or unknown.
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

  /// Removes all values; their numbers are not reused.
  package func removeAll() {
    forgotten = max(forgotten, entries.last?.number ?? 0)
    entries = []
    bytes = 0
  }

  /// The inputs whose values are kept.
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
        number < 0 ? "Out holds only \(entries.count) values" : "input \(number) does not exist yet"
      } else if refused.contains(number) {
        "the value of input \(number) was not kept: it is large, a function, a model or data"
      } else if number <= forgotten {
        "the value of input \(number) is no longer kept"
      } else {
        "input \(number) has no value"
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

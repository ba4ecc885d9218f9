// The variables of calls that an error has ended.

import MocoBase

/// A call that an error has ended, with its variables as they were.
public struct FailedFrame: Sendable {
  /// A variable of the call and its value.
  public struct Variable: Sendable {
    /// The name in the program.
    public var name: String
    /// The type, as `type(x)` returns it.
    public var typeName: String
    /// The value in its short form, on one line.
    public var text: String
  }

  /// The function's name; nil for a program's top level.
  public var function: String?
  /// The file or input, as named in messages.
  public var file: String
  /// The current line, from 1; nil if unknown.
  public var line: Int?
  /// The variables in declaration order, at most 40, without those that have no value yet.
  public var variables: [Variable]
  /// The number of variables left out.
  public var omitted = 0

  static let mostFrames = 12
  static let mostVariables = 40
  /// Columns of a value.
  static let width = 60
}

extension Machine {
  /// Saves the variables of a frame before it is released.
  func note(_ frame: Frame, _ prototype: Prototype, _ offset: Int, _ raised: RaisedError) {
    guard raised.frames.count < FailedFrame.mostFrames else { return }
    // Of two variables with the same name, the innermost is used.
    var seen: Set<String> = []
    var places: [LocalName] = []
    for local in prototype.localNames.sorted(by: { $0.start > $1.start })
    where local.start <= offset && offset < local.end && local.register < prototype.code.pointee.registerCount
    {
      if seen.insert(local.name).inserted { places.append(local) }
    }
    places.sort { $0.register < $1.register }
    var shown = FailedFrame(
      function: prototype.parentName, file: prototype.file.name,
      line: offset >= 0 && offset < prototype.spans.count
        ? prototype.span(prototype.spans[offset].whole).line : nil,
      variables: [])
    for local in places {
      let word = frame.base[local.register]
      if word.tag == .undefined { continue }
      guard shown.variables.count < FailedFrame.mostVariables else {
        shown.omitted += 1
        continue
      }
      shown.variables.append(
        .init(name: local.name, typeName: typeName(word), text: brief(word, width: FailedFrame.width)))
    }
    // The top level of a program has global names, which stay, and local variables only inside blocks.
    if shown.function != nil || !shown.variables.isEmpty { raised.frames.append(shown) }
  }

  /// A value on one line of at most `width` columns, in bounded time.
  package func brief(_ word: Word, width: Int) -> String {
    let text: String
    switch word.tag {
    case .host: text = word.pointer.hostBox.pointee.host.shortDescription(width: width)
    case .string where word.pointer.string.pointee.byteCount > 4 * width:
      var end = 4 * width
      let bytes = StringObject.bytes(word.pointer)
      while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      text = StringText.quoted(
        String(decoding: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self))
    default:
      var writer = TextWriter(machine: self, limit: 8 * width)
      // A value that does not fit is truncated; its beginning shows what it is.
      try? writer.write(inside: word, depth: TextWriter.maximumDepth - 3)
      text = writer.text
    }
    return DisplayColumns.cut(String(text.map { $0.isNewline ? " " : $0 }), to: width)
  }
}

extension Interpreter {
  /// A value on one line of at most `width` columns: for lists of names.
  public func brief(_ value: AnyValue, width: Int) -> String {
    guard let word = try? value.owned(in: heap) else { return "" }
    defer { heap.release(word) }
    return machine.brief(word, width: width)
  }
}

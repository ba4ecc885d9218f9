// Values as documents: on one line if they fit, otherwise on several; the middle of long ones is left out.

import MocoBase
import MocoDocument
import Synchronization

struct DocumentBuilder {
  let machine: Machine
  let limits: DocumentLimits
  /// Elements of a collection that are shown when not all fit, at each end.
  private var edge: Int { limits.rows.map { max(1, $0 / 2) } ?? 10 }
  private var maximumLines: Int { limits.rows.map { max(2, $0) } ?? 40 }
  /// Whether ^C requested an end; then the part built so far is shown.
  private var isStopped: Bool { machine.interruptFlag.pointee.load(ordering: .relaxed) != 0 }

  init(machine: Machine, limits: DocumentLimits) {
    self.machine = machine
    self.limits = limits
  }

  func document(_ word: Word) -> Document {
    if word.tag == .host { return word.pointer.hostBox.pointee.host.document(limits) }
    return Document([block(word, Place(width: limits.width), depth: 0)])
  }

  /// The position of a value.
  private struct Place {
    var width: Int
    /// Spaces before every line except the first.
    var indent = 0
    /// Columns before and after the value: indentation and name, and the comma.
    var before = 0
    var behind = 0

    var room: Int { max(8, width - before - behind) }

    /// One level deeper, after a name, with a comma.
    func inner(name: Int = 0) -> Place {
      Place(width: width, indent: indent + 2, before: indent + 2 + name, behind: 1)
    }
  }

  private func cut(_ text: String, _ columns: Int) -> String {
    DisplayColumns.cut(text, to: columns, mark: limits.ellipsis)
  }

  private func literal(_ text: String) -> Document.Block {
    .text(Document.Text(text, .literal, overflow: .keep))
  }

  private func block(_ word: Word, _ place: Place, depth: Int) -> Document.Block {
    if let line = oneLine(word, place.room) { return literal(line) }
    switch word.tag {
    case .list where depth < 6: return list(word, place, depth)
    case .record where depth < 6: return record(word, place, depth)
    case .string:
      return literal(string(word.pointer, most: depth == 0 ? 20 * limits.width : place.room, place))
    case .host:
      let text = TerminalText.safe(word.pointer.hostBox.pointee.host.shortDescription(width: place.room))
      return literal(cut(String(text.map { $0.isNewline ? " " : $0 }), place.room))
    default: return literal(cut(shown(word), place.room))
    }
  }

  private func shown(_ word: Word) -> String {
    guard let digits = limits.digits, word.tag == .float else { return machine.show(word) }
    return NumberText.float(word.asFloat, digits: digits)
  }

  /// A text in quotes, truncated to `most` characters. Only the part that may be shown is read.
  private func string(_ object: ObjectPointer, most: Int, _ place: Place) -> String {
    let (start, isWhole) = beginning(object, most: most)
    let text = StringText.quoted(start)
    return isWhole && text.count <= most ? text : cut(text, place.room)
  }

  /// The beginning of a text: at least `most` characters of usual length, or the entire text.
  private func beginning(_ object: ObjectPointer, most: Int) -> (text: String, isWhole: Bool) {
    let bytes = StringObject.bytes(object)
    var end = min(bytes.count, 4 * (most + 8))
    let isWhole = end == bytes.count
    // The bytes of a character that is truncated at the end are left out.
    while !isWhole, end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return (String(decoding: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self), isWhole)
  }

  /// The text on one line; nil if it does not fit.
  private func oneLine(_ word: Word, _ room: Int) -> String? {
    // With far more elements than characters it cannot fit, so the text is not created.
    if let count = machine.length(word), word.tag != .host, count > room { return nil }
    var writer = TextWriter(machine: machine, limit: 4 * max(room, 64))
    writer.digits = limits.digits
    guard (try? writer.write(inside: word, depth: TextWriter.maximumDepth - 8)) != nil else { return nil }
    let text = writer.text
    return DisplayWidth.of(text) <= room && !text.contains(where: \.isNewline) ? text : nil
  }

  private func list(_ word: Word, _ place: Place, _ depth: Int) -> Document.Block {
    let list = word.pointer.list.pointee
    let isFlat = (0..<min(list.count, 400)).allSatisfy {
      list.items[$0].isNumber || list.items[$0].tag == .bool
    }
    if isFlat { return numbers(list, place) }
    var entries: [Document.Collection.Entry] = []
    for index in shown(list.count) {
      guard let index else {
        entries.append(.leftOut("\(limits.ellipsis) \(list.count - 2 * edge) more"))
        continue
      }
      if isStopped {
        entries.append(.leftOut(limits.ellipsis))
        break
      }
      entries.append(.value(name: nil, block(list.items[index], place.inner(), depth: depth + 1)))
    }
    return .collection(Document.Collection(.list, entries))
  }

  /// Numbers, which continue across lines.
  private func numbers(_ list: ListObject, _ place: Place) -> Document.Block {
    var entries: [Document.Collection.Entry] = []
    let isLong = list.count > 400
    var index = 0
    while index < list.count {
      if isLong, index == 200 {
        entries.append(.leftOut("\(limits.ellipsis) \(list.count - 210) more"))
        index = list.count - 10
      }
      let text = cut(shown(list.items[index]), place.room)
      entries.append(.value(name: nil, .text(Document.Text(text, .number, overflow: .keep))))
      index += 1
    }
    return .collection(Document.Collection(.numbers, entries))
  }

  private func record(_ word: Word, _ place: Place, _ depth: Int) -> Document.Block {
    let record = word.pointer.record.pointee
    let places = (0..<record.used).filter { record.entries[$0].key != nil }
    var entries: [Document.Collection.Entry] = []
    for index in shown(places.count) {
      guard let index else {
        entries.append(.leftOut("\(limits.ellipsis) \(places.count - 2 * edge) more"))
        continue
      }
      if isStopped {
        entries.append(.leftOut(limits.ellipsis))
        break
      }
      let entry = record.entries[places[index]]
      let key = entry.key.map { beginning($0, most: limits.width).text } ?? ""
      let name = cut(
        StringText.isName(key) ? key : StringText.quoted(key), max(8, limits.width - place.indent - 14))
      let inner = place.inner(name: DisplayWidth.of(name) + 2)
      entries.append(.value(name: name, block(entry.value, inner, depth: depth + 1)))
    }
    return .collection(Document.Collection(.record, entries))
  }

  /// The indices to show; nil marks those that are left out.
  private func shown(_ count: Int) -> [Int?] {
    if count <= maximumLines { return Array(0..<count) }
    return Array(0..<edge).map { $0 } + [nil] + ((count - edge)..<count).map { $0 }
  }
}

import MocoBase

/// Limits of a pickle.
package enum PickleLimits {
  /// Tensors are kept next to a pickle, not in it.
  package static let bytes = 1 << 26
  static let nodes = 1 << 20
  static let stack = 1 << 20
  static let memo = 1 << 22
  /// Maximum number of copied container elements and pieces of 16 bytes.
  static let copies = 1 << 24
}

/// An interpreter of pickles (protocols 0 to 5; Python's pickletools documents the opcodes) that builds
/// tensors, numbers, strings, bytes, lists, tuples, dicts and sets, and nothing else.
///
/// A pickle is a program for a stack machine that can call anything in Python. This interpreter looks up no names and
/// calls nothing: the few constructors in PyTorch's own files are recognised by name
/// (`PickleMachine+Reduce`), everything else becomes an opaque value. Memory is limited by `PickleLimits`.
struct PickleMachine {
  var reader: ByteReader
  var heap = PickleHeap()
  var stack: [PickleValue] = []
  /// Stack heights saved by MARK.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  /// The name of the pickle in messages.
  let name: String
  private var copied = 0
  private var start = 0

  init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
    reader = ByteReader(bytes)
    self.name = name
    guard bytes.count <= PickleLimits.bytes else {
      throw Failure.corrupt(
        name, "its pickle has \(bytes.count) bytes, more than the limit of \(PickleLimits.bytes)",
        help: "save the numbers as tensors, not as Python lists")
    }
  }

  /// Runs to STOP.
  ///
  /// - Throws: E0502 for a corrupted or hostile pickle, E0605 for values that only Python can build.
  mutating func run() throws -> PickleValue {
    while true {
      start = reader.position
      guard let code = reader.byte() else { throw fault("it is truncated") }
      if code == UInt8(ascii: ".") {
        guard marks.isEmpty, let value = stack.popLast(), stack.isEmpty else {
          throw fault("it ends with \(stack.count) values too many or too few")
        }
        return value
      }
      try step(code)
      guard stack.count <= PickleLimits.stack, marks.count <= PickleLimits.stack else {
        throw fault("it needs more than \(PickleLimits.stack) values at once")
      }
    }
  }

  private mutating func step(_ code: UInt8) throws {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if stack.count > (marks.last ?? 0) { stack.removeLast() } else { _ = try popMark() }
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "p"), UInt8(ascii: "q"), UInt8(ascii: "r"), 0x94: try memorize(code)
    case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "j"): try recall(code)
    case UInt8(ascii: "]"), UInt8(ascii: "l"), UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: ")"),
      UInt8(ascii: "t"), 0x85, 0x86, 0x87, UInt8(ascii: "}"), UInt8(ascii: "d"), UInt8(ascii: "s"),
      UInt8(ascii: "u"), 0x8F, 0x90, 0x91:
      try container(code)
    case UInt8(ascii: "c"), 0x93, UInt8(ascii: "R"), 0x81, 0x92, UInt8(ascii: "b"), UInt8(ascii: "i"),
      UInt8(ascii: "o"), UInt8(ascii: "Q"), UInt8(ascii: "P"), 0x82, 0x83, 0x84:
      try construct(code)
    case 0x80:
      guard let version = reader.byte() else { throw fault("it is truncated") }
      guard version <= 5 else {
        throw Failure(
          "E0605", "\(name): its pickle has protocol \(version); protocols up to 5 are supported",
          help: "save it again with torch.save, which uses protocol 2")
      }
    case 0x95: guard reader.number(UInt64.self) != nil else { throw fault("it is truncated") }
    case 0x97, 0x98: throw fault("it refers to external buffers")
    default: stack.append(try literal(code))
    }
  }

  // MARK: Stack

  func fault(_ text: String) -> Failure {
    .corrupt(name, "its pickle is corrupted: \(text) (at byte \(start))")
  }

  func top() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else { throw fault("a value is missing") }
    return value
  }

  mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  /// The values since the last MARK.
  mutating func popMark() throws -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw fault("a mark is missing") }
    let items = Array(stack[mark...])
    stack.removeLast(stack.count - mark)
    try count(items.count)
    return items
  }

  /// Counts copies of elements against the limit.
  mutating func count(_ elements: Int) throws {
    copied += elements
    guard copied <= PickleLimits.copies else { throw fault("it copies too many values") }
  }

  mutating func make(_ kind: PickleNode.Kind, _ elements: [PickleValue] = []) throws -> PickleValue {
    guard heap.nodes.count < PickleLimits.nodes else {
      throw fault("it creates more than \(PickleLimits.nodes) values")
    }
    heap.nodes.append(PickleNode(kind: kind, elements: elements))
    return .node(heap.nodes.count - 1)
  }

  // MARK: Memo

  private mutating func memorize(_ code: UInt8) throws {
    let index: Int?
    switch code {
    case UInt8(ascii: "p"): index = reader.line().flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    case UInt8(ascii: "q"): index = reader.byte().map(Int.init)
    case UInt8(ascii: "r"): index = reader.number(UInt32.self).map(Int.init)
    default: index = memo.count
    }
    guard let index, index >= 0 else { throw fault("a memo index is missing") }
    memo[index] = try top()
    guard memo.count <= PickleLimits.memo else { throw fault("its memo is too large") }
  }

  private mutating func recall(_ code: UInt8) throws {
    let index: Int?
    switch code {
    case UInt8(ascii: "g"): index = reader.line().flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    case UInt8(ascii: "h"): index = reader.byte().map(Int.init)
    default: index = reader.number(UInt32.self).map(Int.init)
    }
    guard let index, let value = memo[index] else { throw fault("a memo index is out of range") }
    stack.append(value)
  }
}

import MocoBase
import MocoFormats
import MocoTensor

/// Writes what torch.save and torch.jit.save write, for tests.
package struct TorchWriter {
  package indirect enum Value {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case list([Value])
    case tuple([Value])
    case dict([(String, Value)])
    case tensor(Tensor, StorageType)
    /// A view of a storage that `storages` holds.
    case view(storage: String, StorageType, count: Int, offset: Int, shape: [Int], strides: [Int])
    /// An object of a class with a state.
    case object(String, String, [(String, Value)])
    /// A call of a function by name.
    case call(String, String, [Value])
    /// Opcodes as they are.
    case raw([UInt8])
  }

  package var folder = "archive"
  package var isDeflated = false
  package var isLarge = false
  /// Storages by key, besides those of tensors.
  package var storages: [(key: String, bytes: [UInt8])] = []
  /// More entries, such as `code/…`, named below the folder.
  package var more: [(name: String, bytes: [UInt8])] = []

  package init() {}

  package func write(_ value: Value, to path: String) throws { try AtomicFile.write(data(value), to: path) }

  package func data(_ value: Value) throws -> [UInt8] {
    var pickle = Pickle(next: storages.count)
    let program = try pickle.program(value)
    var zip = ZipWriter()
    zip.isLarge = isLarge
    zip.add("\(folder)/data.pkl", program, deflated: isDeflated)
    zip.add("\(folder)/byteorder", "little")
    for (key, bytes) in storages + pickle.storages {
      zip.add("\(folder)/data/\(key)", bytes, deflated: isDeflated)
    }
    for (name, bytes) in more { zip.add("\(folder)/\(name)", bytes) }
    zip.add("\(folder)/version", "3\n")
    return try zip.data()
  }

  /// The pickle alone.
  package static func pickle(_ value: Value) throws -> [UInt8] {
    var pickle = Pickle(next: 0)
    return try pickle.program(value)
  }

  private struct Pickle {
    var storages: [(key: String, bytes: [UInt8])] = []
    var next: Int
    private var code: [UInt8] = []

    init(next: Int) { self.next = next }

    mutating func program(_ value: Value) throws -> [UInt8] {
      code = [0x80, 2]
      try append(value)
      code.append(UInt8(ascii: "."))
      return code
    }

    private mutating func global(_ module: String, _ name: String) {
      code += Array("c\(module)\n\(name)\n".utf8)
    }

    private mutating func text(_ text: String) {
      code += [UInt8(ascii: "X")] + ZipWriter.bytes(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    private mutating func pairs(_ entries: [(String, Value)]) throws {
      code += Array("}(".utf8)
      for (key, value) in entries {
        text(key)
        try append(value)
      }
      code.append(UInt8(ascii: "u"))
    }

    private mutating func append(_ value: Value) throws {
      switch value {
      case .none: code.append(UInt8(ascii: "N"))
      case .bool(let flag): code.append(flag ? 0x88 : 0x89)
      case .int(let number):
        code += [0x8A, 8] + ZipWriter.bytes(Int64(number))
      case .float(let number):
        code += [UInt8(ascii: "G")] + ZipWriter.bytes(number.bitPattern.byteSwapped)
      case .string(let string): text(string)
      case .list(let items):
        code += Array("](".utf8)
        for item in items { try append(item) }
        code.append(UInt8(ascii: "e"))
      case .tuple(let items):
        code.append(UInt8(ascii: "("))
        for item in items { try append(item) }
        code.append(UInt8(ascii: "t"))
      case .dict(let entries): try pairs(entries)
      case .object(let module, let name, let state):
        global(module, name)
        code += [UInt8(ascii: ")"), 0x81]
        try pairs(state)
        code.append(UInt8(ascii: "b"))
      case .call(let module, let name, let arguments):
        global(module, name)
        try append(.tuple(arguments))
        code.append(UInt8(ascii: "R"))
      case .raw(let bytes): code += bytes
      case .tensor(let tensor, let type):
        let key = String(next)
        next += 1
        storages.append((key, try TorchWriter.encode(tensor, type)))
        try append(
          .view(
            storage: key, type, count: tensor.count, offset: 0, shape: tensor.shape,
            strides: Shape.strides(tensor.shape)))
      case .view(let key, let type, let count, let offset, let shape, let strides):
        global("torch._utils", "_rebuild_tensor_v2")
        code.append(UInt8(ascii: "("))
        code.append(UInt8(ascii: "("))
        text("storage")
        global("torch", TorchWriter.className(type))
        text(key)
        text("cpu")
        try append(.int(count))
        code += Array("tQ".utf8)
        try append(.int(offset))
        try append(.tuple(shape.map { .int($0) }))
        try append(.tuple(strides.map { .int($0) }))
        code.append(0x89)
        global("collections", "OrderedDict")
        code += Array(")RtR".utf8)
      }
    }
  }

  package static func className(_ type: StorageType) -> String {
    let names: [StorageType: String] = [
      .f64: "Double", .f32: "Float", .f16: "Half", .bf16: "BFloat16", .i64: "Long", .i32: "Int",
      .i16: "Short",
      .i8: "Char", .u8: "Byte", .bool: "Bool",
    ]
    return (names[type] ?? "ComplexFloat") + "Storage"
  }

  package static func encode(_ tensor: Tensor, _ type: StorageType) throws -> [UInt8] {
    switch type {
    case .f64: return try tensor.toFloats().flatMap { ZipWriter.bytes(Double($0).bitPattern) }
    case .f32: return try tensor.toFloats().flatMap { ZipWriter.bytes($0.bitPattern) }
    case .f16: return try tensor.toFloats().flatMap { ZipWriter.bytes(Float16($0).bitPattern) }
    case .bf16: return try tensor.toFloats().flatMap { ZipWriter.bytes(UInt16($0.bitPattern >> 16)) }
    case .i64: return try tensor.toInts().flatMap { ZipWriter.bytes(Int64($0)) }
    case .i32: return try tensor.toInts().flatMap { ZipWriter.bytes(Int32($0)) }
    case .i16: return try tensor.toInts().flatMap { ZipWriter.bytes(Int16($0)) }
    default: return try tensor.toInts().map { UInt8(truncatingIfNeeded: $0) }
    }
  }

  /// A state dict of tensors, all of one type; a number stays float32.
  package static func stateDict(_ tensors: [(String, Tensor)], _ type: StorageType = .f32) -> Value {
    .dict(tensors.map { ($0.0, .tensor($0.1, $0.1.count == 1 ? .f32 : type)) })
  }

  /// The tensors as attributes of nested objects, as TorchScript keeps a module; a number stays float32.
  package static func scripted(_ tensors: [(String, Tensor)], _ type: StorageType = .f32) -> Value {
    scripted(tensors.map { ($0.0, .tensor($0.1, $0.1.count == 1 ? .f32 : type)) })
  }

  package static func scripted(_ tensors: [(String, Value)]) -> Value {
    var names: [String] = []
    var groups: [String: [(String, Value)]] = [:]
    var own: [(String, Value)] = []
    for (name, tensor) in tensors {
      guard let dot = name.firstIndex(of: ".") else {
        own.append((name, tensor))
        continue
      }
      let head = String(name[..<dot])
      if groups[head] == nil { names.append(head) }
      groups[head, default: []].append((String(name[name.index(after: dot)...]), tensor))
    }
    let parts = names.map { ($0, scripted(groups[$0] ?? [])) }
    return .object(
      "__torch__.clip.model", "Module\(tensors.count)",
      own + [("training", .bool(false)), ("_is_full_backward_hook", .none)] + parts)
  }
}

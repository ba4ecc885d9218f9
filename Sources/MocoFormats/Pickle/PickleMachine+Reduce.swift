// Opcodes that name classes and functions of Python, and the results of their calls. The list of names below
// is complete; it builds values of this file's kinds and has no side effects.

extension PickleMachine {
  mutating func construct(_ code: UInt8) throws {
    switch code {
    case UInt8(ascii: "c"):
      let module = try line()
      let name = try line()
      stack.append(try make(.global(module: module, name: name)))
    case 0x93:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw fault("a class has no name")
      }
      stack.append(try make(.global(module: module, name: name)))
    case UInt8(ascii: "R"), 0x81:
      let arguments = try pop()
      let callable = try pop()
      stack.append(try reduce(callable, try elements(arguments)))
    case 0x92:
      _ = try pop()
      let arguments = try pop()
      let callable = try pop()
      stack.append(try reduce(callable, try elements(arguments)))
    case UInt8(ascii: "o"):
      let items = try popMark()
      guard let callable = items.first else { throw fault("a class is missing") }
      stack.append(try reduce(callable, Array(items.dropFirst())))
    case UInt8(ascii: "i"):
      let module = try line()
      let name = try line()
      let callable = try make(.global(module: module, name: name))
      stack.append(try reduce(callable, try popMark()))
    case UInt8(ascii: "b"):
      let state = try pop()
      guard case .node(let place) = try top() else { return }
      if case .object = heap.nodes[place].kind { heap.nodes[place].elements.append(state) }
    case UInt8(ascii: "Q"): stack.append(try storage(try pop()))
    case UInt8(ascii: "P"):
      _ = try line()
      stack.append(try make(.object(className: "a persistent object")))
    // Extension codes refer to classes in Python's registry.
    default:
      let size = code == 0x82 ? 1 : code == 0x83 ? 2 : 4
      guard reader.take(size) != nil else { throw fault("it is truncated") }
      stack.append(try make(.global(module: "extension", name: "class")))
    }
  }

  private func elements(_ value: PickleValue) throws -> [PickleValue] {
    guard let node = heap[value], case .tuple = node.kind else { throw fault("arguments are not a tuple") }
    return node.elements
  }

  // MARK: Calls

  private mutating func reduce(
    _ callable: PickleValue, _ arguments: [PickleValue], isInner: Bool = false
  ) throws -> PickleValue {
    guard let node = heap[callable], case .global(let module, let name) = node.kind else {
      return try make(.object(className: "an object"))
    }
    let first = arguments.first
    switch "\(module).\(name)" {
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
      return try tensor(arguments, function: name)
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
      "torch.jit._pickle.restore_type_tag", "torch.jit._pickle.build_intlist",
      "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.build_doublelist",
      "torch.jit._pickle.build_boollist":
      guard let first else { throw fault("\(name) has no argument") }
      return first
    case "torch._tensor._rebuild_from_type_v2":
      guard arguments.count >= 3, !isInner else { throw fault("\(name) has unexpected arguments") }
      return try reduce(arguments[0], try elements(arguments[2]), isInner: true)
    case "torch._utils._rebuild_device_tensor_from_cpu_tensor":
      guard let first else { throw fault("\(name) has no argument") }
      return first
    case "collections.OrderedDict", "builtins.dict", "__builtin__.dict":
      return try dict(first)
    case "collections.defaultdict": return try make(.dict)
    case "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset":
      return try make(.set, try copy(first))
    case "builtins.list", "__builtin__.list": return try make(.list, try copy(first))
    case "builtins.tuple", "__builtin__.tuple", "torch.Size": return try make(.tuple, try copy(first))
    case "_codecs.encode":
      guard case .string(let text)? = first else { break }
      try count(text.utf8.count / 16)
      // Protocol 2 writes bytes as text of the same numbers.
      let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
      if bytes.count == text.unicodeScalars.count { return .bytes(bytes) }
    default:
      if module == "torch._utils", let kind = PickleMachine.unreadKinds[name] {
        return try make(.unread(kind))
      }
    }
    return try make(.object(className: "\(module).\(name)"))
  }

  private mutating func copy(_ value: PickleValue?) throws -> [PickleValue] {
    guard let value, let node = heap[value] else { return [] }
    switch node.kind {
    case .tuple, .list, .set:
      try count(node.elements.count)
      return node.elements
    default: return []
    }
  }

  /// A dict of pairs, or of another dict.
  private mutating func dict(_ value: PickleValue?) throws -> PickleValue {
    guard let value, let node = heap[value] else { return try make(.dict) }
    if case .dict = node.kind {
      try count(node.elements.count)
      return try make(.dict, node.elements)
    }
    var elements: [PickleValue] = []
    for pair in try copy(value) {
      guard let pair = heap[pair]?.elements, pair.count == 2 else {
        throw fault("a dict is built from values that are not pairs")
      }
      elements += pair
    }
    try count(elements.count)
    return try make(.dict, elements)
  }

  // MARK: Tensors

  /// Tensors that are not a plain view of a storage, by the function that builds them.
  private static let unreadKinds = [
    "_rebuild_sparse_tensor": "a sparse tensor", "_rebuild_sparse_csr_tensor": "a sparse tensor",
    "_rebuild_nested_tensor": "a nested tensor", "_rebuild_qtensor": "a quantized tensor",
    "_rebuild_meta_tensor_no_storage": "a meta tensor without numbers",
    "_rebuild_device_tensor_from_numpy": "a tensor of a custom device",
    "_rebuild_wrapper_subclass": "a tensor of a custom class",
  ]

  /// The contents of PyTorch's storages of unsupported types.
  private static let unreadTypes = [
    "ComplexFloat": "complex64", "ComplexDouble": "complex128", "ComplexHalf": "complex32", "QInt8": "qint8",
    "QUInt8": "quint8", "QInt32": "qint32",
  ]

  private static let types: [String: StorageType] = [
    "Double": .f64, "Float": .f32, "Half": .f16, "BFloat16": .bf16, "Long": .i64, "Int": .i32, "Short": .i16,
    "Char": .i8, "Byte": .u8, "Bool": .bool,
  ]
  private static let dtypes: [String: StorageType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64, "int32": .i32,
    "int16": .i16, "int8": .i8, "uint32": .u32, "uint16": .u16, "uint8": .u8, "bool": .bool,
  ]

  /// A persistent id: ("storage", its class, the entry's name, the device, its size).
  private mutating func storage(_ id: PickleValue) throws -> PickleValue {
    guard let parts = heap[id]?.elements, parts.count >= 5, case .string("storage") = parts[0] else {
      return try make(.object(className: "a persistent object"))
    }
    guard let global = heap[parts[1]], case .global(_, let className) = global.kind,
      case .string(let key) = parts[2], case .int(let count) = parts[4], count >= 0
    else { throw fault("a storage has an unknown description") }
    let suffix = "Storage"
    let type =
      className.hasSuffix(suffix) ? PickleMachine.types[String(className.dropLast(suffix.count))] : nil
    return try make(.storage(TorchStorage(className: className, type: type, key: key, count: count)))
  }

  /// (storage, offset, sizes, strides, …), and for untyped storages the type at index 6.
  private mutating func tensor(_ arguments: [PickleValue], function: String) throws -> PickleValue {
    guard arguments.count >= 4, let node = heap[arguments[0]], case .int(let offset) = arguments[1] else {
      throw fault("\(function) has unexpected arguments")
    }
    guard case .storage(let storage) = node.kind else {
      return try make(.unread("a tensor without its own storage"))
    }
    let isUntyped = function.hasSuffix("_v3")
    // A view can represent the negated or conjugated numbers of its storage.
    if let metadata = arguments.dropFirst(isUntyped ? 7 : 6).first, let marks = heap.entries(metadata) {
      for (mark, kind) in [("neg", "negated"), ("conj", "conjugated")] {
        if marks.contains(where: { if case .bool(true) = $0.value { $0.key == mark } else { false } }) {
          return try make(.unread("a \(kind) view"))
        }
      }
    }
    var type = storage.type
    var typeName = storage.className
    var available = storage.count
    if isUntyped, arguments.count >= 7, case .global(_, let name)? = heap[arguments[6]]?.kind {
      type = PickleMachine.dtypes[name]
      typeName = name
      // The size of an untyped storage is in bytes.
      if storage.type == nil { available /= max(type?.byteCount ?? 1, 1) }
    }
    guard let type else {
      let stem = typeName.hasSuffix("Storage") ? String(typeName.dropLast("Storage".count)) : typeName
      return try make(.unread("a tensor of \(PickleMachine.unreadTypes[stem] ?? stem)"))
    }
    let shape = try sizes(arguments[2])
    let strides = try sizes(arguments[3])
    guard shape.count == strides.count, shape.count <= 16, offset >= 0 else {
      throw fault("a tensor has \(shape.count) sizes, \(strides.count) strides and begins at \(offset)")
    }
    let count = try extent(shape, strides, offset: offset, available: available)
    return try make(
      .tensor(
        TorchTensor(
          storage: storage, type: type, offset: offset, shape: shape, strides: strides, count: count)))
  }

  private func sizes(_ value: PickleValue) throws -> [Int] {
    guard let node = heap[value] else { throw fault("a tensor has no sizes") }
    return try node.elements.map {
      guard case .int(let size) = $0, size >= 0 else {
        throw fault("a size or stride of a tensor is negative or not a number")
      }
      return size
    }
  }

  /// Elements of a view that must be within `available` stored ones.
  private func extent(_ shape: [Int], _ strides: [Int], offset: Int, available: Int) throws -> Int {
    var count = 1
    var last = offset
    var isOver = false
    for (size, stride) in zip(shape, strides) {
      let (product, over) = count.multipliedReportingOverflow(by: max(size, 1))
      let (reach, far) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, further) = last.addingReportingOverflow(reach)
      isOver = isOver || over || far || further
      (count, last) = (product, sum)
    }
    guard !isOver else { throw fault("the size of a tensor is out of range") }
    if shape.contains(0) { return 0 }
    guard last < available else {
      throw fault("a tensor reaches to element \(last) of a storage that has \(available)")
    }
    // A view may repeat elements, but a few bytes must not become gigabytes.
    guard count <= max(available, 1 << 24) else {
      throw fault("a tensor would repeat \(available) stored numbers to \(count)")
    }
    return count
  }
}

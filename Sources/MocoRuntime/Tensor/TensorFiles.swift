import MocoBase
import MocoFormats
import MocoLang
import MocoTensor

/// load_tensors, save_tensors.
func tensorFileBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "load_tensors(path: String)",
      doc: """
        The tensors of a safetensors file, of one that PyTorch wrote, or of NumPy's `.npz`, by name; that of a `.npy` file is
        called `array`. fp16, bf16 and float64 become float32, whole numbers and booleans int64; a number that float32
        does not hold is an error.

        What is not read is named on standard error: tensors of other kinds (float8, complex, sparse, quantized,
        uint64, negated views, arrays of texts), and what is not a tensor. `list_tensors` gives it as a value.

        ```
        let saved = load_tensors("features.safetensors")
        let x = load_tensors("features.npy").array
        ```
        """
    ) { arguments in
      let file = try MocoFormats.TensorFiles.open(arguments.string("path"))
      let tensors = try file.tensors.map { ($0.name, AnyValue.host(TensorValue(try file.tensor($0.name)))) }
      func list(_ names: [String]) -> String {
        names.prefix(40).joined(separator: ", ") + (names.count > 40 ? " and \(names.count - 40) more" : "")
      }
      if !file.others.isEmpty {
        arguments.interpreter.note(
          "\(file.path): left out \(list(file.others.map { "\($0.name) (\($0.reason))" }))")
      }
      let doubles = file.tensors.filter { $0.type == .f64 && $0.count > 0 }.map(\.name)
      if !doubles.isEmpty {
        arguments.interpreter.note("\(file.path): rounded from float64 to float32: \(list(doubles))")
      }
      return .record(tensors)
    },
    NativeFunction(
      "list_tensors(path: String)",
      doc: """
        What a safetensors file, or one that PyTorch or NumPy wrote, holds: a record for everything in it, with `name`, and
        for a tensor that can be read its `type` as stored and its `shape`. `left_out` says why `load_tensors`
        does not give it, and is nil for what it gives.

        ```
        for t in list_tensors("model.safetensors") { print(t.name, t.type, t.shape, t.left_out) }
        ```
        """
    ) { arguments in
      let file = try MocoFormats.TensorFiles.open(arguments.string("path"))
      func entry(_ name: String, _ tensor: TensorDescription?, _ reason: String?) -> AnyValue {
        .record([
          ("name", .string(name)), ("type", tensor.map { .string($0.type.rawValue) } ?? .nil),
          ("shape", tensor.map { .list($0.shape) } ?? .nil), ("left_out", reason.map { .string($0) } ?? .nil),
        ])
      }
      return .list(
        file.tensors.map { entry($0.name, $0, nil) } + file.others.map { entry($0.name, nil, $0.reason) }
          + file.beside.map { entry($0.name, $0, "beside \(file.root.dropLast())") })
    },
    NativeFunction(
      "save_tensors(path: String, tensors, type = \"f32\", compress = false)",
      doc: """
        Writes a record of tensors; the ending of the path says how. `.npz` is NumPy's archive, with `compress: true`
        packed; it holds 4 GiB. `.npy` is a single array: give the tensor, or a record of one. Every other ending is a
        safetensors file. The old file or the whole new one is there at any time.

        `type`, "f32", "f16" or "bf16", is that of float32 tensors. Whole numbers become int64; booleans stay what they are in
        NumPy's files, which know no bf16, and are int64 in safetensors.

        ```
        save_tensors("features.safetensors", {images: ones([2, 3])})
        save_tensors("features.npz", {images: ones([2, 3]), labels: tensor([0, 1])}, compress: true)
        save_tensors("features.npy", ones([2, 3]))
        ```
        """
    ) { arguments in
      let type: StorageType
      switch try arguments.choice("type", among: ["f32", "f16", "bf16"]) {
      case "f16": type = .f16
      case "bf16": type = .bf16
      default: type = .f32
      }
      let path = try arguments.string("path")
      let ending = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
      let isNumPy = ending.hasSuffix(".npz") || ending.hasSuffix(".npy")
      let isCompressed = try arguments.bool("compress")
      if isCompressed, !ending.hasSuffix(".npz") {
        throw arguments.failure(
          "E0305", "only an .npz file is compressed", at: "compress",
          help: "write \"\(FileSystem.withoutEnding(path)).npz\"")
      }
      if isNumPy, type == .bf16 {
        throw arguments.failure(
          "E0505", "NumPy has no bfloat16", at: "type", help: "write type: \"f16\", or a .safetensors file")
      }
      func item(_ name: String, _ value: AnyValue) throws -> SafetensorsWriter.Item {
        let tensor = try TensorReading.tensor(value, name)
        switch tensor.dtype {
        case .float32: return (name, tensor, type)
        case .int64: return (name, tensor, .i64)
        case .bool: return (name, tensor, isNumPy ? .bool : .i64)
        }
      }
      let value = try arguments.value("tensors")
      if ending.hasSuffix(".npy"), value.asRecord == nil {
        try NumPyWriter.write(array: item("tensors", value), to: path)
        return .nil
      }
      let items = try arguments.record("tensors").map { try item($0.name, $0.value) }
      if ending.hasSuffix(".npz") {
        try NumPyWriter.write(arrays: items, to: path, isCompressed: isCompressed)
      } else if ending.hasSuffix(".npy") {
        guard let only = items.first, items.count == 1 else {
          throw arguments.failure(
            "E0505", "a .npy file holds one array, and there are \(items.count)", at: "tensors",
            help: "write \"\(FileSystem.withoutEnding(path)).npz\"")
        }
        try NumPyWriter.write(array: only, to: path)
      } else {
        try SafetensorsWriter.write(path: path, tensors: items)
      }
      return .nil
    },
  ]
}

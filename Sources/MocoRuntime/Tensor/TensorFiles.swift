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
        The tensors of a safetensors file, a PyTorch file, or NumPy's `.npz`, by name; the tensor of a `.npy` file is
        named `array`. fp16, bf16 and float64 become float32, integers and booleans int64; a number that is out of range for
        float32 is an error.

        Skipped entries are listed on standard error: tensors of other kinds (float8, complex, sparse, quantized,
        uint64, negated views, arrays of strings), and entries that are not tensors. `list_tensors` returns them as a value.

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
        The contents of a safetensors, PyTorch or NumPy file: a record for each entry, with `name`, and
        for a readable tensor its stored `type` and its `shape`. `left_out` says why `load_tensors`
        skips it, and is nil for tensors that are loaded.

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
        Writes a record of tensors; the extension sets the format. `.npz` is NumPy's archive, compressed with
        `compress: true`; its limit is 4 GiB. `.npy` is a single array: pass the tensor, or a record of one. Any
        other extension is a safetensors file. The file is replaced atomically.

        `type`, "f32", "f16" or "bf16", is the stored type of float32 tensors. Integers are stored as int64;
        booleans as booleans in NumPy files, which do not support bf16, and as int64 in safetensors.

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
          "E0305", "only an .npz file can be compressed", at: "compress",
          help: "write \"\(FileSystem.withoutEnding(path)).npz\"")
      }
      if isNumPy, type == .bf16 {
        throw arguments.failure(
          "E0505", "NumPy files do not support bf16", at: "type",
          help: "use type: \"f16\", or a .safetensors file")
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
            "E0505", "a .npy file holds one array, found \(items.count)", at: "tensors",
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

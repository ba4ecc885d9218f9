import MocoFormats
import MocoLang
import MocoTensor

/// load_tensors, save_tensors.
func tensorFileBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "load_tensors(path: String)",
      doc: """
        The tensors of a safetensors file, or of one that PyTorch wrote, by name. fp16, bf16 and float64 become
        float32, whole numbers and booleans int64; a number that float32 does not hold is an error.

        What is not read is named on standard error: tensors of other kinds (float8, complex, sparse, quantized,
        uint64, negated views), and what is no tensor. `list_tensors` gives it as a value.

        ```
        let saved = load_tensors("features.safetensors")
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
        What a safetensors file, or one that PyTorch wrote, holds: a record for everything in it, with `name`, and
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
      "save_tensors(path: String, tensors, type = \"f32\")",
      doc: """
        Writes a record of tensors as a safetensors file: the old file or the whole new one is there at any time.

        ```
        save_tensors("features.safetensors", {images: ones([2, 3])})
        ```
        """
    ) { arguments in
      let type: StorageType
      switch try arguments.choice("type", among: ["f32", "f16", "bf16"]) {
      case "f16": type = .f16
      case "bf16": type = .bf16
      default: type = .f32
      }
      let items = try arguments.record("tensors").map { field -> SafetensorsWriter.Item in
        let tensor = try TensorReading.tensor(field.value, field.name)
        return (field.name, tensor, tensor.dtype == .float32 ? type : .i64)
      }
      try SafetensorsWriter.write(path: arguments.string("path"), tensors: items)
      return .nil
    },
  ]
}

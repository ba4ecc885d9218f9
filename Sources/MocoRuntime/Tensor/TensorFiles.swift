import MocoCLIP
import MocoLang
import MocoTensor

/// load_tensors, save_tensors.
func tensorFileBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "load_tensors(path: String)",
      doc: """
        The tensors of a safetensors file, or of one that PyTorch wrote, by name. fp16 and bf16 become float32.

        ```
        let saved = load_tensors("features.safetensors")
        ```
        """
    ) { arguments in
      let file = try MocoCLIP.TensorFiles.open(arguments.string("path"))
      return .record(try file.tensors.map { ($0.name, .host(TensorValue(try file.tensor($0.name)))) })
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

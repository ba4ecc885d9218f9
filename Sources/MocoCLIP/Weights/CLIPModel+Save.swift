import MocoBase
import MocoFormats
import MocoTensor

extension CLIPModel {
  /// Saves the model as safetensors under OpenAI's names, with its configuration in the metadata.
  ///
  /// Equal models give equal bytes. The file is written atomically.
  /// - Parameters:
  ///   - type: f32, f16 or bf16. `logit_scale` is always kept as f32.
  ///   - metadata: more strings for the header, such as the record of a training.
  /// - Throws: E0504 if it cannot be written, E0505 if a value is too large for the type.
  public func save(path: String, type: StorageType = .f16, metadata: [(String, String)] = []) throws {
    guard type.isFloating else {
      throw Failure(
        "E0505", "a model cannot be saved as \(type.rawValue)", help: "use f16, bf16 or f32")
    }
    let items = parameters.map { name, variable in
      SafetensorsWriter.Item(
        name: name, tensor: variable.value, type: variable.value.count == 1 ? .f32 : type)
    }
    let own = [("format", "pt"), (CLIPModel.metadataKey, config.json.serialized())]
    try SafetensorsWriter.write(
      path: path, tensors: items, metadata: own + metadata.filter { item in !own.contains { $0.0 == item.0 } }
    )
  }
}

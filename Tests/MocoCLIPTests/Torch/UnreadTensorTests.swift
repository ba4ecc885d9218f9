import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Tensors of kinds that are not read are named, not dropped. The files were written by PyTorch and safetensors.
@Suite struct UnreadTensorTests {
  @Test func kindsOfPyTorchAreNamed() throws {
    let file = try TensorFiles.open(Repository.fixture("weights/odd.pt"))
    #expect(
      Set(file.tensors.map(\.name))
        == ["plain", "half", "double", "uint16", "parameter", "zero", "strided"])
    let kinds = Dictionary(uniqueKeysWithValues: file.unread.map { ($0.name, $0.kind) })
    #expect(
      kinds == [
        "float8": "a tensor of float8_e4m3fn", "complex": "a tensor of complex64",
        "conjugated": "a conjugated view", "negated": "a negated view", "sparse": "a sparse tensor",
        "csr": "a sparse tensor", "quantized": "a quantized tensor", "uint64": "a tensor of uint64",
        "meta": "a meta tensor without numbers", "nested": "a nested tensor",
      ])
    let others = Set(file.others.map(\.name))
    #expect(others == Set(kinds.keys).union(["names", "text", "array", "number"]))
    #expect(try file.tensor("strided").toFloats() == [0, 3, 1, 4, 2, 5])
    #expect(try file.tensor("uint16").toInts() == [1, 65535])
  }

  @Test func kindsOfSafetensorsAreNamed() throws {
    let file = try TensorFiles.open(Repository.fixture("weights/odd.safetensors"))
    #expect(Set(file.tensors.map(\.name)) == ["plain", "double"])
    #expect(Set(file.unread.map(\.kind)) == ["a tensor of F8_E4M3", "a tensor of U64", "a tensor of C64"])
    #expect(try file.tensor("plain").toFloats() == [0, 1, 2, 3, 4, 5])
    #expect(errorMessage { _ = try file.tensor("float8") }.contains("cannot be read"))
  }

  @Test func numbersThatFloat32DoesNotHoldAreAnError() throws {
    try Fixtures.inFolder { folder in
      var writer = TorchWriter()
      let values = [1.5, 1e300, -2]
      writer.storages = [("0", values.flatMap { ZipWriter.bytes($0.bitPattern) })]
      try writer.write(
        .dict([("w", .view(storage: "0", .f64, count: 3, offset: 0, shape: [3], strides: [1]))]),
        to: folder + "/m.pt")
      let message = errorMessage { _ = try TensorFiles.open(folder + "/m.pt").tensor("w") }
      #expect(message.hasPrefix("E0505") && message.contains("w contains 1e+300 (element 1)"), "\(message)")
      writer.storages = [("0", [1.5, Double.infinity, -2].flatMap { ZipWriter.bytes($0.bitPattern) })]
      try writer.write(
        .dict([("w", .view(storage: "0", .f64, count: 3, offset: 0, shape: [3], strides: [1]))]),
        to: folder + "/m.pt")
      #expect(try TensorFiles.open(folder + "/m.pt").tensor("w").toFloats() == [1.5, .infinity, -2])
    }
  }

  /// A parameter in a form that is not read is not a missing one.
  @Test func parametersThatCannotBeReadAreNamed() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.pt"
      let model = try Foreign.model()
      let tensors = model.parameters.filter { $0.name != "ln_final.bias" }
        .map { ($0.name, TorchWriter.Value.tensor($0.variable.value, .f32)) }
      let odd = TorchWriter.Value.call("torch._utils", "_rebuild_qtensor", [.none])
      try TorchWriter().write(.dict(tensors + [("ln_final.bias", odd)]), to: path)
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(message.hasPrefix("E0602") && message.contains("a quantized tensor"), "\(message)")
      let bias = try model.parameter("ln_final.bias").value
      try TorchWriter().write(
        .dict(tensors + [("ln_final.bias", .tensor(bias, .f32)), ("visual.extra", odd)]), to: path)
      #expect(errorCode { _ = try CLIPModel.load(path: path) } == "E0605")
      try TorchWriter().write(
        .dict(tensors + [("ln_final.bias", .tensor(bias, .f32)), ("extra", odd)]), to: path)
      #expect(errorMessage { _ = try CLIPModel.load(path: path) }.contains("ignore: [\"extra\"]"))
      let clip = try CLIPModel.load(path: path, options: .init(ignore: ["extra"]))
      #expect(clip.info?.unused.contains { $0.name == "extra" } == true)
    }
  }
}

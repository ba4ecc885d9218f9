import MocoBase
import MocoData
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Numbers of a safetensors data set that would be taken for others.
@Suite struct TensorDataTests {
  private func message(_ items: [SafetensorsWriter.Item]) throws -> String {
    try Repository.inFolder { folder in
      let path = folder + "/d.safetensors"
      try SafetensorsWriter.write(path: path, tensors: items)
      do {
        _ = try Dataset.open(path)
        return ""
      } catch let error as Failure {
        return "\(error.code): \(error.message)"
      }
    }
  }

  @Test func labelsAreWholeNumbers() throws {
    let rows = try Tensor.zeros([4, 3])
    let whole = try Tensor([0, 1, 0, 1] as [Float], shape: [4])
    #expect(try message([("features", rows, .f32), ("labels", whole, .f32)]) == "")
    for odd: [Float] in [[0, 1, 0.5, 1], [0, .nan, 0, 1], [0, 1, 3e9, 1]] {
      let labels = try Tensor(odd, shape: [4])
      let found = try message([("features", rows, .f32), ("labels", labels, .f32)])
      #expect(found.hasPrefix("E0519") && found.contains("labels contains"), "\(found)")
    }
  }

  @Test func featuresThatFloat32DoesNotHold() throws {
    let labels = try Tensor([0, 1, 0, 1], shape: [4])
    let small = try Tensor([Int](repeating: 1 << 24, count: 8), shape: [4, 2])
    #expect(try message([("features", small, .i64), ("labels", labels, .i64)]) == "")
    let large = try Tensor([Int](repeating: (1 << 24) + 1, count: 8), shape: [4, 2])
    let found = try message([("features", large, .i64), ("labels", labels, .i64)])
    #expect(found.hasPrefix("E0519") && found.contains("16777217"), "\(found)")
  }
}

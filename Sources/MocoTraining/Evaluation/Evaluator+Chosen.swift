import MocoBase
import MocoData
import MocoMethods

/// How the images of a split are routed to the experts of a model.
public struct ExpertShares: Sendable {
  /// The experts' groups. Shape: [G].
  public let names: [String]
  /// The share of the images for which an expert is chosen. Shape: [G]; the sum is K.
  public let chosen: [Double]
  /// The mean weight over all images. Shape: [G]; the sum is 1.
  public let weights: [Double]
}

extension Evaluator {
  /// How often each expert is chosen for the images of a split, and its mean weight.
  ///
  /// - Throws: E0709 for a split without images, E0705 for images that do not match, E0406 when interrupted.
  public static func shares(of model: any Routed, on data: DataSplit) throws -> ExpertShares {
    guard data.count > 0 else {
      throw Failure(
        "E0709", "the split \"\(data.name)\" has no images", help: "use a split with images: data.test")
    }
    let names = model.expertNames
    var counts = [Int](repeating: 0, count: names.count)
    var weights = [Double](repeating: 0, count: names.count)
    let form = try model.batchForm()
    for start in stride(from: 0, to: data.count, by: 128) {
      try Cancellation.check()
      let batch = try data.batch(Array(start..<min(start + 128, data.count)), form: form)
      let routing = try model.routing(batch.images)
      for row in routing.chosen { for g in row where counts.indices.contains(g) { counts[g] += 1 } }
      for row in routing.weights { for (g, value) in row.enumerated() { weights[g] += Double(value) } }
    }
    let count = Double(data.count)
    return ExpertShares(
      names: names, chosen: counts.map { Double($0) / count }, weights: weights.map { $0 / count })
  }
}

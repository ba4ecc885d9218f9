import MocoLang
import MocoTraining

/// `ema(0.999)` or `gaussian(mean: 15, std: 1)`, for `train … { average: … }`.
final class AverageValue: HostObject {
  let average: ParameterAverage

  /// - Throws: E0706 for numbers out of range.
  init(_ average: ParameterAverage) throws {
    try average.check()
    self.average = average
  }

  var typeName: String { "Average" }
  func copied() throws -> AnyValue? { .host(self) }
  var shortDescription: String { average.description }
}

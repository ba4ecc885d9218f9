import MocoBase
import MocoDocument
import MocoLang
import MocoTraining

/// The result of `forecast`.
final class ForecastValue: HostObject {
  let forecast: Forecast

  init(_ forecast: Forecast) { self.forecast = forecast }

  var typeName: String { "Forecast" }
  var memberNames: [String] {
    [
      "nodes", "padded_rows", "chunks", "flops", "steps", "epochs", "seconds_per_step", "seconds_before",
      "seconds",
      "memory",
    ]
  }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "nodes": return counted(.int(forecast.step.nodes))
    case "padded_rows": return counted(.int(forecast.step.paddedRows))
    case "chunks": return counted(.int(forecast.step.chunks))
    case "flops": return counted(.float(forecast.step.stepFLOPs))
    case "steps": return .int(forecast.plan.steps)
    case "epochs": return .int(forecast.plan.epochs)
    case "seconds_per_step": return .float(forecast.secondsPerStep)
    case "seconds_before": return .float(forecast.secondsBefore)
    case "seconds": return .float(forecast.seconds)
    case "memory": return .int(forecast.memory)
    default: return nil
    }
  }

  /// The counts of rows of prompts; nil if a step was measured instead.
  private func counted(_ value: AnyValue) -> AnyValue { forecast.measured == nil ? value : .nil }

  var shortDescription: String {
    let rows =
      forecast.measured == nil ? "\(NumberText.counted(forecast.step.nodes, "row")) in the tree, " : ""
    return "<forecast: \(NumberText.counted(forecast.plan.steps, "step")), \(rows)"
      + "about \(NumberText.fixed(forecast.seconds, 1)) s>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    Document(forecast.lines.map { .text(Document.Text($0)) })
  }
}

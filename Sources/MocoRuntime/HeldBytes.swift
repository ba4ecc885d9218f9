import MocoLang

// The memory of a value that is held only to be shown again. Models, data sets, splits, batches and
// optimizers do not report it: they hold far more than themselves.

extension TensorValue {
  /// A view keeps its entire storage; a tensor with a history keeps that too.
  var heldByteCount: Int? {
    variable.isLeaf && parts == nil ? tensor.storageByteCount + (variable.grad?.storageByteCount ?? 0) : nil
  }
}

extension ImageValue {
  var heldByteCount: Int? { byteCount }
}

extension FigureValue {
  /// Pictures of a figure are some kilobytes each.
  public var heldByteCount: Int? { 100_000 }
}

extension TableFigureValue {
  var heldByteCount: Int? { 100_000 + rows.count * max(columns.count, 1) * 8 }
}

extension ReportValue {
  var heldByteCount: Int? { 10_000 + report.predictions.count * 200 }
}

extension TrainingValue {
  var heldByteCount: Int? { 1_000 + report.epochs.count * 500 }
}

extension RouteValue {
  var heldByteCount: Int? { 1_000 + why.experts.count * (200 + why.classes.count * 50) }
}

extension ForecastValue {
  var heldByteCount: Int? { 1_000 }
}

extension TemplateSetValue {
  var heldByteCount: Int? { 1_000 + templates.templates.count * 200 }
}

extension TemplateGroupValue {
  var heldByteCount: Int? { 1_000 + group.templates.count * 200 }
}

extension ScheduleValue {
  var heldByteCount: Int? { 100 }
}

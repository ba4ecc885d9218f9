import MocoBase
import MocoDocument
import MocoLang
import MocoTensor

/// Tensors as text.
enum TensorText {
  /// For `print` and inside collections: the numbers of a small tensor, else its shape.
  static func short(_ tensor: Tensor) -> String {
    if tensor.count <= 32, let text = try? numbers(tensor) { return "tensor(\(text))" }
    return outline(tensor)
  }

  /// The same within a number of columns: the shape if the numbers do not fit.
  static func short(_ tensor: Tensor, width: Int) -> String {
    let text = short(tensor)
    return text.count <= width ? text : outline(tensor)
  }

  private static func outline(_ tensor: Tensor) -> String {
    "tensor(\(Shape.text(tensor.shape)) \(tensor.dtype.rawValue))"
  }

  private static func numbers(_ tensor: Tensor) throws -> String {
    let texts = try leaves(tensor)
    guard !tensor.shape.isEmpty else { return texts.first ?? "" }
    func nested(_ slice: ArraySlice<String>, _ shape: ArraySlice<Int>) -> String {
      guard shape.count > 1, let length = shape.first else {
        return "[" + slice.joined(separator: ", ") + "]"
      }
      let rest = shape.dropFirst()
      let size = rest.reduce(1, *)
      let rows = (0..<length).map { place in
        nested(slice[(slice.startIndex + place * size)..<(slice.startIndex + (place + 1) * size)], rest)
      }
      return "[" + rows.joined(separator: ", ") + "]"
    }
    return nested(texts[...], tensor.shape[...])
  }

  private static func leaves(_ tensor: Tensor) throws -> [String] {
    switch tensor.dtype {
    case .float32: return try tensor.toFloats().map { $0.description }
    case .int64: return try tensor.toInts().map { $0.description }
    case .bool: return try tensor.toBools().map { $0.description }
    }
  }

  /// Shape, dtype, statistics, and an excerpt that fits, in matrices.
  static func document(_ tensor: Tensor, gradient: Bool, _ limits: DocumentLimits) -> Document {
    var head = "Tensor \(Shape.text(tensor.shape)) \(tensor.dtype.rawValue)"
    if gradient { head += ", with gradient" }
    if tensor.count == 0 { head += ", empty" }
    let digits = limits.digits ?? usualDigits
    let facts = tensor.count > 1 ? statistics(tensor, digits) : []
    var blocks: [Document.Block] = [
      .items(
        Document.Items(
          Document.Text(head, .title), facts.map { Document.Text($0) }, separator: "  ", leadIsItem: true,
          hanging: 2))
    ]
    guard tensor.count > 0 else { return Document(blocks) }
    let excerpt = Excerpt(
      width: limits.width, ellipsis: limits.ellipsis, digits: digits, rows: limits.rows.map { max(2, $0) },
      columns: limits.columns.map { max(1, $0) })
    blocks += (try? excerpt.blocks(tensor)) ?? []
    return Document(blocks)
  }

  private static let usualDigits = 4

  /// Smallest, mean and largest number; integers are written as such. Nothing if ^C requests an end.
  private static func statistics(_ tensor: Tensor, _ digits: Int) -> [String] {
    func rounded(_ value: Float) -> String { self.rounded(value, digits: digits) }
    if tensor.dtype == .int64, let values = try? tensor.toInts(), let low = values.min(),
      let high = values.max()
    {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      return ["min \(low)", "mean \(rounded(Float(mean)))", "max \(high)"]
    }
    guard tensor.dtype == .float32, let values = try? tensor.toFloats() else { return [] }
    var low = Float.infinity
    var high = -Float.infinity
    var sum = 0.0
    var bad = 0
    for (place, value) in values.enumerated() {
      if place & 0xF_FFFF == 0, Cancellation.isRequested { return [] }
      guard value.isFinite else {
        bad += 1
        continue
      }
      low = min(low, value)
      high = max(high, value)
      sum += Double(value)
    }
    let good = values.count - bad
    var pieces =
      good > 0
      ? [
        "min \(rounded(low))", "mean \(rounded(Float(sum / Double(good))))",
        "max \(rounded(high))",
      ] : []
    if bad > 0 { pieces.append("not finite: \(bad)") }
    return pieces
  }

  /// A number of significant digits, at least one after the point.
  static func rounded(_ value: Float, digits: Int = 4) -> String {
    SignificantDigits.text(value, digits: digits)
  }
}

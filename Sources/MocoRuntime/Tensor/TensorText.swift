import MocoLang
import MocoTensor

/// Tensors as text.
enum TensorText {
  /// For `print` and inside collections: the numbers of a small tensor, else its shape.
  static func short(_ tensor: Tensor) -> String {
    if tensor.count <= 32, let text = try? numbers(tensor) { return "tensor(\(text))" }
    return "tensor(\(Shape.text(tensor.shape)) \(tensor.dtype.rawValue))"
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

  /// For the prompt: shape, type, statistics, and an excerpt that fits.
  static func card(_ tensor: Tensor, gradient: Bool, width: Int) -> String {
    var head = "Tensor \(Shape.text(tensor.shape)) \(tensor.dtype.rawValue)"
    if gradient { head += ", with gradient" }
    guard tensor.count > 0 else { return head + ", empty" }
    if tensor.dtype != .bool, tensor.count > 1, let values = try? tensor.toFloats() {
      head += statistics(values)
    }
    guard let excerpt = try? excerpt(tensor, width: max(width, 24)) else { return head }
    return head + "\n" + excerpt
  }

  private static func statistics(_ values: [Float]) -> String {
    var low = Float.infinity
    var high = -Float.infinity
    var sum = 0.0
    var bad = 0
    for value in values {
      guard value.isFinite else {
        bad += 1
        continue
      }
      low = min(low, value)
      high = max(high, value)
      sum += Double(value)
    }
    let good = values.count - bad
    var text =
      good > 0
      ? "  min \(rounded(low))  mean \(rounded(Float(sum / Double(good))))  max \(rounded(high))" : ""
    if bad > 0 { text += "  not finite: \(bad)" }
    return text
  }

  /// Four significant digits.
  static func rounded(_ value: Float) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    if value == 0 { return "0" }
    let size = abs(Double(value))
    if size >= 1e5 || size < 1e-4 {
      var exponent = 0
      var mantissa = Double(value)
      while abs(mantissa) >= 10 {
        mantissa /= 10
        exponent += 1
      }
      while abs(mantissa) < 1 {
        mantissa *= 10
        exponent -= 1
      }
      return "\(fixed(mantissa, 2))e\(exponent)"
    }
    return fixed(Double(value), size >= 1000 ? 1 : size >= 100 ? 2 : size >= 10 ? 3 : 4)
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int(scaled)
    let unit = Int(factor)
    var fraction = String(whole % unit)
    while fraction.utf8.count < digits { fraction = "0" + fraction }
    let sign = value < 0 && whole > 0 ? "-" : ""
    return digits == 0 ? "\(sign)\(whole)" : "\(sign)\(whole / unit).\(fraction)"
  }

  // Rows and columns beyond what fits are shown as …, three at each end.
  private static func excerpt(_ tensor: Tensor, width: Int) throws -> String {
    func cell(_ tensor: Tensor) throws -> String {
      switch tensor.dtype {
      case .float32: return rounded(try tensor.item())
      case .int64: return try tensor.toInts().first?.description ?? ""
      case .bool: return try tensor.toBools().first?.description ?? ""
      }
    }
    guard tensor.rank > 0 else { return try cell(tensor) }
    let indent = tensor.rank
    let room = max(1, (width - 2 * indent - 4) / 9)
    func places(_ length: Int, _ most: Int) -> [Int?] {
      if length <= most { return (0..<length).map { $0 } }
      let ends = max(1, most / 2)
      return (0..<ends).map { $0 } + [nil] + (length - ends..<length).map { $0 }
    }
    var rowsShown = 0
    func lines(_ part: Tensor, _ depth: Int) throws -> [String] {
      if part.rank == 1 {
        rowsShown += 1
        let cells = try places(part.shape[0], room).map { place in
          guard let place else { return "…" }
          let text = try cell(part.sliced(axis: 0, from: place, to: place + 1))
          return String(repeating: " ", count: max(0, 8 - text.count)) + text
        }
        return [String(repeating: " ", count: depth) + "[" + cells.joined(separator: " ") + "]"]
      }
      var found: [String] = []
      for place in places(part.shape[0], part.rank == 2 ? 6 : 2) {
        guard let place else {
          found.append(String(repeating: " ", count: depth + 1) + "…")
          continue
        }
        guard rowsShown < 24 else { continue }
        let row = try part.sliced(axis: 0, from: place, to: place + 1).squeezed(0)
        found += try lines(row, depth + 1)
      }
      return found
    }
    return try lines(tensor, 0).joined(separator: "\n")
  }
}

import MocoLang
import MocoPlot

/// Numbers from values of the language: lists, ranges, tensors and other host objects that can be iterated over.
enum PlotNumbers {
  /// A number; nil for other values. `nil` in a list is a gap.
  static func number(_ value: AnyValue) throws -> Double? {
    switch value.kind {
    case .nil: return .nan
    case .bool(let flag): return flag ? 1 : 0
    case .int(let number): return Double(number)
    case .float(let number): return number
    case .host(let object): return try object.number()?.asFloat
    default: return nil
    }
  }

  /// The elements of a list, a range or an iterable object; nil for anything else.
  static func elements(_ value: AnyValue) throws -> [AnyValue]? {
    if let list = value.asList { return list }
    if let range = value.asRange { return (0..<min(range.count, 1 << 22)).map { .int(range.element($0)) } }
    if let object: any HostObject = value.asHost(), let next = try object.makeIterator() {
      var result: [AnyValue] = []
      while let element = try next() {
        result.append(element)
        if result.count > 1 << 22 { break }
      }
      return result
    }
    return nil
  }

  static func vector(_ value: AnyValue) throws -> [Double]? {
    guard let elements = try elements(value) else { return nil }
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    for element in elements {
      guard let number = try number(element) else { return nil }
      result.append(number)
    }
    return result
  }

  static func matrix(_ value: AnyValue) throws -> [[Double]]? {
    guard let rows = try elements(value) else { return nil }
    var result: [[Double]] = []
    for row in rows {
      guard let numbers = try vector(row) else { return nil }
      result.append(numbers)
    }
    return result
  }

  /// A picture from a tensor or nested lists: [H, W], [1 or 3, H, W] or [H, W, 1 or 3].
  ///
  /// Values 0…1 are shades, values up to 255 bytes; anything else is scaled from its smallest to its largest
  /// value.
  static func image(_ value: AnyValue) throws -> PlotImage? {
    if let object: any HostObject = value.asHost(), let picture = (object as? any ImageConvertible)?.plotImage
    {
      return picture
    }
    guard let outer = try elements(value), let first = outer.first else { return nil }
    if let plane = try matrix(value) { return picture([plane]) }
    let planes = try outer.compactMap { try matrix($0) }
    guard planes.count == outer.count, try elements(first) != nil else { return nil }
    if planes.count == 1 || planes.count == 3, planes[0].count > 3 || planes[0].first?.count ?? 0 > 3 {
      return picture(planes)
    }
    let channels = planes[0].first?.count ?? 0
    guard channels == 1 || channels == 3 else { return nil }
    return picture(
      (0..<channels).map { channel in
        planes.map { row in row.map { $0.indices.contains(channel) ? $0[channel] : 0 } }
      })
  }

  /// - Shape: `planes` is [1 or 3, H, W].
  private static func picture(_ planes: [[[Double]]]) -> PlotImage? {
    let height = planes[0].count
    let width = planes[0].first?.count ?? 0
    guard planes.allSatisfy({ $0.count == height && $0.allSatisfy { $0.count == width } }) else { return nil }
    let finite = planes.joined().joined().filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    let (from, span): (Double, Double) =
      low >= 0 && high <= 1 ? (0, 1) : low >= 0 && high <= 255 ? (0, 255) : (low, high > low ? high - low : 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * height * planes.count)
    for y in 0..<height {
      for x in 0..<width {
        for plane in planes {
          let share = (plane[y][x] - from) / span
          bytes.append(share.isFinite ? UInt8((min(max(share, 0), 1) * 255).rounded()) : 0)
        }
      }
    }
    return PlotImage(width: width, height: height, channels: planes.count, bytes: bytes)
  }
}

import Glibc
import MocoBase
import Synchronization

/// An event file of TensorBoard, with one record per event.
///
/// A record is written atomically, so that a truncated file can be read up to the last complete record. The file is new
/// in each process; TensorBoard shows all files of a folder as one run.
public final class EventFile {
  /// The value of a name at a step.
  public enum Value {
    /// A number, also nan and inf; float32 in the file.
    case scalar(Double)
    /// Text, which TensorBoard renders as Markdown.
    case text(String)
    /// A PNG file, and its size in pixels.
    case png([UInt8], width: Int, height: Int)
    /// The numbers of a tensor, as counts of intervals of equal width.
    case histogram(EventHistogram)
  }

  /// The file.
  public let path: String
  /// Whether the folder already had event files, which TensorBoard shows together with this one as one run.
  public let isBesideOthers: Bool
  private let now: () -> Double

  private static let counter = Atomic<Int>(0)

  /// Creates the next event file in a folder; the folder is created if missing.
  ///
  /// - Parameter now: the time stamp of records, in seconds since 1970.
  /// - Throws: E0504 if it cannot be created.
  public init(folder: String, now: @escaping () -> Double = EventFile.clock) throws {
    self.now = now
    try FileSystem.createFolder(folder)
    let others = try FileSystem.list(folder).contains { $0.contains(".tfevents.") }
    isBesideOthers = others
    let number = EventFile.counter.wrappingAdd(1, ordering: .relaxed).oldValue
    let host = RunProcess.here.host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }
    // TensorBoard reads files in the order of their names.
    let seconds = String(max(Int(exactly: now().rounded(.down)) ?? 0, 0))
    let stamp = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    path = base + "events.out.tfevents.\(stamp).\(String(host)).\(getpid()).\(number)"
    var event = ProtobufMessage()
    event.add(1, now())
    event.add(3, "brain.Event:2")
    try FileSystem.append(EventRecord.framed(event.bytes), to: path)
  }

  /// Seconds since 1970.
  public static let clock: @Sendable () -> Double = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Writes the values of a step, by name; a slash in a name creates groups.
  ///
  /// - Throws: E0504.
  public func add(_ values: [(name: String, value: Value)], step: Int) throws {
    guard !values.isEmpty else { return }
    var summary = ProtobufMessage()
    for (name, value) in values { summary.add(1, EventFile.message(name, value)) }
    var event = ProtobufMessage()
    event.add(1, now())
    if step != 0 { event.add(2, step) }
    event.add(5, summary)
    try FileSystem.append(EventRecord.framed(event.bytes), to: path)
  }

  private static func message(_ name: String, _ value: Value) -> ProtobufMessage {
    var message = ProtobufMessage()
    switch value {
    case .scalar(let number):
      message.add(1, name)
      // TensorBoard's own reader does not list the form with a tensor as a scalar.
      message.add(2, Float(number))
    case .text(let text):
      message.add(1, name)
      var size = ProtobufMessage()
      size.add(1, 1)
      var shape = ProtobufMessage()
      shape.add(2, size)
      var tensor = ProtobufMessage()
      tensor.add(1, 7)  // DT_STRING
      tensor.add(2, shape)
      tensor.add(8, text)
      message.add(8, tensor)
      var plugin = ProtobufMessage()
      plugin.add(1, "text")
      var metadata = ProtobufMessage()
      metadata.add(1, plugin)
      message.add(9, metadata)
    case .png(let bytes, let width, let height):
      message.add(1, name)
      var image = ProtobufMessage()
      image.add(1, height)
      image.add(2, width)
      image.add(3, 3)
      image.add(4, bytes)
      message.add(4, image)
    case .histogram(let histogram):
      message.add(1, name)
      message.add(5, histogram.message)
    }
    return message
  }
}

/// A histogram: thirty intervals of equal width from the smallest to the largest number.
public struct EventHistogram {
  let low: Double
  let high: Double
  let sum: Double
  let squares: Double
  /// The right ends of the intervals, after the left end of the first.
  let limits: [Double]
  /// As many as `limits`; the first count is 0.
  let counts: [Double]
  /// The number of counted values.
  public let count: Int
  /// The number of values that are NaN or infinite, which are not counted.
  public let leftOut: Int

  private static let parts = 30

  /// nil if no number is finite.
  public init?(_ numbers: [Float]) {
    let finite = numbers.lazy.filter(\.isFinite).map(Double.init)
    var (low, high, sum, squares, count) = (Double.infinity, -Double.infinity, 0.0, 0.0, 0)
    for number in finite {
      low = Swift.min(low, number)
      high = Swift.max(high, number)
      sum += number
      squares += number * number
      count += 1
    }
    guard count > 0 else { return nil }
    (self.low, self.high, self.sum, self.squares, self.count) = (low, high, sum, squares, count)
    leftOut = numbers.count - count
    guard high > low else {
      limits = [low, low.nextUp]
      counts = [0, Double(count)]
      return
    }
    let width = (high - low) / Double(EventHistogram.parts)
    var counts = [Double](repeating: 0, count: EventHistogram.parts)
    for number in finite {
      let place = Int(((number - low) / width).rounded(.down))
      counts[Swift.min(Swift.max(place, 0), EventHistogram.parts - 1)] += 1
    }
    self.counts = [0] + counts
    limits =
      [low] + (1..<EventHistogram.parts).map { low + Double($0) * width } + [high]
  }

  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, low)
    message.add(2, high)
    message.add(3, Double(count))
    message.add(4, sum)
    message.add(5, squares)
    message.add(6, packed: limits)
    message.add(7, packed: counts)
    return message
  }
}

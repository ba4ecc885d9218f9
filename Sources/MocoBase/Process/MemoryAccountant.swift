import Glibc
import Synchronization

/// Counts the bytes of tensors and arenas against the memory of the machine or the container.
///
/// Linux overcommits memory and ends the process when it is used, so a large request is
/// rejected before it is made.
public enum MemoryAccountant {
  private static let used = Atomic<Int>(0)
  private static let highest = Atomic<Int>(0)
  private static let ceiling = Atomic<Int>(0)
  // Requests of this size check the free memory; smaller ones are only counted.
  private static let large = 64 << 20

  /// Bytes in use.
  public static var usedBytes: Int { used.load(ordering: .relaxed) }

  /// The peak of bytes in use since `resetPeak`.
  public static var peakBytes: Int { highest.load(ordering: .relaxed) }

  /// Resets the peak to the bytes in use now.
  public static func resetPeak() { highest.store(usedBytes, ordering: .relaxed) }

  /// The limit of bytes in use. Default: nine tenths of the machine's memory or the control group's
  /// limit, whichever is smaller.
  public static var limit: Int {
    get {
      let known = ceiling.load(ordering: .relaxed)
      if known > 0 { return known }
      let found = max(defaultLimit(), 1)
      ceiling.store(found, ordering: .relaxed)
      return found
    }
    set { ceiling.store(max(newValue, 1), ordering: .relaxed) }
  }

  /// The available bytes, by the limit and by the free memory of the system.
  public static var available: Int {
    let left = max(limit - usedBytes, 0)
    return min(left, freeBytes() ?? left)
  }

  /// - Throws: E0405 if the bytes would exceed the limit or the free memory.
  public static func reserve(_ bytes: Int) throws {
    let bytes = max(bytes, 0)
    let (total, overflow) = used.load(ordering: .relaxed).addingReportingOverflow(bytes)
    guard !overflow, total <= limit else { throw refusal(bytes) }
    if bytes >= large, let free = freeBytes(), bytes > free { throw refusal(bytes) }
    let now = used.wrappingAdd(bytes, ordering: .relaxed).newValue
    if now > highest.load(ordering: .relaxed) { highest.store(now, ordering: .relaxed) }
  }

  /// Releases bytes counted by `reserve`: the same number of bytes, once. Negative numbers count as 0.
  public static func release(_ bytes: Int) { used.wrappingSubtract(max(bytes, 0), ordering: .relaxed) }

  /// `1.5 GB`, in powers of 1024.
  public static func text(_ bytes: Int) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    if unit == 0 { return "\(bytes) bytes" }
    let tenths = (value * 10).rounded() / 10
    return (tenths == tenths.rounded() || tenths >= 100 ? "\(Int(tenths.rounded()))" : "\(tenths)") + " "
      + units[unit]
  }

  /// E0405 for a request of this many bytes, with the used and the free memory.
  package static func refusal(_ bytes: Int) -> Failure {
    Failure(
      "E0405", "not enough memory for \(text(bytes))",
      help: "use a smaller size; \(text(usedBytes)) are in use, \(text(available)) are free")
  }

  // MARK: Queries of the system

  private static func defaultLimit() -> Int {
    var most = Int.max
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    if pages > 0, size > 0 { most = pages * size }
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      if let group = number(in: path), group > 0 { most = min(most, group) }
    }
    return most == Int.max ? 8 << 30 : most / 10 * 9
  }

  private static func freeBytes() -> Int? {
    var free: Int?
    if let text = contents("/proc/meminfo"), let kilobytes = field("MemAvailable:", in: text) {
      free = kilobytes << 10
    }
    if let most = number(in: "/sys/fs/cgroup/memory.max"),
      let current = number(in: "/sys/fs/cgroup/memory.current")
    {
      // Cached files count as used there, but can be freed.
      let cached = contents("/sys/fs/cgroup/memory.stat").flatMap { field("inactive_file", in: $0) } ?? 0
      free = min(free ?? Int.max, max(most - current + cached, 0))
    }
    return free
  }

  /// The peak memory of this process, as counted by the system; nil if it is not reported.
  ///
  /// Not `getrusage`, whose value starts at that of the parent process.
  package static var residentPeak: Int? {
    contents("/proc/self/status").flatMap { field("VmHWM:", in: $0) }.map { $0 << 10 }
  }

  private static func number(in path: String) -> Int? {
    guard let text = contents(path) else { return nil }
    return Int(text.prefix { $0.isNumber })
  }

  private static func field(_ name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return Int(line.dropFirst(name.count).drop(while: \.isWhitespace).prefix { $0.isNumber })
    }
    return nil
  }

  private static func contents(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let n = read(file, &bytes, bytes.count)
    guard n > 0 else { return nil }
    return String(decoding: bytes[..<n], as: UTF8.self)
  }
}

import CKernels

/// The processor of this machine, as far as matrix products are concerned.
package struct Processor: Equatable, Sendable {
  /// The widest vectors that it computes with and that the operating system saves.
  package enum Level: Int32, Comparable, Sendable {
    case sse, avx, avx2, avx512

    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  package var level: Level
  /// `GenuineIntel`, `AuthenticAMD`, …; empty on other architectures.
  package var vendor: String
  package var family: Int
  package var model: Int
  /// What it calls itself.
  package var name: String

  package init(level: Level, vendor: String, family: Int, model: Int, name: String = "") {
    self.level = level
    self.vendor = vendor
    self.family = family
    self.model = model
    self.name = name
  }

  package static let current = Processor(
    level: Level(rawValue: moco_processor_level()) ?? .sse, vendor: String(cString: moco_processor_vendor()),
    family: Int(moco_processor_family()), model: Int(moco_processor_model()),
    name: String(cString: moco_processor_name()).split(separator: " ").joined(separator: " "))

  package var isAMD: Bool { vendor == "AuthenticAMD" || vendor == "HygonGenuine" }

  /// For people: `AMD EPYC (AuthenticAMD family 25 model 17)`.
  package var text: String {
    vendor.isEmpty ? "not an x86 processor" : "\(name) (\(vendor) family \(family) model \(model))"
  }
}

import CKernels

/// The features of this machine's processor that affect matrix products.
package struct Processor: Equatable, Sendable {
  /// The widest vectors that it supports and that the operating system saves.
  package enum Level: Int32, Comparable, Sendable {
    case sse, avx, avx2, avx512

    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// The widest usable vectors; `sse` on processors that are not x86.
  package var level: Level
  /// `GenuineIntel`, `AuthenticAMD`, …; empty on other architectures.
  package var vendor: String
  /// The family number of the vendor, with the extended family added; 0 if there is none.
  package var family: Int
  /// The model number of the vendor, with the extended model as its upper bits; 0 if there is none.
  package var model: Int
  /// The name that it reports.
  package var name: String

  /// A processor by its properties, also one that this machine does not have.
  package init(level: Level, vendor: String, family: Int, model: Int, name: String = "") {
    self.level = level
    self.vendor = vendor
    self.family = family
    self.model = model
    self.name = name
  }

  /// The processor that this process runs on, queried once.
  package static let current = Processor(
    level: Level(rawValue: moco_processor_level()) ?? .sse, vendor: String(cString: moco_processor_vendor()),
    family: Int(moco_processor_family()), model: Int(moco_processor_model()),
    name: String(cString: moco_processor_name()).split(separator: " ").joined(separator: " "))

  /// Whether it is AMD's, or Hygon's, which builds AMD's design.
  package var isAMD: Bool { vendor == "AuthenticAMD" || vendor == "HygonGenuine" }

  /// For messages: `AMD EPYC (AuthenticAMD family 25 model 17)`.
  package var text: String {
    vendor.isEmpty ? "not an x86 processor" : "\(name) (\(vendor) family \(family) model \(model))"
  }
}

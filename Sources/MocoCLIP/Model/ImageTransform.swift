import MocoBase

/// The filters for resizing an image, with Pillow's names.
public enum ResampleFilter: String, Sendable, Hashable, CaseIterable {
  case nearest, lanczos, bilinear, bicubic, box, hamming

  /// By Pillow's number, 0 … 5.
  init?(pillow number: Int) {
    guard ResampleFilter.allCases.indices.contains(number) else { return nil }
    self = ResampleFilter.allCases[number]
  }
}

/// How an image of any size becomes the square input of a tower: a resize, then the centre, cropped or
/// padded.
///
/// S is the tower's side in pixels. The plain one is OpenAI's: the shorter side to S, then the centre.
public struct ImageTransform: Hashable, Sendable {
  /// How an image is resized before the crop.
  public enum Fit: Hashable, Sendable {
    /// The shorter side becomes this many pixels, nil for S; the other follows.
    case shortest(Int?)
    /// The longer side becomes S; the other follows, and is padded.
    case longest
    /// Both sides are given: the aspect ratio is not kept.
    case exact(width: Int, height: Int)
    /// No resize.
    case none
  }

  /// The resize, before the crop.
  public var fit: Fit = .shortest(nil)
  /// The filter of the resize.
  public var filter: ResampleFilter = .bicubic
  /// The value of padding: one value, or one per channel.
  public var fill: [UInt8] = [0]
  /// Whether an odd margin moves the crop towards the top left, as in transformers; torchvision rounds to the
  /// nearest even number.
  public var cropsDown = false

  /// A transform; without arguments OpenAI's.
  ///
  /// - Parameter fill: one value 0 … 255, or one per channel.
  public init(
    fit: Fit = .shortest(nil), filter: ResampleFilter = .bicubic, fill: [UInt8] = [0], cropsDown: Bool = false
  ) {
    self.fit = fit
    self.filter = filter
    self.fill = fill
    self.cropsDown = cropsDown
  }

  /// Whether an image of S × S pixels does not change.
  public func keeps(_ size: Int) -> Bool {
    switch fit {
    case .shortest(let side): side ?? size == size
    case .longest, .none: true
    case .exact(let width, let height): width == size && height == size
    }
  }

  /// Width and height of an image after the resize, before the crop. The caller has checked that they are
  /// not absurd.
  public func resizedSize(width: Int, height: Int, size: Int) -> (width: Double, height: Double) {
    switch fit {
    case .shortest(let side):
      let side = Double(side ?? size)
      let short = Double(min(width, height))
      let long = (side * Double(max(width, height)) / short).rounded(.down)
      return width <= height ? (side, long) : (long, side)
    case .longest:
      let ratio = max(Double(height) / Double(size), Double(width) / Double(size))
      return (
        max((Double(width) / ratio).rounded(.toNearestOrEven), 1),
        max((Double(height) / ratio).rounded(.toNearestOrEven), 1)
      )
    case .exact(let width, let height): return (Double(width), Double(height))
    case .none: return (Double(width), Double(height))
    }
  }

  /// A one-line description, such as `shorter side to 224 (bicubic), centre crop`.
  public func description(size: Int) -> String {
    let filled = "padded with \(fill.map { String($0) }.joined(separator: ", "))"
    switch fit {
    case .shortest(let side):
      let side = side ?? size
      return "shorter side resized to \(side) (\(filter.rawValue)), centre crop to \(size)×\(size)"
        + (side < size ? " \(filled)" : "")
    case .longest: return "longer side resized to \(size) (\(filter.rawValue)), \(filled) to \(size)×\(size)"
    case .exact(let width, let height):
      let squash = "resized to \(width)×\(height) (\(filter.rawValue))"
      return width == size && height == size ? squash : squash + ", centre crop to \(size)×\(size)"
    case .none: return "not resized, centre crop to \(size)×\(size), \(filled) where the image is smaller"
    }
  }
}

extension ImageTransform {
  /// Only the differences from the plain transform; nil if there are none.
  var json: Json? {
    var object = JsonObject()
    switch fit {
    case .shortest(nil): break
    case .shortest(let side): object["shortest"] = side.map { .int($0) }
    case .longest: object["fit"] = "longest"
    case .exact(let width, let height): object["exact"] = [.int(width), .int(height)]
    case .none: object["fit"] = "none"
    }
    if filter != .bicubic { object["filter"] = .string(filter.rawValue) }
    if fill != [0] { object["fill"] = .array(fill.map { .int(Int($0)) }) }
    if cropsDown { object["crops_down"] = true }
    return object.count == 0 ? nil : .object(object)
  }

  /// The fits without a number, by name.
  private enum PlainFit: String, CaseIterable {
    case longest, none
  }

  /// - Throws: E0605 for members that are unknown or of the wrong kind.
  init(_ reader: ConfigReader) throws {
    self.init()
    try reader.allow(["shortest", "fit", "exact", "filter", "fill", "crops_down"])
    if let side = try reader.int("shortest") { fit = .shortest(side) }
    if let sides = try reader.ints("exact") {
      guard sides.count == 2 else {
        throw Failure(
          "E0605", "\(reader.source): \(reader.path("exact")) has \(sides.count) sides",
          help: "write width and height")
      }
      fit = .exact(width: sides[0], height: sides[1])
    }
    switch try reader.choice("fit", PlainFit.self) {
    case .longest: fit = .longest
    case .none?: fit = .none
    case nil: break
    }
    filter = try reader.choice("filter", ResampleFilter.self) ?? .bicubic
    if let values = try reader.ints("fill") { fill = values.map { UInt8(clamping: $0) } }
    cropsDown = try reader.bool("crops_down") ?? false
  }

  /// - Throws: E0605 for sizes that are out of range, and a fill that does not match the channels.
  func validate(channels: Int) throws {
    let sides: [Int]
    switch fit {
    case .shortest(let side): sides = side.map { [$0] } ?? []
    case .exact(let width, let height): sides = [width, height]
    case .longest, .none: sides = []
    }
    guard sides.allSatisfy({ $0 > 0 && $0 <= 1 << 14 }), fill.count == 1 || fill.count == channels else {
      throw Failure(
        "E0605",
        "this is not a usable CLIP configuration: images cannot be resized to "
          + "\(sides.map { String($0) }.joined(separator: "×")) with a fill of \(fill.count) values",
        help: "use sides from 1 to 16384, and one fill value or one per channel")
    }
  }
}

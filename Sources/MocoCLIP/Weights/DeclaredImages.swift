import MocoBase

/// How a configuration prepares images, for a tower of a known size.
struct DeclaredImages {
  /// The options as they are in a file.
  enum Source {
    /// `preprocess_cfg` of open_clip_config.json.
    case openClip(ConfigReader)
    /// An image processor's options, as transformers writes them.
    case huggingFace(ConfigReader)
  }

  var transform = ImageTransform()
  var mean: [Float]
  var std: [Float]
  var notes: [String] = []

  /// - Parameter size: pixels of the tower's side.
  /// - Throws: E0605 for options that cannot be used.
  init(_ source: Source, size: Int, channels: Int) throws {
    mean = CLIPConfig.defaultMean(channels: channels)
    std = CLIPConfig.defaultStd(channels: channels)
    switch source {
    case .openClip(let reader): try readOpenClip(reader, size: size, channels: channels)
    case .huggingFace(let reader): try readProcessor(reader, size: size, channels: channels)
    }
  }

  // MARK: open_clip

  private mutating func readOpenClip(_ reader: ConfigReader, size: Int, channels: Int) throws {
    let section = ConfigSection.openClipPreprocess
    if let mean = try reader.channelValues("mean", channels: channels) { self.mean = mean }
    if let std = try reader.channelValues("std", channels: channels) { self.std = std }
    if reader.value("mean") != nil || reader.value("std") != nil {
      notes.append("mean and std from open_clip_config.json")
    }
    switch try reader.string("interpolation") {
    case "bicubic"?, "random"?, nil: break
    case "bilinear"?: transform.filter = .bilinear
    case let other?:
      throw section.refusal(
        reader, "interpolation", .string(other), "set it to bicubic or bilinear, the only values in open_clip"
      )
    }
    switch try reader.string("resize_mode") {
    case "shortest"?, nil: break
    case "longest"?: transform.fit = .longest
    case "squash"?: transform.fit = .exact(width: size, height: size)
    case let other?:
      throw section.refusal(
        reader, "resize_mode", .string(other),
        "set it to shortest, longest or squash, the only values in open_clip")
    }
    let fill = try readFill(reader, section, channels: channels)
    if transform.fit == .longest { transform.fill = fill }
    if let declared = try reader.side("size"), declared != size {
      notes.append(
        "preprocess_cfg.size \(declared) is ignored; the image tower's size \(size) is used, as in open_clip")
    }
    if transform != ImageTransform() { notes.append("images: \(transform.description(size: size))") }
  }

  private func readFill(_ reader: ConfigReader, _ section: ConfigSection, channels: Int) throws -> [UInt8] {
    guard let value = reader.value("fill_color") else { return [0] }
    let numbers = value.arrayValue ?? [value]
    let bytes = numbers.compactMap { $0.intValue.flatMap { UInt8(exactly: $0) } }
    guard bytes.count == numbers.count, bytes.count == 1 || bytes.count == channels else {
      throw section.refusal(
        reader, "fill_color", value, "use an integer from 0 to 255, or one per channel")
    }
    return Set(bytes).count == 1 ? [bytes[0]] : bytes
  }

  // MARK: transformers

  private mutating func readProcessor(_ reader: ConfigReader, size: Int, channels: Int) throws {
    let section = ConfigSection.imageProcessor
    let file = FileSystem.name(of: reader.source)
    if let type = try reader.string("image_processor_type"), !DeclaredImages.isClips(type) {
      throw section.refusal(
        reader, "image_processor_type", .string(type),
        "use a CLIPImageProcessor: other processors have other defaults")
    }
    let square = [size, size]
    if try reader.bool("do_center_crop") ?? true {
      // An odd margin is halved downwards.
      transform.cropsDown = true
      if let crop = try DeclaredImages.sides(reader, "crop_size"), crop != .both(width: size, height: size) {
        throw section.refusal(
          reader, "crop_size", reader.value("crop_size") ?? .null,
          "set it to {\"height\": \(size), \"width\": \(size)}, the size of the image tower")
      }
      transform.fit = try fit(reader, section)
    } else {
      transform.fit = try fit(reader, section)
      guard transform.fit == .exact(width: size, height: size) else {
        throw section.refusal(
          reader, "do_center_crop", false,
          "set size to {\"height\": \(square[0]), \"width\": \(square[1])}, or do_center_crop to true: "
            + "the image tower expects \(size)×\(size) pixels")
      }
    }
    if case .shortest(size) = transform.fit { transform.fit = .shortest(nil) }
    if size != 224, reader.value("size") == nil || reader.value("crop_size") == nil, transform.fit != .none {
      notes.append("sizes missing in \(file) are the image tower's \(size), not transformers' default of 224")
    }
    try readNormalization(reader, section, file: file, channels: channels)
    var plain = ImageTransform()
    plain.cropsDown = true
    if transform != plain { notes.append("images: \(transform.description(size: size))") }
  }

  /// The processors whose defaults are CLIP's.
  private static func isClips(_ type: String) -> Bool {
    [
      "CLIPImageProcessor", "CLIPFeatureExtractor", "ChineseCLIPImageProcessor",
      "ChineseCLIPFeatureExtractor",
    ]
    .contains { type == $0 || type == $0 + "Fast" || type == $0 + "Pil" }
  }

  /// The possible values of `size` and `crop_size`.
  private enum Sides: Equatable {
    case shortest(Int)
    case both(width: Int, height: Int)
  }

  private static func sides(_ reader: ConfigReader, _ key: String) throws -> Sides? {
    guard let value = reader.value(key) else { return nil }
    if let number = value.intValue {
      let isSquare = try key == "crop_size" || reader.bool("default_to_square") ?? false
      return isSquare ? .both(width: number, height: number) : .shortest(number)
    }
    if value.arrayValue != nil, let list = try reader.ints(key), list.count == 2 {
      return .both(width: list[1], height: list[0])
    }
    let record = try ConfigReader(value, source: reader.source, name: reader.path(key))
    let keys = Set(record.object.keys.filter { record.value($0) != nil })
    if keys == ["height", "width"] {
      return .both(width: try record.required("width"), height: try record.required("height"))
    }
    if keys == ["shortest_edge"], key == "size" { return .shortest(try record.required("shortest_edge")) }
    throw ConfigSection.imageProcessor.refusal(
      reader, key, value,
      key == "size" ? "write only shortest_edge, or height and width" : "write height and width")
  }

  private mutating func fit(_ reader: ConfigReader, _ section: ConfigSection) throws -> ImageTransform.Fit {
    let number = try reader.int("resample") ?? 3
    guard let filter = ResampleFilter(pillow: number) else {
      throw section.refusal(
        reader, "resample", .int(number),
        "use 0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic), 4 (box) or 5 (hamming)")
    }
    guard try reader.bool("do_resize") ?? true else { return .none }
    transform.filter = filter
    switch try DeclaredImages.sides(reader, "size") {
    case nil: return .shortest(nil)
    case .shortest(let side)?: return .shortest(side)
    case .both(let width, let height)?: return .exact(width: width, height: height)
    }
  }

  /// Scale, mean and std become one mean and one std for pixels in [0, 1].
  private mutating func readNormalization(
    _ reader: ConfigReader, _ section: ConfigSection, file: String, channels: Int
  ) throws {
    let scales = try reader.bool("do_rescale") ?? true
    let factor = try scales ? reader.double("rescale_factor") ?? 1 / 255.0 : 1
    guard factor > 0, factor.isFinite else {
      throw section.refusal(reader, "rescale_factor", .double(factor), "use a number above 0, such as 1/255")
    }
    if try reader.bool("do_normalize") ?? true {
      if let mean = try reader.channelValues("image_mean", channels: channels) { self.mean = mean }
      if let std = try reader.channelValues("image_std", channels: channels) { self.std = std }
      if reader.value("image_mean") != nil || reader.value("image_std") != nil {
        notes.append("mean and std from \(file)")
      }
    } else {
      mean = [Float](repeating: 0, count: channels)
      std = [Float](repeating: 1, count: channels)
      notes.append("do_normalize is false in \(file): mean 0 and std 1")
    }
    let scale = factor * 255
    guard abs(scale - 1) > 1e-9 else { return }
    mean = mean.map { Float(Double($0) / scale) }
    std = std.map { Float(Double($0) / scale) }
    notes.append(
      "pixels are multiplied by \(Float(factor).description), not by 1/255 (\(file)); this is included in mean and std"
    )
  }
}

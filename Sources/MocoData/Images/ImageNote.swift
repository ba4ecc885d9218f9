import CImageCodecs

/// What was assumed of an image, or left aside, when its file was read.
public enum ImageNote: Sendable, Hashable, Comparable {
  case gray16Scaled
  case gray16Clipped
  case deepColor
  case alphaDropped
  case ink
  case firstFrame
  case whiteIsZero
  case orientationIgnored
  case orientationApplied
  case gammaIgnored
  case profileIgnored

  /// In a line.
  public var text: String {
    switch self {
    case .gray16Scaled:
      "16-bit grey scaled to 8 bits (value · 255 / 65535, rounded; grey16: \"clip\" is Pillow's way)"
    case .gray16Clipped: "16-bit grey clipped at 255, as Pillow does"
    case .deepColor: "16-bit colours cut to their high byte"
    case .alphaDropped: "alpha dropped: the colours under transparent pixels show"
    case .ink: "CMYK converted without a profile, as Pillow does"
    case .firstFrame: "the first of several frames or pages"
    case .whiteIsZero: "16-bit grey that counts from white, turned round (Pillow does not)"
    case .orientationIgnored: "the EXIF orientation ignored, as the published preprocessing does"
    case .orientationApplied: "turned as the TIFF's orientation says"
    case .gammaIgnored: "a gamma other than sRGB's ignored"
    case .profileIgnored: "a colour profile other than sRGB ignored"
    }
  }

  static func of(_ decoded: moco_image, clips: Bool) -> [ImageNote] {
    var notes: [ImageNote] = []
    func has(_ note: moco_image_note) -> Bool { decoded.notes & note.rawValue != 0 }
    if decoded.form == MOCO_FORM_GREY16.rawValue {
      notes.append(clips ? .gray16Clipped : .gray16Scaled)
      if has(MOCO_NOTE_WHITE_IS_ZERO), !clips { notes.append(.whiteIsZero) }
    }
    if has(MOCO_NOTE_DEEP) { notes.append(.deepColor) }
    if has(MOCO_NOTE_ALPHA) { notes.append(.alphaDropped) }
    if decoded.form == MOCO_FORM_CMYK.rawValue { notes.append(.ink) }
    if decoded.frames > 1 { notes.append(.firstFrame) }
    if has(MOCO_NOTE_ORIENTATION) { notes.append(.orientationIgnored) }
    if has(MOCO_NOTE_TURNED) { notes.append(.orientationApplied) }
    if has(MOCO_NOTE_GAMMA) { notes.append(.gammaIgnored) }
    if has(MOCO_NOTE_PROFILE) { notes.append(.profileIgnored) }
    return notes
  }

  /// "3 images: alpha dropped: …", a line a note, in a fixed order.
  public static func summary(_ notes: [[ImageNote]]) -> [String] {
    var counts: [ImageNote: Int] = [:]
    for note in notes.joined() { counts[note, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { note, count in
      "\(count) image\(count == 1 ? "" : "s"): \(note.text)"
    }
  }
}

import CImageCodecs

/// An assumption about an image file, or a property that was ignored.
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

  /// In one line.
  public var text: String {
    switch self {
    case .gray16Scaled:
      "16-bit grey scaled to 8 bits (value · 255 / 65535, rounded; grey16: \"clip\" does it as Pillow)"
    case .gray16Clipped: "16-bit grey clipped at 255, as in Pillow"
    case .deepColor: "16-bit colours reduced to their high byte"
    case .alphaDropped: "alpha ignored: the colours under transparent pixels are used"
    case .ink: "CMYK converted without a profile, as in Pillow"
    case .firstFrame: "only the first of several frames or pages is used"
    case .whiteIsZero: "16-bit grey where 0 is white, inverted (Pillow does not)"
    case .orientationIgnored: "EXIF orientation ignored, as in the published preprocessing"
    case .orientationApplied: "rotated by the TIFF orientation"
    case .gammaIgnored: "gamma other than sRGB's ignored"
    case .profileIgnored: "colour profile other than sRGB ignored"
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

  /// "3 images: alpha dropped: …", one line per note, in a fixed order.
  public static func summary(_ notes: [[ImageNote]]) -> [String] {
    var counts: [ImageNote: Int] = [:]
    for note in notes.joined() { counts[note, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { note, count in
      "\(count) image\(count == 1 ? "" : "s"): \(note.text)"
    }
  }
}

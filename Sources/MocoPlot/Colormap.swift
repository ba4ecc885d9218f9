import MocoDocument

/// A mapping from numbers 0…1 to colours.
struct Colormap: Sendable {
  let stops: [Color]

  /// Light to dark, for paper.
  static let paper = Colormap(stops: [0xf4f7f5, 0xc5e1d8, 0x74b9b3, 0x2c7f92, 0x163d5c].map { Color($0) })
  /// Dark to light, for terminals: small values recede into the background.
  static let terminal = Colormap(
    stops: [0x1c2530, 0x1d4a5d, 0x1f7f86, 0x5dbb98, 0xf2e694].map { Color($0) })
  /// Negative, zero, positive; for paper.
  static let paperSigned = Colormap(
    stops: [0x1f5a8c, 0x8fb9d6, 0xf6f5f2, 0xeeb184, 0xb14a12].map { Color($0) })
  static let terminalSigned = Colormap(
    stops: [0x6bb4ee, 0x2a6494, 0x23272e, 0x9a5420, 0xf7a35c].map { Color($0) })

  func callAsFunction(_ t: Double) -> Color {
    guard t.isFinite, let first = stops.first else { return stops.first ?? Color(0) }
    let place = min(max(t, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), max(stops.count - 2, 0))
    guard stops.count > 1 else { return first }
    return stops[index].mixed(with: stops[index + 1], place - Double(index))
  }
}

/// Colours for series, on paper and on a dark or light terminal.
enum Palette {
  static let paper: [Color] = [
    0x1f6f8b, 0xd9701e, 0x3a8f5c, 0xb03a63, 0x6f56a6, 0x8a6a1f, 0x4b5563, 0x0f9aa7,
  ].map { Color($0) }
  static let terminal: [Color] = [
    0x4fb3d0, 0xf0954a, 0x62bd85, 0xe0709a, 0xa08be0, 0xcfae56, 0x9aa5b1, 0x40d0d8,
  ].map { Color($0) }

  static func paper(_ index: Int) -> Color { paper[index % paper.count] }
  static func terminal(_ index: Int) -> Color { terminal[index % terminal.count] }
}

// The names of the parts of stored documents.

extension Document.Run.Style {
  static let stored: [(name: String, style: Self)] = [
    ("plain", .plain), ("emphasis", .emphasis), ("strong", .strong), ("code", .code), ("literal", .literal),
    ("number", .number), ("label", .label), ("title", .title), ("error", .error), ("muted", .muted),
  ]

  var storedName: String {
    if case .color(let color) = self { return color.hex }
    return Self.stored.first { $0.style == self }?.name ?? "plain"
  }

  init?(storedName name: String) {
    if let color = Color(hex: name) {
      self = .color(color)
    } else if let known = Self.stored.first(where: { $0.name == name }) {
      self = known.style
    } else {
      return nil
    }
  }
}

extension Document.Text.Overflow {
  var storedName: String {
    switch self {
    case .wrap(let hanging): "wrap \(hanging)"
    case .wrapAndCut(let hanging): "wrap and cut \(hanging)"
    case .cut: "cut"
    case .keep: "keep"
    }
  }

  init?(storedName name: String) {
    func hanging(_ lead: String) -> Int? {
      guard name.hasPrefix(lead), let count = Int(name.dropFirst(lead.count)), (0...1000).contains(count)
      else { return nil }
      return count
    }
    if name == "cut" {
      self = .cut
    } else if name == "keep" {
      self = .keep
    } else if let count = hanging("wrap and cut ") {
      self = .wrapAndCut(hanging: count)
    } else if let count = hanging("wrap ") {
      self = .wrap(hanging: count)
    } else {
      return nil
    }
  }
}

extension Document.Table.Kind {
  static let stored: [(name: String, value: Self)] = [
    ("records", .records), ("matrix", .matrix), ("words", .words),
  ]
}

extension Document.Table.Alignment {
  static let stored: [(name: String, value: Self)] = [
    ("leading", .leading), ("center", .center), ("trailing", .trailing),
  ]
}

extension Document.Table.Cell.Kind {
  static let stored: [(name: String, value: Self)] = [
    ("text", .text), ("number", .number), ("missing", .missing), ("left out", .leftOut), ("header", .header),
  ]
}

extension Document.List.Marker {
  static let stored: [(name: String, value: Self)] = [
    ("none", .none), ("bullet", .bullet), ("number", .number),
  ]
}

extension Document.Collection.Kind {
  static let stored: [(name: String, value: Self)] = [
    ("list", .list), ("numbers", .numbers), ("record", .record),
  ]
}

extension Color {
  /// The color of `#rrggbb`; nil for any other text.
  package init?(hex text: String) {
    guard text.utf8.count == 7, text.utf8.first == UInt8(ascii: "#"),
      text.utf8.dropFirst().allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let number = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    self.init(number)
  }
}

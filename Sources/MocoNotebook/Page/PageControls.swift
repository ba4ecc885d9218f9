import MocoBase
import MocoDocument
import MocoLang
import MocoSession

/// The controls of a cell as HTML, for exported and served pages.
///
/// Each control is an element with a label that is accessible by keyboard. It is `disabled` until a script enables it, and has
/// `data-control` with the control's name. The value to set is the element's `value`, for a checkbox `true` or `false`.
public enum PageControls {
  /// The controls of one cell; empty for none.
  ///
  /// - Parameter cell: its index, for identifiers.
  public static func html(_ controls: [Control], cell: Int) -> String {
    guard !controls.isEmpty else { return "" }
    var text = "<div class=\"controls\" data-cell=\"\(cell)\">\n"
    for (place, control) in controls.enumerated() {
      text += html(control, id: "control-\(cell)-\(place)")
    }
    return text + "</div>\n"
  }

  private static func html(_ control: Control, id: String) -> String {
    let name = HTMLText.escaped(control.name)
    let words = control.label.isEmpty ? "<code>\(name)</code>" : HTMLText.escaped(control.label)
    let common = "id=\"\(id)\" data-control=\"\(name)\" disabled"
    switch control.kind {
    case .slider(let steps):
      let last = steps.text(at: steps.count - 1)
      let range =
        "min=\"\(steps.text(at: 0))\" max=\"\(last)\" step=\"\(distance(steps))\" value=\"\(control.value)\""
      return """
        <p><label for="\(id)">\(words)</label> <input type="range" \(common) autocomplete="off" \(range)> \
        <output for="\(id)" data-value="\(name)">\(control.value)</output></p>

        """
    case .choice(let options):
      var text = "<p><label for=\"\(id)\">\(words)</label> <select \(common) autocomplete=\"off\">\n"
      for option in options {
        text += self.option(option, option, isSelected: option == control.value)
      }
      return text + "</select></p>\n"
    case .toggle:
      let checked = control.value == "true" ? " checked" : ""
      return
        "<p><input type=\"checkbox\" \(common) autocomplete=\"off\"\(checked)> <label for=\"\(id)\">\(words)</label></p>\n"
    case .text:
      return """
        <p><label for="\(id)">\(words)</label> <input type="text" \(common) autocomplete="off" \
        value="\(HTMLText.escaped(control.value))"></p>

        """
    case .pictures(let pictures): return html(pictures, control, words, id)
    }
  }

  /// Radio buttons with pictures; a list of words if there are too many pictures.
  private static func html(
    _ pictures: [Control.Picture], _ control: Control, _ words: String, _ id: String
  ) -> String {
    let name = HTMLText.escaped(control.name)
    func label(_ place: Int) -> String {
      pictures[place].label.isEmpty ? String(place) : "\(place): \(pictures[place].label)"
    }
    guard pictures.contains(where: { $0.image != nil }) else {
      var text =
        "<p><label for=\"\(id)\">\(words)</label> <select id=\"\(id)\" data-control=\"\(name)\" disabled autocomplete=\"off\">\n"
      for place in pictures.indices {
        text += option(String(place), label(place), isSelected: String(place) == control.value)
      }
      return text + "</select></p>\n"
    }
    var text = "<fieldset>\n<legend>\(words)</legend>\n"
    for (place, picture) in pictures.enumerated() {
      let checked = String(place) == control.value ? " checked" : ""
      let shown = HTMLText.escaped(label(place))
      text += """
        <label><input type="radio" name="\(id)" value="\(place)" data-control="\(name)" disabled autocomplete="off"\(checked)>\
        \(picture.image.map { image($0) } ?? "")<span>\(shown)</span></label>

        """
    }
    return text + "</fieldset>\n"
  }

  /// A picture with its words next to it.
  private static func image(_ image: Document.Image) -> String {
    "<img alt=\"\" src=\"\(image.dataURI)\" width=\"\(image.width)\" height=\"\(image.height)\">"
  }

  private static func option(_ value: String, _ words: String, isSelected: Bool) -> String {
    "<option value=\"\(HTMLText.escaped(value))\"\(isSelected ? " selected" : "")>\(HTMLText.escaped(words))</option>\n"
  }

  /// The step of a slider, for its attribute.
  private static func distance(_ steps: Control.Steps) -> String {
    steps.isWhole ? NumberText.whole(steps.step) : NumberText.float(steps.step)
  }

  /// The notice of a page about fixed controls; empty if there are none.
  ///
  /// - Parameter states: the active controls.
  public static func notice(_ records: [Int: CellRecord], _ states: PageStates?) -> String {
    let all = records.sorted { $0.key < $1.key }.flatMap(\.value.controls)
    let moved = Set(states?.values.map(\.name) ?? [])
    let fixed = all.filter { !moved.contains($0.name) }
    guard !fixed.isEmpty else { return "" }
    if moved.isEmpty { return "The controls of this page are fixed at the values from when it was written." }
    let names = fixed.map(\.name).joined(separator: ", ")
    return
      "\(names) \(fixed.count == 1 ? "is fixed at the value" : "are fixed at the values") from when the page was written."
  }

  /// The notice of a page without JavaScript.
  static let needsScript =
    "<noscript>\n<p class=\"notice\">The controls of this page need JavaScript. Without it, the page shows their initial values.</p>\n</noscript>\n"
}

extension CellRecord {
  /// The controls of the cell as lines of text.
  var controlLines: String { controls.map { TerminalText.safe($0.line) + "\n" }.joined() }
}

extension NumberText {
  /// An integer without a decimal point.
  fileprivate static func whole(_ value: Double) -> String { String(Int(exactly: value) ?? 1) }
}

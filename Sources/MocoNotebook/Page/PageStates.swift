import MocoBase

/// The outputs of a page's cells for each value of its controls, and the script that switches them.
public struct PageStates {
  /// The values of each control, in the form of `--set`, by control name.
  public var values: [(name: String, values: [String])]
  /// The states of cells, by index.
  public var cells: [Int: Cell]
  /// The outputs of cells as HTML, without duplicates.
  public var outputs: [String]

  /// The states of one cell.
  public struct Cell {
    /// The names of the controls that it depends on.
    public var controls: [String]
    /// Indices of `outputs` for each combination of values; the last control varies fastest.
    public var places: [Int]
  }

  /// The script's data, and the script. No text of a program can close the element that contains it.
  var html: String {
    let data = Json.object(
      JsonObject([
        ("values", .object(JsonObject(values.map { ($0.name, .array($0.values.map { .string($0) })) }))),
        (
          "cells",
          .object(
            JsonObject(
              cells.sorted { $0.key < $1.key }.map { index, cell in
                (
                  String(index),
                  .object(
                    JsonObject([
                      ("controls", .array(cell.controls.map { .string($0) })),
                      ("places", .array(cell.places.map { .int($0) })),
                    ]))
                )
              }))
        ),
        ("outputs", .array(outputs.map { .string($0) })),
      ])
    ).serialized()
    return """
      <script type="application/json" id="moco-states">\(PageStates.withoutMarkup(data))</script>
      <script>
      \(PageStates.script)
      </script>

      """
  }

  /// JSON that cannot close the element that contains it, or start a comment or a script in it.
  static func withoutMarkup(_ json: String) -> String {
    let bytes = Array(json.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 16)
    for (place, byte) in bytes.enumerated() {
      guard byte == UInt8(ascii: "<"), place + 1 < bytes.count else {
        // The slash of an end tag is escaped, which does not change the JSON value.
        if byte == UInt8(ascii: "/"), place > 0, bytes[place - 1] == UInt8(ascii: "<") { result.append(UInt8(ascii: "\\")) }
        result.append(byte)
        continue
      }
      let isDangerous = [UInt8(ascii: "!"), UInt8(ascii: "s"), UInt8(ascii: "S")].contains(bytes[place + 1])
      let isShort = isDangerous && bytes[place + 1] != UInt8(ascii: "!") && place + 2 < bytes.count
        && bytes[place + 2] | 0x20 != UInt8(ascii: "c")
      if isDangerous, !isShort { result += Array("\\u003c".utf8) } else { result.append(byte) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Enables the controls, and shows the outputs for their values.
  static let script = """
    (() => {
      const data = JSON.parse(document.getElementById("moco-states").textContent);
      const controls = [...document.querySelectorAll("[data-control]")].filter((e) => data.values[e.dataset.control]);
      const outputs = [...document.querySelectorAll("output[data-value]")];
      const chosen = {}, shown = {};
      const read = (element) => {
        if (element.type === "radio" && !element.checked) return;
        const name = element.dataset.control, values = data.values[name];
        const value = element.type === "checkbox" ? String(element.checked) : element.value;
        let place = values.indexOf(value);
        if (place < 0) place = values.findIndex((other) => Math.abs(other - value) < 1e-9);
        if (place >= 0) chosen[name] = place;
        for (const output of outputs) if (output.dataset.value === name) output.value = values[chosen[name]];
      };
      const show = () => {
        for (const [index, cell] of Object.entries(data.cells)) {
          const at = cell.controls.reduce((sum, name) => sum * data.values[name].length + chosen[name], 0);
          const place = cell.places[at];
          if (shown[index] === place) continue;
          const element = document.getElementById("outputs-" + index);
          element.innerHTML = data.outputs[place];
          shown[index] = place;
        }
      };
      for (const element of controls) {
        element.disabled = false;
        element.addEventListener("input", () => { read(element); show(); });
        read(element);
      }
      show();
    })();
    """
}

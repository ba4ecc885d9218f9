/// Text that was UTF-8 and was read as Windows-1252 or Latin-1: `café` for `cafÃ©`.
package enum Mojibake {
  /// The original text, if this looks like mojibake; nil otherwise.
  ///
  /// Every run of characters of those encodings is converted back into bytes. If these are UTF-8 beyond
  /// ASCII, the text was probably decoded with the wrong encoding. A replacement character marks lost text, and stays.
  package static func repaired(_ text: String) -> String? {
    var result = ""
    var run: [UInt8] = []
    var pending = ""
    var isFound = text.unicodeScalars.contains("\u{FFFD}")
    func flush() {
      if run.contains(where: { $0 >= 0x80 }), let decoded = String(validating: run, as: UTF8.self) {
        result += decoded
        isFound = true
      } else {
        result += pending
      }
      run = []
      pending = ""
    }
    for scalar in text.unicodeScalars {
      if let byte = Windows1252.byte(scalar) {
        run.append(byte)
        pending.unicodeScalars.append(scalar)
      } else {
        flush()
        result.unicodeScalars.append(scalar)
      }
    }
    flush()
    return isFound ? result : nil
  }
}

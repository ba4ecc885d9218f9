/// Text that was UTF-8 and was read as Windows-1252 or Latin-1: `café` for `cafÃ©`.
package enum Mojibake {
  /// What a text was before, if it looks so; nil otherwise.
  ///
  /// Every stretch of signs that those alphabets have is turned back into bytes. One that is UTF-8 then, beyond
  /// ASCII, was hardly meant as it stands. A replacement sign says that something is lost for good, and stays.
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

import CProcess
import MocoBase
import MocoLang

#if canImport(Glibc)
  import Glibc
#endif

extension SessionCommand {
  static let edit = SessionCommand(
    "edit", "[FILE]", "opens the last block, or a file, in $EDITOR and runs the result",
    completion: .path
  ) { session, argument in
    session.edit(argument)
  }
}

extension Session {
  fileprivate func edit(_ path: String) {
    var file = expanded(path)
    let isTemporary = path.isEmpty
    if isTemporary {
      var pattern = Array(((ProcessEnvironment.value("TMPDIR") ?? "/tmp") + "/moco-XXXXXX.moco").utf8CString)
      guard pattern.withUnsafeMutableBufferPointer({ cp_temporary($0.baseAddress, 5) }) else {
        complain("cannot create a temporary file\n")
        return
      }
      file = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      try? AtomicFile.write((inputs.last ?? "") + "\n", to: file)
    }
    defer { if isTemporary { unlink(file) } }
    delegate.flush()
    let before = try? FileSystem.readText(file).trimmed
    guard let (editor, status) = delegate.edit(file: file) else {
      return complain("no editor is available here; edit the file in your own editor, and %load it\n")
    }
    guard status == 0 else { return complain("\(editor) ended with status \(status); nothing was run\n") }
    guard let text = read(file, for: "edit")?.trimmed, !text.isEmpty else {
      return complain("the edited file is empty; nothing was run\n")
    }
    if isTemporary, text == before { return say("nothing changed, nothing was run\n") }
    history.append(text)
    delegate.show(source: text, margin: "", hang: 0)
    runCell(cell: text)
  }
}

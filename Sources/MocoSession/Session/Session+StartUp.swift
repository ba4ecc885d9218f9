import MocoBase
import MocoLang

extension Session {
  /// Runs the start-up file, if there is one. Errors in it are shown, and the session continues.
  public func runStartUpFile() {
    guard let path = StartUpFile.path(), FileSystem.kind(path) == .file else { return }
    fitToFrontEnd()
    let text: String
    do { text = try FileSystem.readText(path) } catch { return report(error) }
    startUpPath = path
    for part in StartUpFile.parts(text, interpreter.dialect) {
      switch part {
      case .command(let line): command(line)
      case .block(let block): runQuietly(block, name: path)
      }
    }
  }
}

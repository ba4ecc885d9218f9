import MocoBase
import MocoLang

#if canImport(Glibc)
  import Glibc
#endif

extension SessionCommand {
  static let cd = SessionCommand(
    "cd", "FOLDER", "changes the folder that paths are relative to", completion: .path
  ) { session, argument in
    session.changeFolder(argument)
  }

  static let pwd = SessionCommand("pwd", "", "shows the folder that paths are relative to") { session, _ in
    session.say(session.currentFolder() + "\n")
  }
}

extension Session {
  /// A path with `~` for the home folder.
  package func expanded(_ path: String) -> String {
    if path == "~" || path.hasPrefix("~/"), let home = ProcessEnvironment.value("HOME") {
      return home + path.dropFirst()
    }
    return path
  }

  fileprivate func changeFolder(_ path: String) {
    guard
      let target = path == "-"
        ? folderBefore : path.isEmpty ? ProcessEnvironment.value("HOME") ?? "/" : expanded(path)
    else {
      return complain("no previous folder\n")
    }
    let here = currentFolder()
    if chdir(target) != 0 {
      complain("\(target): \(String(cString: strerror(errno)))\n")
    } else {
      folderBefore = here
      say(currentFolder() + "\n")
    }
  }

  fileprivate func currentFolder() -> String {
    guard let name = getcwd(nil, 0) else { return "." }
    defer { free(name) }
    return String(cString: name)
  }
}

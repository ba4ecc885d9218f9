import MocoBase

extension EditorWords {
  /// The files that an editor needs, by their names in its folder.
  ///
  /// - Parameters:
  ///   - program: the path of moco, which the files start.
  ///   - version: that of moco.
  package func files(
    for editor: EditorKind, program: String, version: String
  ) -> [(name: String, text: String)] {
    switch editor {
    case .vscode:
      visualStudioCode(program: program, version: version).map {
        ("moco.moco-\(version)/\($0.name)", $0.text)
      }
    case .vim: vimFiles(program: program)
    case .neovim: vimFiles(program: program) + neovimFiles(program: program)
    case .emacs: [("moco-mode.el", emacs(program: program, version: version))]
    case .helix: [("languages.toml", helix(program: program))]
    case .pygments: pygmentsFiles(version: version)
    }
  }

  private func helix(program: String) -> String {
    """
    # The language moco. Lines of your own can stand here too.

    [language-server.moco]
    command = \(Quoted.json(program))
    args = ["lsp"]

    [[language]]
    name = "moco"
    scope = "source.moco"
    injection-regex = "moco"
    file-types = ["moco"]
    comment-token = "//"
    indent = { tab-width = 2, unit = "  " }
    language-servers = ["moco"]

    """
  }
}

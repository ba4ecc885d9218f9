import MocoBase

/// An editor that `moco editor install` sets up.
package enum EditorKind: String, CaseIterable {
  case vscode, vim, neovim, emacs, helix, pygments

  /// As people write it.
  package var title: String {
    switch self {
    case .vscode: "VS Code"
    case .vim: "Vim"
    case .neovim: "Neovim"
    case .emacs: "Emacs"
    case .helix: "Helix"
    case .pygments: "Pygments"
    }
  }

  /// The folder in which the editor looks, of this user.
  ///
  /// - Throws: E0504 where there is no home, and for Pygments where no environment of Python is active.
  package func home() throws -> String {
    func variable(_ name: String) -> String? {
      ProcessEnvironment.value(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let home = variable("HOME") else {
      throw Failure("E0504", "there is no home folder", help: "give a folder: --to DIR")
    }
    switch self {
    case .vscode: return home + "/.vscode/extensions"
    case .vim: return home + "/.vim/pack/moco/start/moco"
    case .neovim:
      return (variable("XDG_DATA_HOME") ?? home + "/.local/share") + "/nvim/site/pack/moco/start/moco"
    case .emacs: return (variable("XDG_DATA_HOME") ?? home + "/.local/share") + "/emacs/site-lisp/moco"
    case .helix: return (variable("XDG_CONFIG_HOME") ?? home + "/.config") + "/helix"
    case .pygments:
      guard let place = variable("VIRTUAL_ENV") ?? variable("CONDA_PREFIX") else {
        throw Failure(
          "E0504", "no environment of Python is active",
          help: "give one: moco editor install pygments --to .venv")
      }
      return place
    }
  }

  /// What to do next, a line each.
  ///
  /// - Parameter folder: where the files are.
  package func nextSteps(in folder: String) -> [String] {
    // Editors load a package in their own folder, and in any folder pack/*/start, by themselves.
    let isFound = (try? home()) == folder || folder.contains("/pack/") && folder.contains("/start/")
    let steps = isFound ? [] : stepsElsewhere(folder)
    return switch self {
    case .vscode:
      [
        "restart VS Code and open a file with the ending .moco",
        "if VS Code does not list the extension moco, install it as a package:",
        "  moco editor install vscode --to moco.vsix && code --install-extension moco.vsix",
      ]
    case .vim:
      steps + [
        "restart Vim; :make checks the file that you edit, and :copen lists what was found",
        "if nothing has a color, put these lines into ~/.vimrc: filetype plugin indent on, syntax on",
      ]
    case .neovim:
      steps + ["restart Neovim; in a file with the ending .moco, :checkhealth vim.lsp names the server moco"]
    case .emacs:
      [
        "put these lines into your init file (~/.emacs.d/init.el or ~/.config/emacs/init.el):",
        "  (add-to-list 'load-path \(Quoted.lisp(folder)))",
        "  (require 'moco-mode)",
        "then restart Emacs; M-x eglot starts the language server",
      ]
    case .helix:
      steps + [
        "restart Helix; hx --health moco says whether it finds the server",
        "Helix colors with tree-sitter, and there is no such grammar of moco: code stays plain",
      ]
    case .pygments: ["pygmentize -l moco FILE colors a program"]
    }
  }

  /// What an editor needs to find files outside its own folder.
  private func stepsElsewhere(_ folder: String) -> [String] {
    switch self {
    case .vim:
      // `:set` reads a space and a comma in a value only behind backslashes.
      let path = folder.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ").replacing(
        ",", with: "\\\\,")
      return ["put this line at the top of ~/.vimrc:", "  set runtimepath+=\(path)"]
    case .neovim:
      let path = Quoted.json(folder.replacing(",", with: "\\,"))
      return [
        "put this line at the top of ~/.config/nvim/init.lua:", "  vim.opt.runtimepath:append(\(path))",
      ]
    case .helix:
      return ["copy the lines of \(folder)/languages.toml into ~/.config/helix/languages.toml"]
    case .vscode, .emacs, .pygments: return []
    }
  }
}

/// Texts in quotation marks, as the files of editors want them.
enum Quoted {
  /// JSON, TOML and Lua read this form.
  static func json(_ text: String) -> String { Json.string(text).serialized() }
  static func lisp(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
  static func vim(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}

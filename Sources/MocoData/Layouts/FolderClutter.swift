/// Files that programs and systems leave in folders.
enum FolderClutter {
  private static let names: Set<String> = [
    "__macosx", ".ds_store", ".appledouble", ".fseventsd", ".spotlight-v100", ".trashes", ".localized",
    ".temporaryitems", ".documentrevisions-v100", "icon\r", "network trash folder",
    "@eadir", "@tmp", "@synoresource", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", ".@__thumb",
    "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "recycler",
    "lost+found", ".directory", ".trash", ".thumbnails", ".nomedia", ".picasa.ini", "picasa.ini",
    ".ipynb_checkpoints", "__pycache__", ".git", ".gitignore", ".gitattributes", ".gitkeep", ".gitmodules",
    ".svn",
    ".hg", ".dvc", ".dvcignore", ".cache", ".idea", ".vscode", ".keep", ".stfolder", ".sync",
  ]

  /// Whether a name is such a file, not data.
  static func holds(_ name: String) -> Bool {
    let lower = name.lowercased()
    return lower.hasPrefix("._") || lower.hasPrefix(".trash-") || lower.hasPrefix(".nfs")
      || names.contains(lower)
  }
}

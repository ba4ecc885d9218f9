import MocoBase

extension EditorWords {
  /// The extension of VS Code, by the names in its folder.
  func visualStudioCode(program: String, version: String) -> [(name: String, text: String)] {
    let about =
      "Programs of the moco language: colors, errors while you type, completion, help and formatting."
    let package: Json = [
      "name": "moco", "displayName": "moco", "description": .string(about), "version": .string(version),
      "publisher": "moco", "license": "MIT", "engines": ["vscode": "^1.75.0"],
      "categories": ["Programming Languages", "Formatters", "Linters"],
      "main": "./extension.js", "activationEvents": ["onLanguage:moco"],
      "capabilities": ["untrustedWorkspaces": ["supported": true], "virtualWorkspaces": false],
      "contributes": [
        "languages": [
          [
            "id": "moco", "aliases": ["moco"], "extensions": [".moco"],
            "configuration": "./language-configuration.json",
          ]
        ],
        "grammars": [
          ["language": "moco", "scopeName": "source.moco", "path": "./moco.tmLanguage.json"]
        ],
        "configuration": [
          "title": "moco",
          "properties": [
            "moco.path": [
              "type": "string", "default": .string(program), "scope": "machine",
              "markdownDescription": "The program `moco`, whose language server is started.",
            ]
          ],
        ],
        "configurationDefaults": [
          "[moco]": ["editor.tabSize": 2, "editor.insertSpaces": true]
        ],
      ],
    ]
    let brackets: Json = [["{", "}"], ["[", "]"], ["(", ")"]]
    let configuration: Json = [
      "comments": ["lineComment": "//"], "brackets": brackets,
      "autoClosingPairs": [
        ["open": "{", "close": "}"], ["open": "[", "close": "]"], ["open": "(", "close": ")"],
        ["open": "\"", "close": "\"", "notIn": ["string", "comment"]],
      ],
      "surroundingPairs": [["{", "}"], ["[", "]"], ["(", ")"], ["\"", "\""]],
      "wordPattern": "[\\p{L}_][\\p{L}\\p{N}_]*|\\d[\\d_.]*",
      "indentationRules": [
        "increaseIndentPattern": "^.*[({\\[]\\s*(//.*)?$", "decreaseIndentPattern": "^\\s*[)}\\]]",
      ],
    ]
    return [
      ("package.json", package.serialized(indent: 2) + "\n"),
      ("language-configuration.json", configuration.serialized(indent: 2) + "\n"),
      ("moco.tmLanguage.json", textMate), ("extension.js", Self.languageClient),
      (
        "README.md",
        "# moco\n\n\(about)\n\nThe extension starts `moco lsp`; the setting `moco.path` says which.\n"
      ),
    ]
  }

  /// The extension as a package (.vsix), a zip archive.
  ///
  /// - Throws: E0504 where it cannot be written.
  package func writePackage(to path: String, program: String, version: String) throws {
    let file = try AtomicFile(path: path)
    var archive = ZipArchiveWriter(file)
    let manifest = """
      <?xml version="1.0" encoding="utf-8"?>
      <PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
        <Metadata>
          <Identity Language="en-US" Id="moco" Version="\(version)" Publisher="moco"/>
          <DisplayName>moco</DisplayName>
          <Description>Programs of the moco language</Description>
          <Properties>
            <Property Id="Microsoft.VisualStudio.Code.Engine" Value="^1.75.0"/>
          </Properties>
        </Metadata>
        <Installation>
          <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
        </Installation>
        <Dependencies/>
        <Assets>
          <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
        </Assets>
      </PackageManifest>

      """
    let types = """
      <?xml version="1.0" encoding="utf-8"?>
      <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Default Extension=".json" ContentType="application/json"/>
        <Default Extension=".js" ContentType="application/javascript"/>
        <Default Extension=".md" ContentType="text/markdown"/>
        <Default Extension=".vsixmanifest" ContentType="text/xml"/>
      </Types>

      """
    let files =
      [("extension.vsixmanifest", manifest), ("[Content_Types].xml", types)]
      + visualStudioCode(program: program, version: version).map { ("extension/" + $0.name, $0.text) }
    for (name, text) in files { try archive.add(name, Array(text.utf8), isCompressed: true) }
    try archive.finish()
    try file.commit()
  }
}

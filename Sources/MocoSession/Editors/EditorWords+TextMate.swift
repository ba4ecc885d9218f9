extension EditorWords {
  /// A TextMate grammar, which most editors support.
  package var textMate: String { fill(Self.textMateTemplate) }

  private static let textMateTemplate = #"""
    {
      "name": "moco",
      "scopeName": "source.moco",
      "fileTypes": ["moco"],
      "patterns": [{ "include": "#code" }],
      "repository": {
        "code": {
          "patterns": [
            { "include": "#comments" },
            { "include": "#strings" },
            { "include": "#numbers" },
            { "include": "#declarations" },
            { "include": "#forms" },
            { "include": "#words" },
            { "include": "#calls" },
            { "include": "#operators" },
            { "include": "#brackets" }
          ]
        },
        "comments": {
          "patterns": [
            { "name": "markup.heading.cell.moco", "match": "^\\s*// %%.*$" },
            { "name": "comment.line.documentation.moco", "match": "///.*$" },
            { "name": "comment.line.double-slash.moco", "match": "//.*$" }
          ]
        },
        "strings": {
          "patterns": [
            {
              "name": "string.quoted.triple.moco",
              "begin": "\"\"\"",
              "end": "\"\"\"",
              "patterns": [{ "include": "#inString" }]
            },
            {
              "name": "string.quoted.double.moco",
              "begin": "\"",
              "end": "\"|$",
              "patterns": [{ "include": "#inString" }]
            }
          ]
        },
        "inString": {
          "patterns": [
            { "name": "constant.character.escape.moco", "match": "\\\\(?:[ntr0\"\\\\]|u\\{[0-9A-Fa-f]+\\})" },
            {
              "name": "meta.interpolation.moco",
              "begin": "\\\\\\(",
              "end": "(:[^()\"]*)?(\\))",
              "beginCaptures": { "0": { "name": "punctuation.section.interpolation.begin.moco" } },
              "endCaptures": {
                "1": { "name": "constant.other.format.moco" },
                "2": { "name": "punctuation.section.interpolation.end.moco" }
              },
              "patterns": [{ "include": "#code" }]
            },
            { "name": "constant.other.placeholder.moco", "match": "\\{\\}" }
          ]
        },
        "numbers": {
          "patterns": [
            { "name": "constant.numeric.hex.moco", "match": "\\b0x[0-9A-Fa-f_]+\\b" },
            {
              "match": "\\b([0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)(?:\\s+(<units>)\\b)?",
              "captures": {
                "1": { "name": "constant.numeric.moco" },
                "2": { "name": "keyword.other.unit.moco" }
              }
            }
          ]
        },
        "declarations": {
          "patterns": [
            {
              "match": "\\b(func)\\s+([\\p{L}_][\\p{L}\\p{N}_]*)",
              "captures": { "1": { "name": "keyword.declaration.moco" }, "2": { "name": "entity.name.function.moco" } }
            },
            {
              "match": "\\b(let|var)\\s+([\\p{L}_][\\p{L}\\p{N}_]*)",
              "captures": { "1": { "name": "keyword.declaration.moco" }, "2": { "name": "variable.other.declaration.moco" } }
            },
            {
              "match": "^\\s*(<declaring>)\\s+([\\p{L}_][\\p{L}\\p{N}_]*)(?=\\s*\\{)",
              "captures": { "1": { "name": "keyword.declaration.moco" }, "2": { "name": "entity.name.type.moco" } }
            },
            { "name": "keyword.declaration.moco", "match": "\\b(?:<groups>)(?=\\s*\")" },
            {
              "name": "keyword.declaration.moco",
              "match": "(?<![.\\p{L}\\p{N}_])(?<!\\bif )(?<!\\bin )(?<!\\bwhile )(?:<blocks>)(?=[ \\t]*\\{)"
            }
          ]
        },
        "forms": {
          "patterns": [
            { "name": "keyword.other.form.moco", "match": "(?<=^|[=;{])\\s*(?:<forms>)(?=[ \\t]+[\\p{L}_0-9\"])" },
            { "name": "keyword.other.form.moco", "match": "(?<=\\s)(?:<parts>)(?=\\s+[\\p{L}_])" }
          ]
        },
        "words": {
          "patterns": [
            { "name": "variable.other.member.moco", "match": "(?<=[^.]\\.)[\\p{L}_][\\p{L}\\p{N}_]*(?!\\s*\\()" },
            { "name": "variable.parameter.label.moco", "match": "[\\p{L}_][\\p{L}\\p{N}_]*(?=\\s*:(?!:))" },
            {
              "name": "keyword.control.moco",
              "match": "\\b(?:<control>)\\b"
            },
            { "name": "keyword.declaration.moco", "match": "\\b(?:<declaration>)\\b" },
            { "name": "keyword.operator.word.moco", "match": "\\b(?:<operators>)\\b" },
            { "name": "constant.language.moco", "match": "\\b(?:<constants>)\\b" }
          ]
        },
        "calls": {
          "match": "([\\p{L}_][\\p{L}\\p{N}_]*)(?=\\s*\\()",
          "captures": { "1": { "name": "entity.name.function.call.moco" } }
        },
        "operators": {
          "name": "keyword.operator.moco",
          "match": "=>|\\|>|\\?\\?|\\.\\.<|\\.\\.\\.|\\.\\.|\\*\\*=?|[-+*/%]=?|@|[=!<>]=?"
        },
        "brackets": { "name": "punctuation.section.moco", "match": "[()\\[\\]{},;:]" }
      }
    }

    """#
}

extension EditorWords {
  /// A lexer for Pygments, which colors pages of nbconvert, Sphinx and others: a module of Python.
  ///
  /// - Parameter version: that of moco.
  package func pygments(version: String) -> String {
    fill(Self.pygmentsTemplate).replacing("<version>", with: version)
  }

  /// The name of the module.
  package static let pygmentsModule = "moco_lexer"

  /// The files of the module as pip would have installed them, by their names in a folder of packages: Pygments finds the
  /// lexer by its entry point.
  ///
  /// - Parameter version: that of moco.
  package func pygmentsFiles(version: String) -> [(name: String, text: String)] {
    let folder = "\(Self.pygmentsModule)-\(version).dist-info"
    return [
      ("\(Self.pygmentsModule).py", pygments(version: version)),
      (
        "\(folder)/METADATA",
        "Metadata-Version: 2.1\nName: \(Self.pygmentsModule)\nVersion: \(version)\n"
          + "Summary: Colors for programs of moco\nRequires-Dist: pygments\n"
      ),
      (
        "\(folder)/entry_points.txt",
        "[pygments.lexers]\nmoco = \(Self.pygmentsModule):MocoLexer\n"
      ),
      ("\(folder)/INSTALLER", "moco\n"),
      (
        "\(folder)/RECORD",
        ["\(Self.pygmentsModule).py"].map { "\($0),,\n" }.joined()
          + ["METADATA", "entry_points.txt", "INSTALLER", "RECORD"].map { "\(folder)/\($0),,\n" }.joined()
      ),
    ]
  }

  private static let pygmentsTemplate = #"""
    """Colors for programs of moco in Pygments. The words come from the language's own tables: `moco lexer pygments`
    prints this file."""
    import re

    from pygments.lexer import RegexLexer, bygroups
    from pygments.token import (
        Comment, Generic, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace)

    __all__ = ["MocoLexer"]
    __version__ = "<version>"

    NAME = r"[^\W\d]\w*"


    class MocoLexer(RegexLexer):
        """Programs of moco, and cells of its notebooks."""

        name = "moco"
        aliases = ["moco"]
        filenames = ["*.moco"]
        mimetypes = ["text/x-moco"]
        flags = re.MULTILINE

        tokens = {
            "root": [
                (r"^[ \t]*// ?%%.*$", Generic.Subheading),
                (r"^%%?\w.*$", Name.Function.Magic),
                (r"^!.*$", Name.Function.Magic),
                (r"\?\??(?=[^\W\d]\w*$)", Operator),
                (r"///.*$", Comment.Special),
                (r"//.*$", Comment.Single),
                (r'"""', String, "long"),
                (r'"', String, "string"),
                (r"\s+", Whitespace),
                (r"0x[0-9A-Fa-f_]+\b", Number.Hex),
                (r"(\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)([ \t]+)(<units>)\b",
                 bygroups(Number, Whitespace, Keyword.Type)),
                (r"\d[\d_]*\.\d[\d_]*(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+", Number.Float),
                (r"\d[\d_]*", Number.Integer),
                (r"(?<=[\w)\]])(\??\.)(" + NAME + r")", bygroups(Punctuation, Name.Attribute)),
                (r"\b(func)(\s+)(" + NAME + r")", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
                (r"^([ \t]*)(<declaring>)(\s+)(" + NAME + r")(?=\s*\{)",
                 bygroups(Whitespace, Keyword.Declaration, Whitespace, Name.Class)),
                (r"\b(<groups>)(?=\s*\")", Keyword.Declaration),
                (r"(?<![.\w])(?<!\bif )(?<!\bin )(?<!\bwhile )(?:<blocks>)(?=[ \t]*\{)", Keyword.Declaration),
                (NAME + r"(?=\s*:(?!:))", Name.Label),
                (r"\b(?:<forms>)(?=[ \t]+[\w\"])", Keyword),
                (r"(?<=\s)(?:<parts>)(?=\s+[^\W\d])", Keyword),
                (r"\b(?:<control>)\b", Keyword),
                (r"\b(?:<declaration>)\b", Keyword.Declaration),
                (r"\b(?:<operators>)\b", Operator.Word),
                (r"\b(?:<constants>)\b", Keyword.Constant),
                (NAME + r"(?=\s*\()", Name.Function),
                (NAME, Name),
                (r"=>|\|>|\?\?|\.\.<|\.\.\.|\.\.|\*\*=?|[-+*/%]=?|@|[=!<>]=?|\?\.|\|", Operator),
                (r"[()\[\]{},;:.]", Punctuation),
                (r".", Text),
            ],
            "words": [
                (r'\\(?:[ntr0"\\]|u\{[0-9A-Fa-f]+\})', String.Escape),
                (r"\\\(", String.Interpol, "interpolation"),
                (r"\{\}", String.Interpol),
            ],
            "string": [
                (r'"', String, "#pop"),
                (r"\n", Whitespace, "#pop"),
            ],
            "long": [
                (r'"""', String, "#pop"),
            ],
            "interpolation": [
                (r"(:[^()\"\n]*)?(\))", bygroups(String.Interpol, String.Interpol), "#pop"),
                (r"\(", Punctuation, "parentheses"),
            ],
            "parentheses": [
                (r"\(", Punctuation, "#push"),
                (r"\)", Punctuation, "#pop"),
            ],
        }
        tokens["string"] = tokens["string"] + tokens["words"] + [(r'[^"\\\n{]+|.', String)]
        tokens["long"] = tokens["long"] + tokens["words"] + [(r'[^"\\{]+|.|\n', String)]
        tokens["interpolation"] = tokens["interpolation"] + tokens["root"]
        tokens["parentheses"] = tokens["parentheses"] + tokens["root"]

    """#
}

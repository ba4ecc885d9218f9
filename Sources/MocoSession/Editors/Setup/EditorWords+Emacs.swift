import MocoLang

extension EditorWords {
  /// A major mode of Emacs.
  func emacs(program: String, version: String) -> String {
    func list(_ words: String) -> String {
      words.split(separator: "|").map { Quoted.lisp(String($0)) }.joined(separator: " ")
    }
    let keywords = [control, declaration, operators, forms, parts, declaring, groups].joined(separator: "|")
    let values = [
      ("version", version), ("program", Quoted.lisp(program)), ("keywords", list(keywords)),
      ("constants", list(constants)), ("units", list(units)),
    ]
    return values.reduce(Self.emacsTemplate) { $0.replacing("<\($1.0)>", with: $1.1) }
  }

  private static let emacsTemplate = #"""
    ;;; moco-mode.el --- Edit programs of the moco language  -*- lexical-binding: t; -*-

    ;; Version: <version>
    ;; Package-Requires: ((emacs "26.1"))
    ;; Keywords: languages

    ;;; Commentary:

    ;; Colors, comments and indentation, and the language server for eglot.
    ;; The words come from the language's own tables: moco editor install emacs writes this file.

    ;;; Code:

    (defgroup moco nil "Programs of the moco language." :group 'languages)

    (defcustom moco-program <program>
      "The program moco."
      :type 'string :group 'moco)

    (defcustom moco-indent-offset 2
      "Blanks for each open bracket."
      :type 'integer :safe #'integerp :group 'moco)

    (defconst moco-mode-keywords
      `(("^[ \t]*// ?%%.*$" 0 'font-lock-doc-face t)
        ("\\_<func\\_>[ \t]+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1 font-lock-function-name-face)
        ("\\_<\\(?:let\\|var\\)\\_>[ \t]+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1 font-lock-variable-name-face)
        (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt '(<keywords>) 'symbols)) 1 font-lock-keyword-face)
        (,(regexp-opt '(<constants>) 'symbols) . font-lock-constant-face)
        (,(concat "\\_<[0-9][0-9_.]*[ \t]+" (regexp-opt '(<units>) 'symbols)) 1 font-lock-type-face)
        ("\\_<\\(?:0x[0-9A-Fa-f_]+\\|[0-9][0-9_]*\\(?:\\.[0-9_]+\\)?\\(?:[eE][-+]?[0-9]+\\)?\\)\\_>"
         . font-lock-constant-face))
      "What has a color besides strings and comments.")

    (defvar moco-mode-syntax-table
      (let ((table (make-syntax-table)))
        (modify-syntax-entry ?/ ". 12" table)
        (modify-syntax-entry ?\n ">" table)
        (modify-syntax-entry ?\" "\"" table)
        (modify-syntax-entry ?\\ "\\" table)
        (modify-syntax-entry ?_ "_" table)
        (dolist (sign '(?+ ?- ?* ?% ?@ ?= ?< ?> ?| ?? ?!))
          (modify-syntax-entry sign "." table))
        table)
      "Strings and comments of moco.")

    (defun moco-indent-line ()
      "Indent the line by the brackets that are open before it."
      (interactive)
      (let* ((depth (save-excursion
                      (back-to-indentation)
                      (let ((state (syntax-ppss)))
                        (if (nth 3 state)
                            nil
                          (- (car state) (if (looking-at "[])}]") 1 0))))))
             (column (and depth (* moco-indent-offset (max 0 depth)))))
        (when column
          (if (<= (current-column) (current-indentation))
              (indent-line-to column)
            (save-excursion (indent-line-to column))))))

    ;;;###autoload
    (define-derived-mode moco-mode prog-mode "moco"
      "Edit programs of the moco language."
      (setq-local comment-start "// ")
      (setq-local comment-start-skip "//+[ \t]*")
      (setq-local comment-end "")
      (setq-local indent-tabs-mode nil)
      (setq-local indent-line-function #'moco-indent-line)
      (setq-local font-lock-defaults '(moco-mode-keywords))
      (setq-local imenu-generic-expression
                  '(("Cells" "^// ?%%[ \t]*\\(.+\\)$" 1)
                    (nil "^[ \t]*func[ \t]+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1)))
      (setq-local outline-regexp "// ?%%")
      (setq-local compile-command
                  (if buffer-file-name
                      (concat (shell-quote-argument moco-program) " check "
                              (shell-quote-argument (file-name-nondirectory buffer-file-name)))
                    (concat (shell-quote-argument moco-program) " check "))))

    ;;;###autoload
    (add-to-list 'auto-mode-alist '("\\.moco\\'" . moco-mode))

    (defvar eglot-server-programs)
    (with-eval-after-load 'eglot
      (add-to-list 'eglot-server-programs
                   (cons 'moco-mode (list moco-program "lsp"))))

    (provide 'moco-mode)

    ;;; moco-mode.el ends here

    """#
}

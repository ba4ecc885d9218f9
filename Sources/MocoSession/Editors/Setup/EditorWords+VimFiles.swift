extension EditorWords {
  /// The package of Vim; Neovim takes it as well.
  func vimFiles(program: String) -> [(name: String, text: String)] {
    [
      ("syntax/moco.vim", vim),
      (
        "ftdetect/moco.vim",
        """
        " Files of the moco language.
        autocmd BufRead,BufNewFile *.moco setfiletype moco

        """
      ),
      (
        "ftplugin/moco.vim",
        #"""
        " How files of the moco language are edited.
        if exists("b:did_ftplugin")
          finish
        endif
        let b:did_ftplugin = 1

        setlocal commentstring=//\ %s comments=:///,:// formatoptions-=t formatoptions+=croql
        setlocal shiftwidth=2 softtabstop=2 expandtab suffixesadd=.moco
        compiler moco

        let b:undo_ftplugin = "setlocal commentstring< comments< formatoptions< shiftwidth< softtabstop< expandtab<"
              \ . " suffixesadd< makeprg< errorformat<"

        """#
      ),
      (
        "indent/moco.vim",
        #"""
        " Indentation of the moco language: by the bracket that a line ends with.
        if exists("b:did_indent")
          finish
        endif
        let b:did_indent = 1

        setlocal indentexpr=MocoIndent() indentkeys=0},0),0],o,O
        let b:undo_indent = "setlocal indentexpr< indentkeys<"

        if exists("*MocoIndent")
          finish
        endif
        function MocoIndent()
          let above = prevnonblank(v:lnum - 1)
          if above == 0
            return 0
          endif
          let depth = indent(above)
          if substitute(getline(above), '\(^\|\s\)//.*$', '', '') =~ '[({[]\s*$'
            let depth += shiftwidth()
          endif
          if getline(v:lnum) =~ '^\s*[])}]'
            let depth -= shiftwidth()
          endif
          return depth
        endfunction

        """#
      ),
      (
        "compiler/moco.vim",
        #"""
        " `:make` looks for mistakes in the file, without running it.
        if exists("current_compiler")
          finish
        endif
        let current_compiler = "moco"
        if exists(":CompilerSet") != 2
          command -nargs=* CompilerSet setlocal <args>
        endif

        let s:program = <program>
        let &l:makeprg = escape(shellescape(s:program), '%#|') . ' check --color never %:S'
        CompilerSet errorformat=%Eerror[%.%#]:\ %m,%Wwarning[%.%#]:\ %m,%Inote[%.%#]:\ %m,
              \%C\ %#-->\ %f:%l:%c,%-C\ %#=\ %.%#,%-C\ %#\|%.%#,%-C%*[0-9]\ %#\|%.%#,%-C\ %#...%.%#,%-Z,%-G%.%#

        """#.replacing("<program>", with: Quoted.vim(program))
      ),
    ]
  }

  /// What Neovim needs besides: its language client.
  func neovimFiles(program: String) -> [(name: String, text: String)] {
    [
      (
        "lsp/moco.lua",
        """
        -- The language server of moco, for vim.lsp.enable("moco").
        return {
          cmd = { \(Quoted.json(program)), "lsp" },
          filetypes = { "moco" },
          root_markers = { ".git", "runs" },
        }

        """
      ),
      (
        "plugin/moco.lua",
        """
        -- Starts the language server of moco for files of the language.
        if vim.fn.has("nvim-0.11") == 1 then
          vim.lsp.enable("moco")
          return
        end

        local command = { \(Quoted.json(program)), "lsp" }
        local client
        local function start(args)
          local name = vim.api.nvim_buf_get_name(args.buf)
          local root = name ~= "" and vim.fn.fnamemodify(name, ":p:h") or vim.fn.getcwd()
          local config = { name = "moco", cmd = command, root_dir = root }
          if vim.lsp.start then
            vim.lsp.start(config, { bufnr = args.buf })
            return
          end
          -- Before Neovim 0.8.
          client = client or vim.lsp.start_client(config)
          vim.lsp.buf_attach_client(args.buf, client)
        end
        if vim.api.nvim_create_autocmd then
          vim.api.nvim_create_autocmd("FileType", { pattern = "moco", callback = start })
        end

        """
      ),
    ]
  }
}

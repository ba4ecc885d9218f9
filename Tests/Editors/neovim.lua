-- Neovim with the package that `moco editor install neovim` has written, over the real server.
-- nvim --headless -u NORC -S neovim.lua FILE
local function fail(text)
  io.stderr:write(text .. "\n")
  vim.cmd("cquit 1")
end

local function await(what, check)
  if not vim.wait(20000, check, 50) then fail("waited in vain for " .. what) end
end

local function main()
  local buffer = vim.api.nvim_get_current_buf()
  if vim.bo.filetype ~= "moco" then fail("the file type is " .. vim.bo.filetype) end
  if vim.fn.synIDattr(vim.fn.synID(1, 1, 1), "name") ~= "mocoDeclaration" then fail("let has no color") end

  await("the server", function()
    local get = vim.lsp.get_clients or vim.lsp.get_active_clients
    for _, client in ipairs(get()) do
      if client.name == "moco" and client.initialized then return true end
    end
    return false
  end)
  await("the diagnostics", function() return #vim.diagnostic.get(buffer) == 1 end)
  local found = vim.diagnostic.get(buffer)[1]
  if found.lnum ~= 1 or found.col ~= 6 or not found.message:find("'nothing'", 1, true) then
    fail("the diagnostic is " .. vim.inspect(found))
  end

  local function ask(method, line, character)
    local answers = vim.lsp.buf_request_sync(
      buffer, method,
      { textDocument = vim.lsp.util.make_text_document_params(), position = { line = line, character = character },
        options = { tabSize = 2, insertSpaces = true } }, 20000)
    for _, answer in pairs(answers or {}) do
      if answer.result then return answer.result end
    end
    fail(method .. " has no answer")
  end
  local hover = ask("textDocument/hover", 1, 2)
  if not hover.contents.value:find("print(", 1, true) then fail("the help is " .. vim.inspect(hover)) end

  vim.api.nvim_buf_set_lines(buffer, 1, 2, false, { "print( rate )" })
  await("no diagnostics", function() return #vim.diagnostic.get(buffer) == 0 end)
  local edits = ask("textDocument/formatting", 0, 0)
  vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
  if text ~= "let rate = \"é😀\"\nprint(rate)" then fail("laid out it is " .. text) end
  io.stdout:write("Neovim " .. tostring(vim.version().major) .. "." .. tostring(vim.version().minor) .. ": well\n")
  vim.cmd("qall!")
end

vim.schedule(function()
  local done, fault = pcall(main)
  if not done then fail(tostring(fault)) end
end)

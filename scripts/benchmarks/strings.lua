local function run(n)
  local parts = {}
  local line = ""
  for i = 0, n - 1 do
    line = line .. "abc" .. tostring(i)
    if #line > 60 then
      parts[#parts + 1] = line
      line = ""
    end
    parts[#parts + 1] = "item " .. i .. " of " .. n
  end
  local text = table.concat(parts, ",")
  local words = {}
  for word in string.gmatch(text, "[^,]+") do words[#words + 1] = word end
  local longest = 0
  for _, word in ipairs(words) do
    if #word > longest then longest = #word end
  end
  return #text, #words, longest
end
local a, b, c = run(400000)
print(a .. " " .. b .. " " .. c)

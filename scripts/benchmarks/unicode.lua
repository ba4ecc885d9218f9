-- Lua's strings are bytes: the places of the scalars are kept beside the text.
local function run(n)
  local text = ("Grüße aus Köln, 北京 und Ελλάδα: naïve café. "):rep(500)
  local starts = {}
  for p in utf8.codes(text) do starts[#starts + 1] = p end
  local count = #starts
  starts[count + 1] = #text + 1
  local vowels, place, longest = 0, 0, 0
  for i = 0, n - 1 do
    place = (place + 7919) % count
    local c = text:sub(starts[place + 1], starts[place + 2] - 1)
    if c == "ü" or c == "ö" or c == "é" or c == "北" then vowels = vowels + 1 end
    local stop = place + 12 < count and place + 12 or count
    local part = text:sub(starts[place + 1], starts[stop + 1] - 1)
    if utf8.len(part) > longest then longest = utf8.len(part) end
  end
  return count, vowels, longest
end
local a, b, c = run(600000)
print(a .. " " .. b .. " " .. c)

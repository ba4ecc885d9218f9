local function run(n)
  local counts = {}
  for i = 0, n - 1 do
    local key = "key" .. i * 7919 % 5003
    counts[key] = (counts[key] ~= nil and counts[key] or 0) + 1
  end
  local state = {step = 0, total = 0, last = 0}
  for i = 0, n - 1 do
    state.step = state.step + 1
    state.total = state.total + state.step % 5
    state.last = i
  end
  local most = 0
  local size = 0
  for key, count in pairs(counts) do
    size = size + 1
    if count > most then most = count end
  end
  return table.concat({size, most, state.step, state.total, state.last}, " ")
end
print(run(1000000))

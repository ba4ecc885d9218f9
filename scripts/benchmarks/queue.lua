-- A table with two ends, since table.remove(t, 1) moves all elements.
local function run(width, n)
  local queue, first, last = {}, 0, -1
  for i = 0, width - 1 do
    last = last + 1
    queue[last] = i
  end
  local total = 0
  for i = 0, n - 1 do
    local x = queue[first]
    queue[first] = nil
    first = first + 1
    total = total + x
    last = last + 1
    queue[last] = (x * 31 + i) % 1000003
  end
  return last - first + 1, total
end
local a, b = run(20000, 2000000)
print(a .. " " .. b)

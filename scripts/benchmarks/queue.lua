-- A queue as a table with two ends, since table.remove(t, 1) moves all elements.
local function push(queue, x)
  local last = queue.last + 1
  queue.last = last
  queue[last] = x
end

local function pop(queue)
  local first = queue.first
  local x = queue[first]
  queue[first] = nil
  queue.first = first + 1
  return x
end

local function run(width, n)
  local queue = {first = 0, last = -1}
  for i = 0, width - 1 do push(queue, i) end
  local total = 0
  for i = 0, n - 1 do
    local x = pop(queue)
    total = total + x
    push(queue, (x * 31 + i) % 1000003)
  end
  return queue.last - queue.first + 1, total
end
local a, b = run(20000, 2000000)
print(a .. " " .. b)

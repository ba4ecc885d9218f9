local function sift(xs, start, last)
  local root = start
  while root * 2 + 1 <= last do
    local child = root * 2 + 1
    if child < last and xs[child + 1] < xs[child + 2] then child = child + 1 end
    if xs[root + 1] < xs[child + 1] then
      local kept = xs[root + 1]
      xs[root + 1] = xs[child + 1]
      xs[child + 1] = kept
      root = child
    else
      return nil
    end
  end
end

local function heapsort(xs)
  local n = #xs
  local start = n // 2
  while start > 0 do
    start = start - 1
    sift(xs, start, n - 1)
  end
  local last = n - 1
  while last > 0 do
    local kept = xs[last + 1]
    xs[last + 1] = xs[1]
    xs[1] = kept
    last = last - 1
    sift(xs, 0, last)
  end
end

local function numbers(n)
  local xs = {}
  local state = 42
  for i = 1, n do
    state = (state * 1103515245 + 12345) % 2147483648
    xs[#xs + 1] = state
  end
  return xs
end

local xs = numbers(60000)
heapsort(xs)
local ys = numbers(200000)
table.sort(ys)
local zs = numbers(60000)
table.sort(zs, function(a, b) return -(a % 1000) < -(b % 1000) end)
print(table.concat({xs[1], xs[30001], ys[100001], zs[1] % 1000, zs[60000] % 1000}, " "))

local function counter(step)
  local count = 0
  return function()
    count = count + step
    return count
  end
end

local function compose(f, g) return function(x) return g(f(x)) end end

local function map(n, f)
  local out = {}
  for x = 0, n - 1 do out[#out + 1] = f(x) end
  return out
end

local function filter(xs, f)
  local out = {}
  for _, x in ipairs(xs) do
    if f(x) then out[#out + 1] = x end
  end
  return out
end

local function reduce(xs, f, start)
  local value = start
  for _, x in ipairs(xs) do value = f(value, x) end
  return value
end

local function run(n)
  local next = counter(3)
  local last = 0
  for i = 0, n - 1 do last = next() end
  local add = function(k) return function(x) return x + k end end
  local total = 0
  for i = 0, n - 1 do
    local f = compose(add(i), function(x) return x * 2 end)
    total = total + f(1)
  end
  local squares = map(n, function(x) return x * x end)
  local even = filter(squares, function(x) return x % 2 == 0 end)
  return table.concat({last, total, reduce(even, function(a, b) return (a + b) % 1000007 end, 0)}, " ")
end
print(run(600000))

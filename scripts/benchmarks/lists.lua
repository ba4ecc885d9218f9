local function run(n)
  local xs = {}
  for i = 0, n - 1 do xs[#xs + 1] = i end
  for turn = 1, 5 do
    for i = 2, n do xs[i] = (xs[i] + xs[i - 1]) % 1000003 end
  end
  local ys = {}
  for _, x in ipairs(xs) do
    if x % 3 ~= 0 then ys[#ys + 1] = x * 2 end
  end
  local total = 0
  for _, y in ipairs(ys) do total = total + y end
  while #xs > n / 2 do total = total + table.remove(xs) end
  return #ys, total
end
local a, b = run(800000)
print(a .. " " .. b)

local function run()
  local total = 0
  local sum = 0.0
  for i = 0, 3999 do
    for j = 0, 3999 do
      total = total + i * j % 7
      sum = sum + j * 0.5
    end
  end
  return total, math.floor(sum)
end
local total, sum = run()
print(total .. " " .. sum)

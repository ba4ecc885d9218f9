local function check(x)
  if x % 3 == 0 then error("bad " .. x, 0) end
  return x
end

-- Reading beyond a table's end gives nil in Lua, and adding it is the error.
local function run(n)
  local xs = {1, 2, 3}
  local total, caught, letters = 0, 0, 0
  for i = 0, n - 1 do
    local ok, e = pcall(function() total = total + check(i) end)
    if not ok then
      caught = caught + 1
      letters = letters + #e
    end
    if not pcall(function() total = total + xs[i % 4 + 1] end) then caught = caught + 1 end
  end
  return total, caught, letters
end
local a, b, c = run(300000)
print(a .. " " .. b .. " " .. c)

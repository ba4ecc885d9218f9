local function mandelbrot(size, limit)
  local inside = 0
  for row = 0, size - 1 do
    local ci = 2.0 * row / size - 1.0
    for column = 0, size - 1 do
      local cr = 2.0 * column / size - 1.5
      local zr = 0.0
      local zi = 0.0
      local i = 0
      while i < limit and zr * zr + zi * zi <= 4.0 do
        local next = zr * zr - zi * zi + cr
        zi = 2.0 * zr * zi + ci
        zr = next
        i = i + 1
      end
      if i == limit then inside = inside + 1 end
    end
  end
  return inside
end
print(mandelbrot(400, 80))

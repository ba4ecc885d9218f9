def run(n):
    xs = []
    for i in range(n):
        xs.append(i)
    for turn in range(5):
        for i in range(1, n):
            xs[i] = (xs[i] + xs[i - 1]) % 1_000_003
    ys = [x * 2 for x in xs if x % 3 != 0]
    total = 0
    for y in ys:
        total += y
    while len(xs) > n / 2:
        total += xs.pop()
    return [len(ys), total]


a, b = run(800_000)
print(a, b)

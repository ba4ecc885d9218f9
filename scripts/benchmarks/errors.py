def check(x):
    if x % 3 == 0:
        raise ValueError(f"bad {x}")
    return x


def run(n):
    xs = [1, 2, 3]
    total = 0
    caught = 0
    letters = 0
    for i in range(n):
        try:
            total += check(i)
        except ValueError as e:
            caught += 1
            letters += len(e.args[0])
        try:
            total += xs[i % 4]
        except IndexError:
            caught += 1
    return [total, caught, letters]


a, b, c = run(300_000)
print(a, b, c)

from functools import reduce


def counter(step):
    count = 0

    def next():
        nonlocal count
        count += step
        return count

    return next


def compose(f, g):
    return lambda x: g(f(x))


def run(n):
    next = counter(3)
    last = 0
    for i in range(n):
        last = next()
    add = lambda k: lambda x: x + k
    total = 0
    for i in range(n):
        f = compose(add(i), lambda x: x * 2)
        total += f(1)
    squares = list(map(lambda x: x * x, range(n)))
    even = list(filter(lambda x: x % 2 == 0, squares))
    return [last, total, reduce(lambda a, b: (a + b) % 1_000_007, even, 0)]


a, b, c = run(600_000)
print(a, b, c)

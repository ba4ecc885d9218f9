def sift(xs, start, end):
    root = start
    while root * 2 + 1 <= end:
        child = root * 2 + 1
        if child < end and xs[child] < xs[child + 1]:
            child += 1
        if xs[root] < xs[child]:
            kept = xs[root]
            xs[root] = xs[child]
            xs[child] = kept
            root = child
        else:
            return None


def heapsort(xs):
    n = len(xs)
    start = n // 2
    while start > 0:
        start -= 1
        sift(xs, start, n - 1)
    end = n - 1
    while end > 0:
        kept = xs[end]
        xs[end] = xs[0]
        xs[0] = kept
        end -= 1
        sift(xs, 0, end)


def numbers(n):
    xs = []
    state = 42
    for i in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        xs.append(state)
    return xs


xs = numbers(60_000)
heapsort(xs)
ys = sorted(numbers(200_000))
zs = sorted(numbers(60_000), key=lambda x: -(x % 1000))
print(xs[0], xs[30_000], ys[100_000], zs[0] % 1000, zs[59_999] % 1000)

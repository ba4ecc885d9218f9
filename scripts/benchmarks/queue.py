from collections import deque


def run(width, n):
    queue = deque(range(width))
    total = 0
    for i in range(n):
        x = queue.popleft()
        total += x
        queue.append((x * 31 + i) % 1_000_003)
    return [len(queue), total]


a, b = run(20_000, 2_000_000)
print(a, b)

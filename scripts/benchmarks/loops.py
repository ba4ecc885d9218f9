def run():
    total = 0
    sum = 0.0
    for i in range(4000):
        for j in range(4000):
            total += i * j % 7
            sum += j * 0.5
    return [total, int(sum)]


total, sum = run()
print(total, sum)

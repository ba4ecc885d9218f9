def run():
    total = 0
    sum = 0.0
    for i in range(1500):
        for j in range(1500):
            total += i * j % 7
            sum += j * 0.5
    return [total, int(sum)]


total, sum = run()
print(total, sum)

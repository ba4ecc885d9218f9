def run(n):
    parts = []
    line = ""
    for i in range(n):
        line += "abc" + str(i)
        if len(line) > 60:
            parts.append(line)
            line = ""
        parts.append(f"item {i} of {n}")
    text = ",".join(parts)
    words = text.split(",")
    longest = 0
    for word in words:
        if len(word) > longest:
            longest = len(word)
    return [len(text), len(words), longest]


a, b, c = run(400_000)
print(a, b, c)

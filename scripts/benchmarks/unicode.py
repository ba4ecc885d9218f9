def run(n):
    text = "Grüße aus Köln, 北京 und Ελλάδα: naïve café. " * 500
    count = len(text)
    vowels = 0
    place = 0
    longest = 0
    for i in range(n):
        place = (place + 7919) % count
        c = text[place]
        if c == "ü" or c == "ö" or c == "é" or c == "北":
            vowels += 1
        end = place + 12 if place + 12 < count else count
        part = text[place:end]
        if len(part) > longest:
            longest = len(part)
    return [count, vowels, longest]


a, b, c = run(600_000)
print(a, b, c)

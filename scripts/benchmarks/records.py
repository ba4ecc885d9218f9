def run(n):
    counts = {}
    for i in range(n):
        key = f"key{i * 7919 % 5003}"
        counts[key] = (counts[key] if key in counts else 0) + 1
    state = {"step": 0, "total": 0, "last": 0}
    for i in range(n):
        state["step"] += 1
        state["total"] += state["step"] % 5
        state["last"] = i
    most = 0
    for key, count in counts.items():
        if count > most:
            most = count
    return [len(counts), most, state["step"], state["total"], state["last"]]


a, b, c, d, e = run(1_000_000)
print(a, b, c, d, e)

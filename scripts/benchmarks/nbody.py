from math import sqrt


def body(x, y, z, vx, vy, vz, mass):
    return {"x": x, "y": y, "z": z, "vx": vx, "vy": vy, "vz": vz, "mass": mass}


def advance(bodies, dt):
    n = len(bodies)
    for i in range(n):
        a = bodies[i]
        for j in range(i + 1, n):
            b = bodies[j]
            dx = a["x"] - b["x"]
            dy = a["y"] - b["y"]
            dz = a["z"] - b["z"]
            d2 = dx * dx + dy * dy + dz * dz
            mag = dt / (d2 * sqrt(d2))
            a["vx"] -= dx * b["mass"] * mag
            a["vy"] -= dy * b["mass"] * mag
            a["vz"] -= dz * b["mass"] * mag
            b["vx"] += dx * a["mass"] * mag
            b["vy"] += dy * a["mass"] * mag
            b["vz"] += dz * a["mass"] * mag
    for b in bodies:
        b["x"] += dt * b["vx"]
        b["y"] += dt * b["vy"]
        b["z"] += dt * b["vz"]


def energy(bodies):
    e = 0.0
    for i in range(len(bodies)):
        a = bodies[i]
        e += 0.5 * a["mass"] * (a["vx"] * a["vx"] + a["vy"] * a["vy"] + a["vz"] * a["vz"])
        for j in range(i + 1, len(bodies)):
            b = bodies[j]
            dx = a["x"] - b["x"]
            dy = a["y"] - b["y"]
            dz = a["z"] - b["z"]
            e -= a["mass"] * b["mass"] / sqrt(dx * dx + dy * dy + dz * dz)
    return e


bodies = [
    body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5),
    body(4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.038),
    body(8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.011),
    body(12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017),
    body(15.4, -25.9, 0.2, 0.98, 0.6, -0.03, 0.002),
]
for step in range(80000):
    advance(bodies, 0.01)
print(f"{energy(bodies):.6f}")

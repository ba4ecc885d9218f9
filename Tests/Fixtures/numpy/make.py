"""Writes the files of this folder with NumPy (2.4 when they were made): python make.py FOLDER."""
import sys
import numpy as np

folder = sys.argv[1] if len(sys.argv) > 1 else "."
x = np.array([[0, 1.5, -2], [0.25, 3, -0.5]])
n = np.array([[0, 1, 2], [3, 4, 100]])
kinds = {c: x.astype(c) for c in ("f8", "f4", "f2")} | {
    c: n.astype(c) for c in ("i8", "i4", "i2", "i1", "u4", "u2", "u1")} | {"b1": n > 1}
np.savez(f"{folder}/stored.npz", **kinds)
np.savez_compressed(f"{folder}/packed.npz", **kinds)
np.savez(
    f"{folder}/orders.npz",
    fortran=np.asfortranarray(x.astype("f4")), cube=np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
    big=x.astype(">f8"), big_int=n.astype(">i2"), big_fortran=np.asfortranarray(n.astype(">i4")),
    single=np.float32(2.5), single_int=np.array(7), none=np.zeros((0,), "f4"), no_rows=np.zeros((0, 3), "i8"),
    line=np.arange(5, dtype="f4"))
np.savez(
    f"{folder}/odd.npz",
    fine=x.astype("f4"), names=np.array(["cat", "dog"]), bytes=np.array([b"cat"]), objects=np.array([None, 1], object),
    complex=x.astype("c8"), days=np.array(["2026-05-01"], "M8[D]"), records=np.array([(1, 2.0)], [("a", "i4"), ("b", "f4")]),
    long=n.astype("u8"), raw=np.zeros(2, "V2"))
np.savez(f"{folder}/empty.npz")
np.save(f"{folder}/plain.npy", x.astype("f4"))
np.save(f"{folder}/whole.npy", n)
np.save(f"{folder}/flags.npy", n > 1)
np.save(f"{folder}/half.npy", x.astype("f2"))
np.save(f"{folder}/point.npy", np.float32(2.5))
np.save(f"{folder}/names.npy", np.array(["cat"]))
for version in ((2, 0), (3, 0)):
    with open(f"{folder}/version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, x.astype("f4"), version=version)
with open(f"{folder}/two.npy", "wb") as file:
    np.save(file, x)
    np.save(file, n)
np.savez_compressed(
    f"{folder}/texts.npz",
    names=np.array(["cat", "röd räv", "🦊", ""]), big=np.array(["cat", "dog"], dtype=">U5"), bytes=np.array([b"cat", b"red fox"]),
    latin=np.array(["räv".encode("latin-1")]), table=np.array([["a", "b"]]), one=np.array("a"), none=np.array([], dtype="U3"),
    fine=np.zeros(2, "f4"))

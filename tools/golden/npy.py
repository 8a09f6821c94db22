"""Arrays as NumPy writes them, and a check of arrays that we write.

Run:  python tools/golden/npy.py                 writes test/golden/npy/files.zip and values.json
      python tools/golden/npy.py --read FILE     prints the arrays of a .npy or .npz file as one line of JSON
"""

import argparse
import io
import json
import zipfile
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "npy"
KINDS = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")


def arrays():
    values = np.array([0, 1, 2, 100, 3, 7, 11, 120, 5, 6, 17, 64])
    for kind in KINDS:
        for order, name in (("<", "little"), (">", "big")):
            if kind[1] == "1" and order == ">":
                continue
            yield f"{kind}-{name}", values.astype(order + kind).reshape(3, 4)
            yield f"{kind}-{name}-fortran", np.asfortranarray(values.astype(order + kind).reshape(3, 2, 2))
    yield "bool", (values % 2 == 1).reshape(2, 6)
    yield "scalar", np.float32(2.5)[()]
    yield "vector", np.array([1.5, -2.25], "<f4")
    yield "empty", np.zeros((0, 4), "<f4")


def described(array):
    array = np.asarray(array)
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": [float(v) for v in array.ravel()]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--read")
    options = parser.parse_args()
    if options.read:
        found = np.load(options.read, allow_pickle=False)
        named = {"array": found} if isinstance(found, np.ndarray) else dict(found)
        print(json.dumps({name: described(array) for name, array in named.items()}))
        return
    OUT.mkdir(parents=True, exist_ok=True)
    values = {}
    with zipfile.ZipFile(OUT / "files.zip", "w", zipfile.ZIP_DEFLATED) as files:

        def add(name, save, *arguments, **named):
            out = io.BytesIO()
            save(out, *arguments, **named)
            files.writestr(zipfile.ZipInfo(name), out.getvalue(), zipfile.ZIP_DEFLATED)

        for name, array in arrays():
            add(f"{name}.npy", np.save, array)
            values[name] = described(array)
        both = {"a": np.arange(600, dtype="<f4").reshape(20, 30), "b/c": np.arange(7, dtype=">i2")}
        add("stored.npz", np.savez, **both)
        add("deflated.npz", np.savez_compressed, **both)
        add("objects.npz", np.savez, a=np.array([{}], dtype=object))
        add("records.npy", np.save, np.zeros(2, [("x", "<f4"), ("y", "<i4")]))
        add("complex.npy", np.save, np.zeros(2, "<c8"))
    (OUT / "values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()

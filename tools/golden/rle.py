"""RLE goldens: masks and what pycocotools makes of them.

Writes test/golden/rle/rle.json.gz. Run: python tools/golden/rle.py (from the repository root; needs pycocotools, numpy).
A mask is given by row-major run lengths, zeros first, so that the tests build it without any RLE of ours.
"""

import gzip
import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "rle" / "rle.json.gz"


def runs(mask: np.ndarray) -> list[int]:
    out, value, length = [], 0, 0
    for pixel in mask.ravel():
        if pixel != value:
            out.append(length)
            value, length = pixel, 0
        length += 1
    return [*out, length]


def blobs(rng: np.random.Generator, h: int, w: int, n: int) -> np.ndarray:
    mask = np.zeros((h, w), np.uint8)
    ys, xs = np.mgrid[:h, :w]
    for _ in range(n):
        cy, cx, ry, rx = rng.uniform(0, h), rng.uniform(0, w), rng.uniform(1, h / 3), rng.uniform(1, w / 3)
        mask ^= (((ys - cy) / ry) ** 2 + ((xs - cx) / rx) ** 2 < 1).astype(np.uint8)
    return mask


def masks() -> list[np.ndarray]:
    rng = np.random.default_rng(11)
    zeros = lambda h, w: np.zeros((h, w), np.uint8)  # noqa: E731
    out = [zeros(5, 7), zeros(5, 7) + 1, zeros(1, 1), zeros(1, 1) + 1, zeros(400, 300), zeros(400, 300) + 1]
    for y, x in [(0, 0), (0, 36), (40, 0), (40, 36), (17, 20)]:
        out.append(zeros(41, 37))
        out[-1][y, x] = 1
    for p in (0.02, 0.5, 0.98):
        out += [(rng.random((h, w)) < p).astype(np.uint8) for h, w in [(33, 31), (32, 32), (64, 65), (1, 100), (100, 1)]]
    out += [blobs(rng, 97, 131, 4), blobs(rng, 240, 320, 6), blobs(rng, 700, 500, 3)]
    out.append(zeros(300, 400))
    out[-1][:, 50:350] = 1
    out.append(zeros(300, 400))
    out[-1][299, 10] = out[-1][0, 11] = 1
    out.append(np.indices((16, 18)).sum(0).astype(np.uint8) % 2)
    return out


def main() -> None:
    cases = []
    for mask in masks():
        rle = coco.encode(np.asfortranarray(mask))
        plain = runs(mask.T)
        cases.append(
            {
                "size": list(mask.shape),
                "rows": runs(mask),
                "counts": rle["counts"].decode(),
                "plain": plain if len(plain) < 400 else None,
                "area": int(coco.area(rle)),
                "box": [int(v) for v in coco.toBbox(rle)],
            }
        )
    rng = np.random.default_rng(12)
    triples = []
    for h, w in [(40, 50), (97, 131), (64, 64)]:
        three = [blobs(rng, h, w, 3) for _ in range(3)]
        rles = [coco.encode(np.asfortranarray(m)) for m in three]
        triples.append(
            {
                "size": [h, w],
                "counts": [r["counts"].decode() for r in rles],
                "union": coco.merge(rles)["counts"].decode(),
                "intersection": coco.merge(rles, intersect=True)["counts"].decode(),
                "iou": coco.iou(rles, rles, [0, 0, 0]).tolist(),
                "crowd": coco.iou(rles, rles, [1, 1, 1]).tolist(),
            }
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"cases": cases, "triples": triples}, separators=(",", ":")).encode()
    OUT.write_bytes(gzip.compress(data, 9, mtime=0))
    print(OUT, OUT.stat().st_size)


main()

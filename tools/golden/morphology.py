"""Morphology goldens: cv2's erosion, dilation, opening and closing with rectangles, and connected components.

Writes test/golden/morphology/morphology.json.gz. Run: python tools/golden/morphology.py (from the repository root;
needs opencv, pycocotools, numpy).
"""

import gzip
import json
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "morphology" / "morphology.json.gz"
KERNELS = [(1, 1), (3, 3), (8, 8), (2, 5), (7, 4), (1, 6), (33, 1), (40, 35), (70, 90)]
OPERATIONS = {"erode": cv2.MORPH_ERODE, "dilate": cv2.MORPH_DILATE, "open": cv2.MORPH_OPEN, "close": cv2.MORPH_CLOSE}


def rle(mask: np.ndarray) -> str:
    return coco.encode(np.asfortranarray(mask))["counts"].decode()


def shapes() -> list[np.ndarray]:
    rng = np.random.default_rng(31)
    out = [np.zeros((20, 30), np.uint8), np.ones((20, 30), np.uint8), np.ones((1, 1), np.uint8)]
    for h, w, p, grow in [(45, 70, 0.02, 9), (64, 64, 0.5, 1), (50, 100, 0.97, 1), (61, 67, 0.01, 15)]:
        noise = (rng.random((h, w)) < p).astype(np.uint8)
        out.append(cv2.dilate(noise, np.ones((grow, grow), np.uint8)))
    blob = cv2.ellipse(np.zeros((80, 120), np.uint8), (60, 40), (45, 30), 20, 0, 360, 1, -1)
    blob[rng.random(blob.shape) < 0.05] ^= 1
    out.append(blob)
    return out


def main() -> None:
    cases = []
    for mask in shapes():
        results = {
            name: {f"{kw}x{kh}": rle(cv2.morphologyEx(mask, op, np.ones((kh, kw), np.uint8))) for kw, kh in KERNELS}
            for name, op in OPERATIONS.items()
        }
        cleaned = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        cleaned = cv2.morphologyEx(cleaned, cv2.MORPH_OPEN, np.ones((8, 8), np.uint8))
        components = {}
        for connectivity in (4, 8):
            stats = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)[2][1:]
            components[str(connectivity)] = sorted(stats.tolist())
        cases.append(
            {
                "size": list(mask.shape),
                "counts": rle(mask),
                "results": results,
                "cleaned": rle(cleaned),
                "components": components,
            }
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(json.dumps(cases, separators=(",", ":")).encode(), 9, mtime=0))
    print(OUT, OUT.stat().st_size)


main()

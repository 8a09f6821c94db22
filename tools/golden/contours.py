"""Contour goldens: what cv2.findContours gives for random, nested and degenerate masks.

Writes test/golden/contours/contours.json.gz. Run: python tools/golden/contours.py (from the repository root; needs
opencv, pycocotools, numpy).
"""

import gzip
import json
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "contours" / "contours.json.gz"
MODES = {"all": cv2.RETR_CCOMP, "external": cv2.RETR_EXTERNAL}
METHODS = {"simple": cv2.CHAIN_APPROX_SIMPLE, "none": cv2.CHAIN_APPROX_NONE}


def rings(size: int) -> np.ndarray:
    mask = np.zeros((size, size), np.uint8)
    for i in range(0, size // 2, 2):
        mask[i : size - i, i : size - i] ^= 1
        mask[i + 1 : size - i - 1, i + 1 : size - i - 1] = 0
    return mask


def shapes() -> list[np.ndarray]:
    rng = np.random.default_rng(21)
    out = [np.zeros((4, 5), np.uint8), np.ones((4, 5), np.uint8), np.ones((1, 1), np.uint8), np.ones((1, 9), np.uint8)]
    out += [np.ones((9, 1), np.uint8), np.eye(7, dtype=np.uint8), np.eye(7, dtype=np.uint8)[::-1], rings(15), rings(40)]
    out.append((np.indices((9, 11)).sum(0) % 2).astype(np.uint8))
    for p in (0.1, 0.3, 0.5, 0.7, 0.9):
        out += [(rng.random((h, w)) < p).astype(np.uint8) for h, w in [(12, 40), (35, 33), (20, 70)]]
    for n in (3, 6, 12):
        mask = np.zeros((90, 140), np.uint8)
        for _ in range(n):
            centre = (int(rng.integers(0, 140)), int(rng.integers(0, 90)))
            axes = (int(rng.integers(3, 45)), int(rng.integers(3, 30)))
            one = cv2.ellipse(np.zeros_like(mask), centre, axes, float(rng.integers(0, 180)), 0, 360, 1, -1)
            mask ^= one
        out.append(mask)
    return out


def main() -> None:
    cases = []
    for mask in shapes():
        mask = np.ascontiguousarray(mask)
        rle = coco.encode(np.asfortranarray(mask))
        case = {"size": list(mask.shape), "counts": rle["counts"].decode(), "found": {}}
        for mode, m in MODES.items():
            for method, a in METHODS.items():
                if method == "none" and mask.size > 2000:
                    continue
                contours, hierarchy = cv2.findContours(mask, m, a)
                case["found"][f"{mode} {method}"] = {
                    "points": [c.ravel().tolist() for c in contours],
                    "hierarchy": [] if hierarchy is None else hierarchy.ravel().tolist(),
                    "areas": [cv2.contourArea(c) for c in contours],
                }
        cases.append(case)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(json.dumps(cases, separators=(",", ":")).encode(), 9, mtime=0))
    print(OUT, OUT.stat().st_size)


main()

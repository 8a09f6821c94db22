"""Spearman's correlations of scipy and stability scores computed on whole grids, for the study of mask quality.

    python tools/golden/quality.py          writes test/golden/studies/quality.json

Stability: logits = prototypes x coefficients, resampled with torch's bilinear interpolation to the image, thresholded at
+delta and -delta, cropped to the box; IoU of the two masks.
"""

import json
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "studies"


def correlations(rng):
    cases = []
    for n in (2, 3, 10, 40, 100):
        for levels in (2, 5, 1000):
            a = rng.integers(0, levels, n).tolist()
            b = rng.integers(0, levels, n).tolist()
            value = spearmanr(a, b).statistic if len(set(a)) > 1 and len(set(b)) > 1 else None
            cases.append({"a": a, "b": b, "spearman": value})
    return cases


def stability(rng):
    # Network input 64 x 64 that is the image itself: no letterbox border, so the whole grid is one interpolation.
    k, side = 4, 16
    prototypes = rng.normal(size=(side, side, k)).round(3)
    coefficients = rng.normal(size=(6, k)).round(3)
    boxes = [[0, 0, 64, 64], [5, 9, 40, 33], [30, 30, 64, 64], [10, 0, 11, 64], [60, 2, 64, 5], [3, 3, 30, 50]]
    out = []
    for delta in (0.5, 1.0, 2.0):
        scores = []
        for row, (x1, y1, x2, y2) in zip(coefficients, boxes):
            logits = torch.tensor(prototypes.astype(np.float32)) @ torch.tensor(row.astype(np.float32))
            full = torch.nn.functional.interpolate(logits[None, None], (64, 64), mode="bilinear", align_corners=False)
            crop = full[0, 0, y1:y2, x1:x2]
            high, low = crop > delta, crop > -delta
            union = (high | low).sum().item()
            scores.append((high & low).sum().item() / union if union else 0)
        out.append({"delta": delta, "scores": scores})
    return {
        "prototypes": prototypes.ravel().tolist(),
        "coefficients": coefficients.ravel().tolist(),
        "boxes": boxes,
        "expected": out,
    }


def main():
    torch.set_num_threads(1)
    rng = np.random.default_rng(6)
    OUT.mkdir(parents=True, exist_ok=True)
    golden = {"correlations": correlations(rng), "stability": stability(rng)}
    (OUT / "quality.json").write_text(json.dumps(golden))


if __name__ == "__main__":
    main()

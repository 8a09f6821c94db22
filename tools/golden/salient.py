"""MAE, F-measures and S-measure of random saliency maps, ported from the published definitions with numpy.

    python tools/golden/salient.py          writes test/golden/studies/salient.json

F-measure: Achanta et al., "Frequency-tuned Salient Region Detection", CVPR 2009, beta^2 = 0.3; the largest over the 256
thresholds of a byte map (map >= threshold).
S-measure: Fan et al., "Structure-measure: A New Way to Evaluate Foreground Maps", ICCV 2017, alpha = 0.5, sections 3.1
(region-aware: SSIM in the four blocks around the centroid) and 3.2 (object-aware), lambda = 0.5. As in the authors' program,
standard deviations and SSIM's (co)variances have N - 1, and means of all-black and all-white ground truths are treated apart.
"""

import json
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "studies"
EPS = np.finfo(float).eps


def object_part(values):
    if values.size == 0:
        return 0.0
    x = values.mean()
    sigma = values.std(ddof=1) if values.size > 1 else 0.0
    return 2 * x / (x * x + 1 + sigma + EPS)


def s_object(p, g):
    u = g.mean()
    return u * object_part(p[g]) + (1 - u) * object_part(1 - p[~g])


def ssim(p, g):
    n = p.size
    if n == 0:
        return 0.0
    x, y = p.mean(), g.mean()
    d = n - 1 + EPS
    sx = ((p - x) ** 2).sum() / d
    sy = ((g - y) ** 2).sum() / d
    sxy = ((p - x) * (g - y)).sum() / d
    alpha = 4 * x * y * sxy
    beta = (x * x + y * y) * (sx + sy)
    if alpha != 0:
        return alpha / (beta + EPS)
    return 1.0 if beta == 0 else 0.0


def s_region(p, g):
    h, w = g.shape
    rows, cols = np.nonzero(g)
    # MATLAB counts from 1: the block up to and including the centroid's row and column is the first.
    cy = int(np.floor(rows.mean() + 1 + 0.5))
    cx = int(np.floor(cols.mean() + 1 + 0.5))
    total = 0.0
    for ys in (slice(0, cy), slice(cy, h)):
        for xs in (slice(0, cx), slice(cx, w)):
            gb, pb = g[ys, xs].astype(float), p[ys, xs]
            total += gb.size / g.size * ssim(pb, gb)
    return total


def s_measure(p, g, alpha=0.5):
    u = g.mean()
    if u == 0:
        return 1 - p.mean()
    if u == 1:
        return p.mean()
    return max(0.0, alpha * s_object(p, g) + (1 - alpha) * s_region(p, g))


def curve(p8, g):
    tp, found = [], []
    for t in range(256):
        cut = p8 >= t
        tp.append(int((cut & g).sum()))
        found.append(int(cut.sum()))
    return tp, found


def max_f(p8, g, beta2=0.3):
    best = 0.0
    for tp, found in zip(*curve(p8, g)):
        if tp == 0:
            continue
        precision, recall = tp / found, tp / g.sum()
        best = max(best, (1 + beta2) * precision * recall / (beta2 * precision + recall))
    return best


def main():
    rng = np.random.default_rng(7)
    cases = []
    for n in range(24):
        h, w = int(rng.integers(2, 13)), int(rng.integers(2, 13))
        g = rng.random((h, w)) < rng.choice([0.1, 0.4, 0.8])
        if n % 2:
            g = np.zeros((h, w), bool)
            g[h // 3 : h // 3 + max(1, h // 2), w // 4 : w // 4 + max(1, w // 2)] = True
        if n == 4:
            g[:] = False
        if n == 6:
            g[:] = True
        p8 = np.clip(g * rng.integers(60, 200) + rng.integers(0, 120, (h, w)), 0, 255).astype(np.uint8)
        if n % 3 == 0:
            p8 = np.where(p8 > 127, 255, 0).astype(np.uint8)
        if n == 9:
            p8[:] = 0
        p = p8 / 255
        cases.append(
            {
                "width": w,
                "height": h,
                "map": p8.ravel().tolist(),
                "truth": g.astype(int).ravel().tolist(),
                "mae": float(np.abs(p - g).mean()),
                "maxF": float(max_f(p8, g)),
                "s": float(s_measure(p, g)),
            }
        )
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "salient.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()

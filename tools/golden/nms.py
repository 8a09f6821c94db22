"""What torchvision's and Ultralytics' non-maximum suppression keep, on cases made to go wrong.

Writes test/golden/nms/cases.json: small cases with their boxes and scores written out, large ones as the seed and the
numbers that test/model/nmsCases.ts makes the same boxes from. `kept` are row numbers in the order of the output.

    python tools/golden/nms.py

Needs torch, torchvision and ultralytics (tools/golden/requirements.txt).
"""

import json
import os
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
import torchvision
from ultralytics.utils.nms import non_max_suppression

torch.set_num_threads(1)
OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "nms"


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32


def keep(boxes, scores, conf, iou, max_det, max_nms=30000, classes=None):
    """Ultralytics' steps around torchvision.ops.nms, with a stable choice of the max_nms best."""
    rows = torch.nonzero(scores > conf).flatten()
    rows = rows[torch.argsort(scores[rows], descending=True, stable=True)][:max_nms]
    offset = 0 if classes is None else classes[rows, None].float() * 7680
    return rows[torchvision.ops.nms(boxes[rows] + offset, scores[rows], iou)][:max_det].tolist()


def small():
    """Ties, equal overlaps, boxes without area."""
    unit = [0, 0, 10, 10]
    half = [0, 0, 10, 5]  # IoU 0.5 with unit
    cases = {
        "empty": ([], [], 0.25, 0.7, 300),
        "none above": ([unit], [0.25], 0.25, 0.7, 300),
        "one": ([unit], [0.9], 0.25, 0.7, 300),
        "equal scores, duplicates": ([unit] * 4 + [[20, 20, 30, 30]] * 2, [0.5] * 6, 0.25, 0.7, 300),
        "equal scores keep the order of anchors": ([[i * 20, 0, i * 20 + 10, 10] for i in range(9)], [0.5] * 9, 0, 0.5, 7),
        "IoU equal to the threshold stays": ([unit, half], [0.9, 0.8], 0.25, 0.5, 300),
        "IoU just above goes": ([unit, [0, 0, 10, 5.000001]], [0.9, 0.8], 0.25, 0.5, 300),
        "thresholds that float32 rounds up": ([unit, [0, 0, 10, 6], [0, 0, 6, 10]], [0.9, 0.8, 0.7], 0.25, 0.6, 300),
        "thresholds that float32 rounds down": ([unit, [0, 0, 10, 7], [0, 0, 9, 10]], [0.9, 0.8, 0.7], 0.25, 0.7, 300),
        "conf that float32 rounds up": ([unit, [20, 0, 30, 10]], [0.4, 0.41], 0.4, 0.7, 300),
        "conf that float32 rounds down": ([unit, [20, 0, 30, 10]], [0.7, 0.71], 0.7, 0.7, 300),
        "zero area": ([[5, 5, 5, 5]] * 3 + [[5, 5, 5, 9], [0, 0, 10, 10]], [0.9, 0.8, 0.7, 0.6, 0.5], 0.25, 0.1, 300),
        "zero threshold": ([unit, [10, 0, 20, 10], [9.9, 0, 20, 10]], [0.9, 0.8, 0.7], 0, 0, 300),
        "threshold one": ([unit, unit, half], [0.9, 0.8, 0.7], 0, 1, 300),
        "negative and huge coordinates": (
            [[-50, -60, 20, 30], [-51, -60, 20, 30], [1e6, 1e6, 1e6 + 8, 1e6 + 8], [1e6, 1e6, 1e6 + 8, 1e6 + 7]],
            [0.5, 0.6, 0.7, 0.8],
            0.25,
            0.7,
            300,
        ),
        "inverted boxes": ([[10, 10, 0, 0], [10, 0, 0, 10], unit], [0.9, 0.8, 0.7], 0.25, 0.1, 300),
        "survivor of a suppressed one": ([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], [0.9, 0.8, 0.7], 0.2, 0.4, 300),
        "more than maxDet": ([[i * 20, 0, i * 20 + 10, 10] for i in range(6)], [0.5 + i / 20 for i in range(6)], 0, 0.5, 3),
        "more than maxNms": ([[i, 0, i + 10, 10] for i in range(12)], [0.5 + (i % 4) / 20 for i in range(12)], 0, 0.5, 300, 5),
        "classes apart": ([unit, unit, half, unit], [0.9, 0.8, 0.7, 0.6], 0.25, 0.4, 300, 30000, [0, 1, 0, 1]),
        "classes rounded by the offset": (
            [[0.123456, 0.2, 10.7, 10.3], [0.4, 0.3, 10.1, 12.6], [0.2, 0.1, 10.2, 11.3]],
            [0.9, 0.8, 0.7],
            0.25,
            0.78,
            300,
            30000,
            [79, 79, 79],
        ),
    }
    out = []
    for name, (boxes, scores, conf, iou, max_det, *rest) in cases.items():
        max_nms, classes = (rest + [30000, None][len(rest) :])[:2]
        b = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
        s = torch.tensor(scores, dtype=torch.float32)
        c = None if classes is None else torch.tensor(classes)
        case = {"name": name, "boxes": boxes, "scores": scores, "conf": conf, "iou": iou, "maxDet": max_det}
        case |= {"maxNms": max_nms, "kept": keep(b, s, conf, iou, max_det, max_nms, c)}
        if classes is not None:
            case["classes"] = classes
        out.append(case)
    return out


def clustered(seed, n, clusters, spread, grid, levels):
    """Boxes around some centres; coordinates on a grid and few score levels make ties. Same as in nmsCases.ts."""
    lcg = Lcg(seed)
    centres = [(lcg.next() * 900, lcg.next() * 900, 20 + lcg.next() * 300, 20 + lcg.next() * 300) for _ in range(clusters)]
    boxes = np.empty((n, 4), np.float64)
    scores = np.empty(n, np.float64)
    for i in range(n):
        x, y, w, h = centres[int(lcg.next() * clusters)]
        jitter = [(lcg.next() - 0.5) * spread for _ in range(4)]
        boxes[i] = (x + jitter[0] * w, y + jitter[1] * h, x + w + jitter[2] * w, y + h + jitter[3] * h)
        scores[i] = lcg.next()
    if grid:
        boxes = np.floor(boxes / grid) * grid
    if levels:
        scores = np.floor(scores * levels) / levels
    return torch.from_numpy(boxes).float(), torch.from_numpy(scores).float()


def large():
    out = []
    plans = [
        # seed, n, clusters, spread, grid, levels, conf, iou, maxDet
        (1, 3000, 40, 0.3, 0, 0, 0.25, 0.7, 300),
        (2, 3000, 40, 0.3, 4, 20, 0.25, 0.7, 300),
        (3, 3000, 200, 0.5, 16, 5, 0.1, 0.5, 1000),
        (4, 8400, 120, 0.15, 0, 0, 0.95, 0.9, 300),
        (5, 8400, 30, 0.1, 0, 0, 0.4, 0.7, 300),
        (6, 2000, 2, 0.05, 1, 3, 0, 0.9, 300),
        (7, 1500, 1, 1.0, 0, 0, 0, 0.3, 300),
        (8, 513, 50, 0.2, 2, 2, 0, 0.8, 300),
        (9, 4000, 300, 0.2, 8, 50, 0.5, 0.6, 2000),
    ]
    for seed, n, clusters, spread, grid, levels, conf, iou, max_det in plans:
        boxes, scores = clustered(seed, n, clusters, spread, grid, levels)
        plan = {"seed": seed, "n": n, "clusters": clusters, "spread": spread, "grid": grid, "levels": levels}
        case = {**plan, "conf": conf, "iou": iou, "maxDet": max_det, "kept": keep(boxes, scores, conf, iou, max_det)}
        # Ultralytics works on centres and sizes, which do not give back the same corners: boxes whose corners do are
        # made of whole and half pixels.
        if grid >= 1:
            whole = torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2], scores[:, None]], 1).T[None]
            _, rows = non_max_suppression(whole, conf, iou, max_det=max_det, nc=1, return_idxs=True)
            assert rows[0].flatten().tolist() == case["kept"], seed
        out.append(case)
    return out


OUT.mkdir(parents=True, exist_ok=True)
text = json.dumps({"small": small(), "large": large()}, separators=(",", ":"))
(OUT / "cases.json").write_text(text.replace('},{"', '},\n{"') + "\n")

"""What both peers choose for box and point prompts on small masks.

Writes test/golden/prompts/cases.json: scenes of masks (row-major run lengths that begin with zeros) on the image's grid
or on the network input's, and prompts with their answers. Ultralytics' answers come from FastSAMPredictor.prompt itself;
those of the original repository from the few lines below, which do the same steps in the same arithmetic.

    python tools/golden/prompts.py

Needs torch and ultralytics (tools/golden/requirements.txt).
"""

import itertools
import json
import os
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from ultralytics.engine.results import Results
from ultralytics.models.fastsam import FastSAMPredictor

torch.set_num_threads(1)
OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "prompts"
rng = np.random.default_rng(20231)


def runs(mask):
    """Lengths of runs, row by row, the first of zeros."""
    flat = np.concatenate([[0], mask.reshape(-1).astype(np.int8), [2]])
    edges = np.flatnonzero(np.diff(flat) != 0)
    return [int(v) for v in np.diff(np.concatenate([[0], edges]))]


def blob(width, height):
    """A box, an ellipse, or noise in a box."""
    kind = rng.integers(4)
    x1, x2 = sorted(rng.integers(0, width + 1, 2))
    y1, y2 = sorted(rng.integers(0, height + 1, 2))
    ys, xs = np.mgrid[:height, :width]
    mask = (xs >= x1) & (xs < x2) & (ys >= y1) & (ys < y2)
    if kind == 1:
        mask &= ((xs + 0.5 - (x1 + x2) / 2) / max(x2 - x1, 1)) ** 2 + ((ys + 0.5 - (y1 + y2) / 2) / max(y2 - y1, 1)) ** 2 < 0.25
    if kind == 2:
        mask &= rng.random((height, width)) < 0.5
    return mask


def nested(width, height):
    """A in B in C, twice the same, equal areas apart, one without a pixel."""
    masks = []
    for margin in (0, 2, 5, 5):
        mask = np.zeros((height, width), bool)
        mask[margin : height - margin, margin : width - margin] = True
        masks.append(mask)
    masks.append(np.zeros((height, width), bool))
    for x in (1, 9):
        mask = np.zeros((height, width), bool)
        mask[3:8, x : x + 6] = True
        masks.append(mask)
    order = rng.permutation(len(masks))
    return [masks[i] for i in order]


def scenes():
    """(image's width and height, masks' width and height, masks)"""
    yield 24, 18, 24, 18, nested(24, 18)
    yield 20, 16, 20, 16, []
    yield 1, 1, 1, 1, [np.ones((1, 1), bool)]
    for n in (1, 3, 8, 14):
        width, height = (int(v) for v in rng.integers(12, 34, 2))
        yield width, height, width, height, [blob(width, height) for _ in range(n)]
    yield 50, 37, 64, 64, [blob(64, 64) for _ in range(9)]
    yield 37, 50, 32, 64, [blob(32, 64) for _ in range(6)]
    yield 30, 21, 30, 21, [blob(30, 21) for _ in range(40)]


def boxes_for(width, height):
    out = [[0, 0, width, height], [-5, -7, width + 9, height + 3], [width, height, width + 5, height + 5]]
    out += [[5, 5, 5, 5], [9, 8, 3, 2], [9, 2, 3, 8], [-9, -9, -2, -3], [0, 0, 1, 1], [0.4, 0.6, 2.5, 3.5]]
    out += [[1.5, 2.5, width - 0.5, height - 1.5], [2, 2, -3, 6], [2, 2, 6, -3], [width - 1, height - 1, width, height]]
    for _ in range(14):
        x1, x2 = sorted(rng.uniform(-3, width + 3, 2))
        y1, y2 = sorted(rng.uniform(-3, height + 3, 2))
        out.append([round(float(v), int(rng.integers(3))) for v in (x1, y1, x2, y2)])
    return out


def points_for(width, height, count, whole):
    low, high = -1.2, 1.2
    out = []
    for _ in range(count):
        x, y = rng.uniform(0, 1, 2) if rng.random() < 0.8 else rng.uniform(low, high, 2)
        point = [float(x * width), float(y * height)]
        out.append([int(v) for v in point] if whole else [round(v, 1) for v in point])
    return out


def point_prompts(width, height):
    """All combinations of labels for one and two points, some for more."""
    labels = [list(pair) for n in (1, 2) for pair in itertools.product([0, 1], repeat=n)]
    labels += [[-1], [2], [-1, 1], [0, 2], [1, -1, 0], [0.7, 1], [1, 1, 0], [0, 1, 1], [0, 0, 0], [1, 0, 1, 0]]
    for given in labels:
        whole = rng.random() < 0.7 and all(float(v).is_integer() for v in given)
        yield points_for(width, height, len(given), whole), given
    yield points_for(width, height, 2, True), None


predictor = FastSAMPredictor(overrides={"device": "cpu"})
predictor.device = torch.device("cpu")


def ultralytics(scene, **prompt):
    """Places of the objects that the peer returns; each object carries its place in its box."""
    width, height, _, _, masks = scene
    rows = torch.tensor([[i, 0, i, 0, 0.5, 0] for i in range(len(masks))], dtype=torch.float32).reshape(-1, 6)
    data = torch.from_numpy(np.array(masks)).byte() if masks else None
    result = Results(np.zeros((height, width, 3), np.uint8), path="", names={0: "object"}, boxes=rows, masks=data)
    (found,) = predictor.prompt(result, **prompt)
    return [int(v) for v in found.boxes.xyxy[:, 0]]


def casia_boxes(scene, boxes):
    """Places in the order of the peer's set, or None where it stops with an exception."""
    width, height, w, h, masks = scene
    if not masks:
        return []
    data = torch.from_numpy(np.array(masks)).float()
    chosen = []
    for box in boxes:
        x1, y1, x2, y2 = box
        if x2 == 0 or y2 == 0:
            return None
        if (w, h) != (width, height):
            x1, y1, x2, y2 = int(x1 * w / width), int(y1 * h / height), int(x2 * w / width), int(y2 * h / height)
        x1, y1 = max(round(x1), 0), max(round(y1), 0)
        x2, y2 = min(round(x2), w), min(round(y2), h)
        shared = data[:, y1:y2, x1:x2].sum((1, 2))
        union = (y2 - y1) * (x2 - x1) + data.sum((1, 2)) - shared
        chosen.append(int(torch.argmax(shared / union)))
    return list(set(chosen))


def casia_points(scene, points, labels):
    """The painted mask; None where the peer stops with an exception, an empty list where there is nothing."""
    width, height, w, h, masks = scene
    if not masks:
        return []
    if (w, h) != (width, height):
        points = [[int(x * w / width), int(y * h / height)] for x, y in points]
    canvas = np.zeros((h, w))
    try:
        for mask in sorted(masks, key=lambda m: m.sum(), reverse=True):
            for (x, y), label in zip(points, labels):
                if mask[y, x] and label == 1:
                    canvas[mask] = 1
                if mask[y, x] and label == 0:
                    canvas[mask] = 0
    except IndexError:
        return None
    return runs(canvas >= 1)


def cases():
    out = []
    for scene in scenes():
        width, height, w, h, masks = scene
        boxes = boxes_for(width, height)
        lists = [[box] for box in boxes] + [[boxes[i] for i in rng.integers(len(boxes), size=n)] for n in (2, 3, 5, 12)]
        box_cases = [[given, ultralytics(scene, bboxes=given), casia_boxes(scene, given)] for given in lists]
        point_cases = []
        for points, labels in point_prompts(width, height):
            found = ultralytics(scene, points=points, labels=labels)
            painted = casia_points(scene, points, labels or [1] * len(points))
            point_cases.append([points, labels, found, painted])
        both = []
        for _ in range(6):
            given, points = [boxes[rng.integers(len(boxes))]], points_for(width, height, 2, True)
            labels = [int(v) for v in rng.integers(0, 2, 2)]
            both.append([given, points, labels, ultralytics(scene, bboxes=given, points=points, labels=labels)])
        out.append({"size": [width, height], "grid": [w, h], "masks": [runs(m) for m in masks], "boxes": box_cases, "points": point_cases, "both": both})  # fmt: skip
    return out


def sets():
    lists = [[1, 8], [8, 1], [16, 8, 0], list(range(9, -1, -1)), [31, 0, 32, 64, 5], [299, 8, 16, 24, 40, 1]]
    lists += [[int(v) for v in rng.integers(0, 300, n)] for n in (3, 5, 8, 13, 20, 21, 40, 90, 200)]
    return [[values, list(set(values))] for values in lists]


OUT.mkdir(parents=True, exist_ok=True)
text = json.dumps({"scenes": cases(), "sets": sets()}, separators=(",", ":"))
(OUT / "cases.json").write_text(text.replace('},{"', '},\n{"') + "\n")

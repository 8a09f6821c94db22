"""What Ultralytics and pycocotools write for given boxes, scores and masks.

Writes test/golden/results/results.json: for every image its size, boxes (xyxy), scores and masks (pycocotools' RLE), and
beside them Ultralytics' save_txt with and without scores, its Boxes in all forms, pycocotools' areas, and rings of pixel
corners, found here by chaining edges and checked to decode to the mask with its holes filled.

    python tools/golden/results.py

Needs torch, ultralytics, pycocotools, scipy and numpy (tools/golden/requirements.txt). Seeds are fixed.
"""

import json
import os
import tempfile
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from pycocotools import mask as coco
from scipy.ndimage import binary_fill_holes, gaussian_filter, label
from ultralytics.engine.results import Results

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "results" / "results.json"


def blank(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def by_hand() -> list[np.ndarray]:
    """Rectangle, two parts, a hole, one pixel, a line, four parts, a diagonal, nothing, everything."""
    masks = [blank(12, 16) for _ in range(9)]
    masks[0][2:6, 3:9] = 1
    masks[1][2:6, 3:9] = masks[1][8:11, 10:15] = 1
    masks[2][2:10, 2:12] = 1
    masks[2][4:8, 4:8] = 0
    masks[3][5, 5] = 1
    masks[4][5, 5:9] = 1
    masks[5][2:6, 3:9] = masks[5][8:11, 10:15] = masks[5][0:2, 12:16] = masks[5][9, 1] = 1
    for i in range(8):
        masks[6][i, i : i + 3] = 1
    masks[8][:] = 1
    return masks


def blobs(rng: np.random.Generator, height: int, width: int, count: int) -> list[np.ndarray]:
    masks = []
    for _ in range(count):
        noise = gaussian_filter(rng.random((height, width)), rng.choice([0.8, 1.5, 4.0]))
        masks.append((noise > np.quantile(noise, rng.choice([0.4, 0.7, 0.95]))).astype(np.uint8))
    return masks


def chain_edges(mask: np.ndarray) -> list[list[int]]:
    """Rings of one part: the edges between inside and outside, inside on the right, chained corner to corner."""
    height, width = mask.shape
    follow = {}
    for y, x in np.argwhere(mask):
        inside = lambda v, u: 0 <= v < height and 0 <= u < width and mask[v, u]
        edges = [(not inside(y - 1, x), (x, y), (1, 0)), (not inside(y, x + 1), (x + 1, y), (0, 1))]
        edges += [(not inside(y + 1, x), (x + 1, y + 1), (-1, 0)), (not inside(y, x - 1), (x, y + 1), (0, -1))]
        for present, start, step in edges:
            if present:
                follow.setdefault((int(start[0]), int(start[1])), []).append(step)
    ring = []
    y, x = map(int, np.argwhere(mask)[0])
    corner, step, first = (x, y), (1, 0), (x, y)
    while True:
        corner = (corner[0] + step[0], corner[1] + step[1])
        # Where two parts of the border meet at a corner, turn right.
        following = sorted(follow[corner], key=lambda s: s != (-step[1], step[0]))[0]
        if following != step:
            ring += corner
        step = following
        if corner == first and step == (1, 0):
            return ring


def rings(mask: np.ndarray) -> list[list[int]]:
    parts, count = label(mask)
    filled = np.zeros_like(mask)
    found = []
    for i in range(1, count + 1):
        part = parts == i
        filled |= binary_fill_holes(part, structure=np.ones((3, 3))).astype(np.uint8)
        found.append(chain_edges(part))
    if found:
        polygons = [[float(v) for v in ring] for ring in found]
        decoded = coco.decode(coco.merge(coco.frPyObjects(polygons, *mask.shape)))
        assert (decoded == filled).all()
    return found


def save_txt(result: Results, save_conf: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.txt"
        result.save_txt(file, save_conf=save_conf)
        return file.read_text() if file.exists() else ""


def case(name: str, masks: list[np.ndarray], rng: np.random.Generator) -> dict:
    height, width = masks[0].shape
    n = len(masks)
    corners = np.sort(rng.random((n, 2, 2)).astype(np.float32), axis=1) * np.array([width, height], np.float32)
    boxes = torch.from_numpy(corners.reshape(n, 4))
    scores = torch.from_numpy(np.sort(rng.random(n).astype(np.float32))[::-1].copy())
    rows = torch.cat([boxes, scores[:, None], torch.zeros((n, 1))], 1)
    image = np.zeros((height, width, 3), np.uint8)
    stack = torch.from_numpy(np.stack(masks)).float()
    result = Results(image, path="x.jpg", names={0: "object"}, boxes=rows, masks=stack)
    rles = [coco.encode(np.asfortranarray(mask)) for mask in masks]
    return {
        "name": name,
        "width": width,
        "height": height,
        "boxes": boxes.flatten().tolist(),
        "scores": scores.tolist(),
        "masks": [rle["counts"].decode() for rle in rles],
        "areas": [int(coco.area(rle)) for rle in rles],
        "xywh": result.boxes.xywh.flatten().tolist(),
        "xyxyn": result.boxes.xyxyn.flatten().tolist(),
        "xywhn": result.boxes.xywhn.flatten().tolist(),
        "rings": [rings(mask) for mask in masks],
        "txt": save_txt(result, False),
        "txtConf": save_txt(result, True),
    }


def main() -> None:
    rng = np.random.default_rng(20)
    cases = [
        case("by hand", by_hand(), rng),
        case("blobs", blobs(rng, 40, 61, 5), rng),
        case("wide", blobs(rng, 9, 180, 4), rng),
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]" + "\n")
    print(OUT, OUT.stat().st_size)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()

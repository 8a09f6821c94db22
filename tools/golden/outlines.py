"""Areas that outlines along the corners of pixels must enclose.

Reads the masks of test/golden/results/results.json and writes test/golden/results/outlines.json: for every mask its
4-connected parts in scan order, each as [area with its holes filled, [areas of its holes, ascending]], holes connected over
8 neighbours, with the islands that lie in them.

    python tools/golden/outlines.py

Needs pycocotools, scipy and numpy (tools/golden/requirements.txt).
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco
from scipy.ndimage import binary_fill_holes, label

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "results"
EIGHT = np.ones((3, 3))


def parts(mask: np.ndarray) -> list:
    labels, count = label(mask)
    found = []
    for i in range(1, count + 1):
        part = labels == i
        filled = binary_fill_holes(part, structure=EIGHT)
        holes, n = label(filled & ~part, structure=EIGHT)
        found.append([int(filled.sum()), sorted(int((holes == k).sum()) for k in range(1, n + 1))])
    return found


def main() -> None:
    cases = json.loads((FOLDER / "results.json").read_text())
    found = {
        case["name"]: [
            parts(coco.decode({"size": [case["height"], case["width"]], "counts": counts})) for counts in case["masks"]
        ]
        for case in cases
    }
    out = FOLDER / "outlines.json"
    out.write_text(json.dumps(found) + "\n")
    print(out, out.stat().st_size, "holes:", sum(len(h) for masks in found.values() for m in masks for _, h in m))


if __name__ == "__main__":
    main()

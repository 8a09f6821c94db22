"""pycocotools' side of `tools/bench/cocoEval.ts`: makes the data, and times the evaluation.

    python tools/bench/cocoEval.py make FOLDER IMAGES MASKS    gt.json and dt.json, the same for the same numbers
    python tools/bench/cocoEval.py time FOLDER                   seconds and AP of one evaluation, as JSON

Loading the files is not timed.
"""

import contextlib
import io
import json
import math
import random
import sys
import time
from pathlib import Path

from pycocotools import mask as rle_tools
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

WIDTH, HEIGHT = 640, 480


def blob(cx, cy, rx, ry, rng):
    """An outline of 24 corners around an ellipse."""
    points = []
    for k in range(24):
        stretch = 0.85 + 0.3 * rng.random()
        angle = k / 24 * 2 * math.pi
        points += [min(WIDTH, max(0, cx + rx * stretch * math.cos(angle))), min(HEIGHT, max(0, cy + ry * stretch * math.sin(angle)))]
    rle = rle_tools.merge(rle_tools.frPyObjects([points], HEIGHT, WIDTH))
    box, area = rle_tools.toBbox(rle).tolist(), int(rle_tools.area(rle))
    return {"size": [HEIGHT, WIDTH], "counts": rle["counts"].decode()}, box, area


def make(folder, photos, masks):
    rng = random.Random(1)
    images, truths, found = [], [], []
    for image in range(1, photos + 1):
        images.append({"id": image, "width": WIDTH, "height": HEIGHT, "file_name": f"{image}.jpg"})
        for n in range(masks):
            cx, cy, rx, ry = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(4, 120), rng.uniform(4, 90)
            category = 1 + n % 3
            if n % 10 == 0:  # one object for ten detections
                segmentation, box, area = blob(cx, cy, rx, ry, rng)
                truths.append({"id": len(truths) + 1, "image_id": image, "category_id": category, "iscrowd": int(n % 40 == 30), "segmentation": segmentation, "bbox": box, "area": area})
            segmentation, box, _ = blob(cx + rng.gauss(0, 6), cy + rng.gauss(0, 6), rx, ry, rng)
            found.append({"image_id": image, "category_id": category, "score": rng.random(), "segmentation": segmentation, "bbox": box})
    folder.mkdir(parents=True, exist_ok=True)
    categories = [{"id": n, "name": f"class {n}"} for n in (1, 2, 3)]
    (folder / "gt.json").write_text(json.dumps({"images": images, "annotations": truths, "categories": categories}))
    (folder / "dt.json").write_text(json.dumps(found))


def measure(folder):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / "gt.json"))
        found = truth.loadRes(str(folder / "dt.json"))
        start, cpu = time.perf_counter(), time.process_time()
        evaluation = COCOeval(truth, found, "segm")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "ap": evaluation.stats[0]}))


if sys.argv[1] == "make":
    make(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
else:
    measure(Path(sys.argv[2]))

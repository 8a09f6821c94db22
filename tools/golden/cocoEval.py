"""What pycocotools says about random ground truths and detections, and how it rasterises random polygons.

    python tools/golden/cocoEval.py                    writes test/golden/coco/{cases,polygons,farPolygons}.json.gz
    python tools/golden/cocoEval.py --tiny instances_val2017.json     also tiny.json.gz: detections made from annotations

Far polygons are stored with their corners. Other inputs are not: they come from a linear congruential generator, which test/evaluate/cocoCases.ts repeats draw
by draw. A case stores, for each area range and limit of detections, mean precision and mean recall, then AP50 and AP75.
"""

import argparse
import contextlib
import gzip
import io
import json
import random
from pathlib import Path

from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "coco"
CASES = 640
POLYGONS = 300
MAX_DETS = [[1, 10, 100], [1, 2, 3], [5], [1, 10, 100, 1000]]


class Lcg:
    """The same numbers as in TypeScript."""

    def __init__(self, seed: int):
        self.state = (seed * 2654435761 + 12345) & 0xFFFFFFFF
        for _ in range(4):
            self.next()

    def next(self) -> int:
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self.state >> 8

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return self.next() % n

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent


def box(rng: Lcg, width: int, height: int) -> list[float]:
    """Left, top, width, height in quarters of pixels; inside the image."""
    w = 8 + rng.below(4 * width - 8)
    h = 8 + rng.below(4 * height - 8)
    x = rng.below(4 * width - w + 1)
    y = rng.below(4 * height - h + 1)
    return [x / 4, y / 4, w / 4, h / 4]


def near(rng: Lcg, b: list[float], width: int, height: int) -> list[float]:
    """Another box, moved by up to two pixels on each side."""
    x1 = min(max(b[0] + (rng.below(17) - 8) / 4, 0), width - 1)
    y1 = min(max(b[1] + (rng.below(17) - 8) / 4, 0), height - 1)
    x2 = min(max(b[0] + b[2] + (rng.below(17) - 8) / 4, x1 + 1), width)
    y2 = min(max(b[1] + b[3] + (rng.below(17) - 8) / 4, y1 + 1), height)
    return [x1, y1, x2 - x1, y2 - y1]


def runs(rng: Lcg, b: list[float], width: int, height: int) -> dict:
    """Uncompressed RLE of a box with ragged edges."""
    counts, zeros = [], 0
    first, last = int(b[0]), min(int(b[0] + b[2]) + 1, width)
    for x in range(width):
        top = min(int(b[1]) + rng.below(3), height) if first <= x < last else height
        bottom = max(min(int(b[1] + b[3]) - rng.below(3), height), top) if first <= x < last else height
        zeros += top
        if bottom > top:
            if zeros == 0 and counts:
                counts[-1] += bottom - top
            else:
                counts += [zeros, bottom - top]
            zeros = 0
        zeros += height - bottom
    if zeros or not counts:
        counts.append(zeros)
    return {"size": [height, width], "counts": counts}


def far_polygons() -> list[dict]:
    """Corners up to millions of pixels outside a small image, where edges are long and steep or flat."""
    rng = random.Random(3)
    found = []
    for number in range(160):
        width, height = rng.randint(1, 60), rng.randint(1, 60)
        reach = rng.choice((10, 1e3, 1e5, 2e6))
        ring = [rng.uniform(-reach, reach) if rng.random() < 0.5 else rng.uniform(-5, 65) for _ in range(2 * rng.randint(3, 7))]
        ring = [round(value, rng.choice((0, 2, 6))) for value in ring]
        counts = coco_mask.merge(coco_mask.frPyObjects([ring], height, width))["counts"].decode()
        found.append({"width": width, "height": height, "ring": ring, "counts": counts})
    return found


def polygon(rng: Lcg, b: list[float]) -> list[float]:
    """Three to eight corners in and a little around the box, in eighths of pixels."""
    ring = []
    for _ in range(3 + rng.below(6)):
        ring.append(b[0] + (rng.below(int(8 * b[2]) + 17) - 8) / 8)
        ring.append(b[1] + (rng.below(int(8 * b[3]) + 17) - 8) / 8)
    return ring


def make(number: int) -> tuple[dict, list[dict], dict]:
    """Ground truth, detections and settings of a case."""
    rng = Lcg(number)
    classes = 1 if number % 3 == 0 else 1 + rng.below(4)
    ties = rng.chance(50)
    settings = {
        "kind": "masks" if rng.chance(60) else "boxes",
        "maxDets": MAX_DETS[rng.below(4)],
        "classAgnostic": rng.chance(30),
    }
    images, annotations, detections = [], [], []
    for i in range(1 + rng.below(6)):
        width, height = 24 + rng.below(150), 24 + rng.below(150)
        image = {"id": (i * 7) % 11 + 1, "width": width, "height": height}
        images.append(image)
        boxes = []
        for _ in range(0 if rng.chance(15) else rng.below(8)):
            b = box(rng, width, height)
            boxes.append(b)
            crowd = rng.chance(12)
            if crowd or rng.chance(30):
                segmentation = runs(rng, b, width, height)
            else:
                segmentation = [polygon(rng, b) for _ in range(1 + rng.below(2))]
            annotations.append({
                "id": len(annotations) + 1, "image_id": image["id"], "category_id": 1 + 2 * rng.below(classes),
                "bbox": b, "area": b[2] * b[3] if rng.chance(80) else b[2] * b[3] / 2, "iscrowd": int(crowd),
                "ignore": int(rng.chance(10)), "segmentation": segmentation,
            })  # fmt: skip
        for _ in range(0 if rng.chance(15) else rng.below(16)):
            b = near(rng, boxes[rng.below(len(boxes))], width, height) if boxes and rng.chance(75) else box(rng, width, height)
            detection = {"image_id": image["id"], "category_id": 1 + 2 * rng.below(classes)}
            detection["score"] = rng.below(5) / 4 if ties else rng.below(1 << 20) / (1 << 20)
            if settings["kind"] == "boxes":
                detection["bbox"] = b
            else:
                detection["segmentation"] = runs(rng, b, width, height)
            detections.append(detection)
    categories = [{"id": 1 + 2 * c, "name": f"c{c}"} for c in range(classes)]
    return {"images": images, "annotations": annotations, "categories": categories}, detections, settings


def evaluate(truth: dict, detections: list[dict], settings: dict) -> list[float]:
    """All averages of a case, -1 where there was nothing to find."""
    truth = json.loads(json.dumps(truth))
    detections = json.loads(json.dumps(detections))
    for d in detections:
        if "segmentation" in d and isinstance(d["segmentation"].get("counts"), list):
            size = d["segmentation"]["size"]
            d["segmentation"] = coco_mask.frPyObjects(d["segmentation"], *size)
    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = truth
        gt.createIndex()
        if detections:
            dt = gt.loadRes(detections)
        else:
            dt = COCO()
            dt.dataset = {**truth, "annotations": []}
            dt.createIndex()
        run = COCOeval(gt, dt, "segm" if settings["kind"] == "masks" else "bbox")
        run.params.maxDets = settings["maxDets"]
        run.params.useCats = 0 if settings["classAgnostic"] else 1
        run.evaluate()
        run.accumulate()
    precision, recall = run.eval["precision"], run.eval["recall"]

    def mean(values) -> float:
        values = values[values > -1]
        return round(float(values.mean()), 9) if values.size else -1

    out = []
    for a in range(4):
        for m in range(len(settings["maxDets"])):
            out += [mean(precision[:, :, :, a, m]), mean(recall[:, :, a, m])]
    return out + [mean(precision[0, :, :, 0, -1]), mean(precision[5, :, :, 0, -1])]


def tiny_detections(truth: dict) -> list[dict]:
    """One to three boxes an annotation, moved by up to four pixels."""
    rng = Lcg(7)
    sizes = {image["id"]: (image["width"], image["height"]) for image in truth["images"]}
    out = []
    for a in truth["annotations"]:
        width, height = sizes[a["image_id"]]
        for _ in range(1 + rng.below(3)):
            x = min(max(a["bbox"][0] + (rng.below(33) - 16) / 4, 0), width - 1)
            y = min(max(a["bbox"][1] + (rng.below(33) - 16) / 4, 0), height - 1)
            w = min(max(a["bbox"][2] + (rng.below(33) - 16) / 4, 1), width - x)
            h = min(max(a["bbox"][3] + (rng.below(33) - 16) / 4, 1), height - y)
            score = rng.below(1 << 20) / (1 << 20)
            out.append({"image_id": a["image_id"], "category_id": a["category_id"], "score": score, "bbox": [x, y, w, h]})
    return out


def tiny(path: Path) -> dict:
    truth = json.loads(path.read_text())
    detections = tiny_detections(truth)
    out = {}
    for kind in ("boxes", "masks"):
        for agnostic in (False, True):
            settings = {"kind": kind, "classAgnostic": agnostic, "maxDets": [1, 10, 100, 1000]}
            out[f"{kind}-{'agnostic' if agnostic else 'classes'}"] = evaluate(truth, detections, settings)
    return out


def write(name: str, data) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, separators=(",", ":")).encode()
    (OUT / f"{name}.json.gz").write_bytes(gzip.compress(text, mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tiny", type=Path, help="a COCO annotation file")
    args = parser.parse_args()
    write("cases", [evaluate(*make(number)) for number in range(CASES)])
    polygons = []
    for number in range(POLYGONS):
        rng = Lcg(100_000 + number)
        width, height = 3 + rng.below(60), 3 + rng.below(60)
        rings = [polygon(rng, box(rng, width, height)) for _ in range(1 + rng.below(3))]
        merged = coco_mask.merge(coco_mask.frPyObjects(rings, height, width))
        polygons.append(merged["counts"].decode())
    write("polygons", polygons)
    write("farPolygons", far_polygons())
    if args.tiny:
        write("tiny", tiny(args.tiny))


if __name__ == "__main__":
    main()

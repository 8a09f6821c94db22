"""What Ultralytics' FastSAM finds: boxes, scores, masks and the choices of random prompts, whole images through.

    python tools/golden/pipeline.py --out test/golden/pipeline test/golden/scenes/{coffee.jpg,coins.png,rocket.jpg,bridge.jpg,galaxies.jpg}
    python tools/golden/pipeline.py --weights demo-n.pt --prompts 20 --out out/pipeline IMAGE...

Writes one gzipped JSON an image: for retina and plain masks the boxes (xyxy pixels of the image), scores, masks as
COCO compressed RLE on their own grid, and for each prompt the indices that `FastSAMPredictor.prompt` chose. Without
--weights it runs the network of the tests (trained.py).
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch
from pycocotools import mask as coco
from ultralytics import FastSAM

from trained import trained_checkpoint

torch.set_num_threads(2)


def prompts(rng: np.random.Generator, boxes: np.ndarray, w: int, h: int, n: int) -> list[dict]:
    """Half near the objects, half anywhere."""
    out = []
    for i in range(n):
        near = boxes[rng.integers(len(boxes))] if len(boxes) and i % 2 else np.array([0, 0, w, h])
        if i % 4 < 2:
            p = [sorted(rng.uniform(near[k], near[k + 2], 2) + rng.normal(0, 3, 2)) for k in (0, 1)]
            x = np.clip(p[0], 0, w)
            y = np.clip(p[1], 0, h)
            out.append({"boxes": [[float(x[0]), float(y[0]), float(max(x[1], x[0] + 2)), float(max(y[1], y[0] + 2))]]})
        else:
            k = int(rng.integers(1, 4))
            pts = np.stack([rng.uniform(near[0], near[2], k), rng.uniform(near[1], near[3], k)], 1)
            pts = np.clip(pts, 0, [w - 1, h - 1])
            out.append({"points": pts.tolist(), "labels": [1] + rng.integers(0, 2, k - 1).tolist()})
    return out


def chosen(model: FastSAM, result, prompt: dict) -> list[int]:
    picked = model.predictor.prompt(
        [result], bboxes=prompt.get("boxes"), points=prompt.get("points"), labels=prompt.get("labels")
    )[0]
    rows = result.boxes.data.numpy()
    return [int(np.flatnonzero((rows == r).all(1))[0]) for r in picked.boxes.data.numpy()]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("images", nargs="+", type=Path)
    p.add_argument("--weights", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--imgsz", type=int, default=320)
    p.add_argument("--conf", type=float, default=0.25)
    p.add_argument("--iou", type=float, default=0.7)
    p.add_argument("--prompts", type=int, default=20)
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    model = FastSAM(str(a.weights or trained_checkpoint(a.out)))
    for number, image in enumerate(a.images):
        record = {"image": image.name, "imgsz": a.imgsz, "conf": a.conf, "iou": a.iou}
        for retina in (True, False):
            r = model(str(image), imgsz=a.imgsz, conf=a.conf, iou=a.iou, retina_masks=retina, verbose=False)[0]
            h, w = r.orig_shape
            n = len(r.boxes)
            masks = r.masks.data.numpy().astype(np.uint8) if n else np.zeros((0, h, w), np.uint8)
            rng = np.random.default_rng(1000 + number)
            asked = prompts(rng, r.boxes.xyxy.numpy(), w, h, a.prompts) if n else []
            record["retina" if retina else "plain"] = {
                "boxes": r.boxes.xyxy.numpy().round(4).tolist(),
                "scores": r.boxes.conf.numpy().round(6).tolist(),
                "masks": [
                    {"size": list(m.shape), "counts": coco.encode(np.asfortranarray(m))["counts"].decode()} for m in masks
                ],
                "prompts": [{**q, "chosen": chosen(model, r, q)} for q in asked],
            }
        record["width"], record["height"] = w, h
        path = a.out / f"{image.stem}.json.gz"
        path.write_bytes(gzip.compress(json.dumps(record).encode(), mtime=0))
        print(path, len(record["retina"]["boxes"]), "objects")
    if not a.weights:
        (a.out / "demo.pt").unlink()


if __name__ == "__main__":
    main()

"""What Ultralytics' `val` says on a small YOLO data set with the network of the tests.

    python tools/golden/yoloVal.py                     writes test/golden/val: images, labels, yaml, expected.json
    python tools/golden/yoloVal.py --coco COCO_FOLDER --out out/val      the same of COCO annotations (not committed)

Without --coco the data set is made of drawn scenes: ellipses and rectangles on noise, with outlines as labels, one image
without an object and one without a label file. Images are PNG, so that no decoder has a say.

Ultralytics runs as it comes. Two things it leaves to chance, so the data have none of them:
- batches are images sorted by aspect ratio, and NumPy's sort leaves the order of equal ones open: no two images have the
  same ratio (those of COCO lose rows at the bottom until it is so);
- detections are sorted by score in the same way: drawn images have a little noise, as flat ones give many equal scores.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import cv2
import numpy as np
import torch
from ultralytics import FastSAM
from ultralytics.models.fastsam import FastSAMValidator

from trained import ROOT, trained_checkpoint

torch.set_num_threads(2)


def drawn(folder: Path) -> None:
    """Scenes of random shapes."""
    rng = np.random.default_rng(6)
    sizes = [(160, 120), (120, 160), (200, 90), (150, 150), (128, 100), (96, 130), (170, 110)]
    for n, (w, h) in enumerate(sizes):
        image = np.full((h, w, 3), rng.integers(60, 200, 3), np.uint8)
        labels = []
        for _ in range(0 if n == 4 else int(rng.integers(2, 7))):
            a, b = rng.uniform(0.06, 0.28, 2) * [w, h]
            x, y = rng.uniform([a, b], [w - a, h - b])
            if rng.random() < 0.5:
                t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
                ring = np.stack([x + a * np.cos(t), y + b * np.sin(t)], 1)
            else:
                ring = np.array([[x - a, y - b], [x + a, y - b], [x + a, y + b], [x - a, y + b]])
            cv2.fillPoly(image, [np.round(ring).astype(np.int32)], rng.integers(0, 250, 3).tolist())
            values = " ".join(f"{v:.6f}" for v in (ring / [w, h]).clip(0, 1).reshape(-1))
            labels.append(f"{int(rng.integers(0, 3))} {values}")
        image += rng.integers(0, 3, image.shape, np.uint8)  # see the top of this file; colours are at most 249
        save(folder, f"scene{n}", image, None if n == 6 else labels)


def from_coco(folder: Path, source: Path) -> None:
    """Annotations without crowds; of several polygons the longest. No two images of one aspect ratio."""
    data = json.loads((source / "instances_val2017.json").read_text())
    classes = {c["id"]: i for i, c in enumerate(data["categories"])}
    ratios = set()
    for image in data["images"]:
        w, h = image["width"], image["height"]
        while h / w in ratios:
            h -= 1
        ratios.add(h / w)
        labels = []
        for a in data["annotations"]:
            if a["image_id"] == image["id"] and not a.get("iscrowd") and isinstance(a["segmentation"], list):
                ring = np.array(max(a["segmentation"], key=len)).reshape(-1, 2) / [w, h]
                if len(ring) >= 3:
                    values = " ".join(f"{v:.6f}" for v in ring.clip(0, 1).reshape(-1))
                    labels.append(f"{classes[a['category_id']]} {values}")
        pixels = cv2.imread(str(source / "val2017" / image["file_name"]))
        save(folder, Path(image["file_name"]).stem, pixels[:h], labels)


def save(folder: Path, name: str, image: np.ndarray, labels: list[str] | None) -> None:
    for kind in ("images", "labels"):
        (folder / kind / "val").mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "images" / "val" / f"{name}.png"), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if labels is not None:
        (folder / "labels" / "val" / f"{name}.txt").write_text("".join(f"{line}\n" for line in labels))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--coco", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "test" / "golden" / "val")
    args = parser.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    if args.coco:
        from_coco(args.out, args.coco)
    else:
        drawn(args.out)
    names = "".join(f"  {i}: class{i}\n" for i in range(80 if args.coco else 3))
    yaml = f"# Made by tools/golden/yoloVal.py\ntrain: images/val\nval: images/val\nnames:\n{names}"
    (args.out / "data.yaml").write_text(yaml)
    with tempfile.TemporaryDirectory() as temp:
        model = FastSAM(str(trained_checkpoint(Path(temp))))
        expected = {}
        for batch in (1, 3, 16):
            local = Path(temp) / f"data{batch}"
            shutil.copytree(args.out, local)
            (local / "data.yaml").write_text(f"path: {local}\n{yaml}")
            metrics = model.val(
                validator=FastSAMValidator, data=str(local / "data.yaml"), imgsz=320, batch=batch, single_cls=True,
                device="cpu", workers=0, plots=False, verbose=False, project=temp, name=f"run{batch}",
            )  # fmt: skip
            expected[batch] = {
                kind: dict(zip(("precision", "recall", "mAP50", "mAP5095"), map(float, m.mean_results())))
                for kind, m in (("boxes", metrics.box), ("masks", metrics.seg))
            }
            print(batch, expected[batch])
    (args.out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()

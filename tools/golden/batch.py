"""The files of a batch as pycocotools has them.

    python tools/golden/batch.py                writes test/golden/batch/files.json.gz
    python tools/golden/batch.py FOLDER         checks the output of fastsam batch --format coco,sa1b

The golden holds a merged COCO file of the images of test/golden/results, built here and read back by pycocotools, and an
SA-1B file of the prototypes of test/golden/studies with masks and stability scores that torch makes on the whole grid.
The check loads coco.json and every SA-1B file, decodes all masks, and compares areas and boxes with what the files say.
"""

import contextlib
import gzip
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "golden"
# The data card of SA-1B (Kirillov et al. 2023, "Segment Anything").
IMAGE_FIELDS = {"image_id", "width", "height", "file_name"}
ANNOTATION_FIELDS = {
    "id",
    "segmentation",
    "bbox",
    "area",
    "predicted_iou",
    "stability_score",
    "crop_box",
    "point_coords",
}


def load(path_or_data) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        if not isinstance(path_or_data, dict):
            return COCO(str(path_or_data))
        coco = COCO()
        coco.dataset = path_or_data
        coco.createIndex()
        return coco


def merged() -> dict:
    images, annotations = [], []
    cases = json.loads((GOLDEN / "results" / "results.json").read_text())
    for image_id, case in enumerate(sorted(cases, key=lambda case: case["name"]), 1):
        size = [case["height"], case["width"]]
        images.append({"id": image_id, "file_name": case["name"], "width": size[1], "height": size[0]})
        boxes = np.array(case["boxes"], np.float32).reshape(-1, 4)
        for counts, (x1, y1, x2, y2), score in zip(case["masks"], boxes.tolist(), case["scores"]):
            rle = {"size": size, "counts": counts}
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": 1,
                    "segmentation": rle,
                    "area": int(coco_mask.decode(rle).sum()),
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "iscrowd": 0,
                    "score": score,
                }
            )
    file = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "object"}]}
    coco = load(file)
    assert all(coco.annToMask(a).sum() == a["area"] for a in coco.loadAnns(coco.getAnnIds()))
    return file


def sa1b(name: str) -> dict:
    import torch

    stability = json.loads((GOLDEN / "studies" / "quality.json").read_text())["stability"]
    prototypes = torch.tensor(stability["prototypes"]).reshape(16, 16, 4)
    coefficients = torch.tensor(stability["coefficients"]).reshape(-1, 4)
    scores = next(each["scores"] for each in stability["expected"] if each["delta"] == 1)
    annotations = []
    for place, (row, (x1, y1, x2, y2)) in enumerate(zip(coefficients, stability["boxes"]), 1):
        logits = torch.nn.functional.interpolate((prototypes @ row)[None, None], (64, 64), mode="bilinear")[0, 0]
        mask = np.zeros((64, 64), np.uint8, order="F")
        mask[y1:y2, x1:x2] = (logits > 0).numpy()[y1:y2, x1:x2]
        rle = coco_mask.encode(mask)
        if not mask.any():
            continue
        annotations.append(
            {
                "id": place,
                "segmentation": {"size": [64, 64], "counts": rle["counts"].decode()},
                "bbox": coco_mask.toBbox(rle).tolist(),
                "area": int(coco_mask.area(rle)),
                "predicted_iou": 1 / (place + 1),
                "stability_score": scores[place - 1],
                "crop_box": [0, 0, 64, 64],
            }
        )
    image_id = int(hashlib.sha256(name.encode()).hexdigest()[:13], 16)
    return {"image": {"image_id": image_id, "width": 64, "height": 64, "file_name": name}, "annotations": annotations}


def check_mask(annotation: dict, size: list[int]) -> np.ndarray:
    rle = annotation["segmentation"]
    mask = coco_mask.decode(rle)
    assert rle["size"] == size == list(mask.shape), (annotation["id"], size)
    assert mask.sum() == coco_mask.area(rle) == annotation["area"], annotation["id"]
    return mask


def check(folder: Path) -> None:
    coco = load(folder / "coco.json")
    names = {image["file_name"]: image for image in coco.loadImgs(coco.getImgIds())}
    assert len(names) == len(coco.imgs) and len(coco.anns) == len(coco.dataset["annotations"])
    detections = {name: [] for name in names}
    for annotation in coco.loadAnns(coco.getAnnIds()):
        image = coco.imgs[annotation["image_id"]]
        mask = check_mask(annotation, [image["height"], image["width"]])
        assert (coco.annToMask(annotation) == mask).all()
        if not mask.any():
            continue  # SA-1B has no such masks
        left, top, width, height = annotation["bbox"]
        x, y, w, h = coco_mask.toBbox(annotation["segmentation"])
        # A mask is cropped to the detector's box, whose edges may cut through pixels.
        assert x >= left - 1 and y >= top - 1 and x + w <= left + width + 1 and y + h <= top + height + 1
        detections[image["file_name"]].append((annotation["segmentation"], annotation["score"]))
    result = [{k: a[k] for k in ("image_id", "category_id", "segmentation", "score")} for a in coco.anns.values()]
    with contextlib.redirect_stdout(io.StringIO()):
        assert len(coco.loadRes(result).anns) == len(result)
    files = [path for path in folder.rglob("*.json") if path.parent != folder or path.stem not in RESERVED]
    files = [path for path in files if ".batch" not in path.parts]
    seen = set()
    for path in files:
        file = json.loads(path.read_text())
        image = file["image"]
        assert set(file) == {"image", "annotations"} and set(image) == IMAGE_FIELDS, path
        name = image["file_name"]
        assert (image["width"], image["height"]) == (names[name]["width"], names[name]["height"]), path
        for annotation in file["annotations"]:
            assert set(annotation) == ANNOTATION_FIELDS, path
            mask = check_mask(annotation, [image["height"], image["width"]])
            assert coco_mask.toBbox(annotation["segmentation"]).tolist() == annotation["bbox"], path
            [[x, y]] = annotation["point_coords"]
            assert mask[int(y), int(x)] == 1, path
        both = [(a["segmentation"], a["predicted_iou"]) for a in file["annotations"]]
        assert both == detections[name], path
        seen.add(image["image_id"])
    assert len(seen) == len(files) == len(names)
    print(f"{len(names)} images, {len(coco.anns)} masks in coco.json, {sum(map(len, detections.values()))} in {len(files)} SA-1B files")


RESERVED = {"coco", "manifest", "summary"}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(Path(sys.argv[1]))
    else:
        path = GOLDEN / "batch" / "files.json.gz"
        path.parent.mkdir(exist_ok=True)
        text = json.dumps({"merged": merged(), "sa1b": sa1b("scene.png")})
        path.write_bytes(gzip.compress(text.encode(), mtime=0))

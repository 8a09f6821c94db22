"""Class-agnostic COCO AP and AR of a result file that `fastsam segment --format coco` wrote.

    python tools/bench/ap.py RESULTS/coco.json instances_val2017.json

Images are matched by file name; only those in the result file count.
"""

import json
import sys
from pathlib import Path

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

results = json.loads(Path(sys.argv[1]).read_text())
truth = COCO(sys.argv[2])
ids = {image["file_name"].split("/")[-1]: image["id"] for image in truth.dataset["images"]}
number = {image["id"]: ids[Path(image["file_name"]).name] for image in results["images"]}
found = truth.loadRes(
    [
        {"image_id": number[a["image_id"]], "category_id": 1, "segmentation": a["segmentation"], "score": a["score"]}
        for a in results["annotations"]
    ]
)
evaluation = COCOeval(truth, found, "segm")
evaluation.params.useCats = 0
evaluation.params.imgIds = sorted(number.values())
evaluation.params.maxDets = [10, 100, 1000]
evaluation.evaluate()
evaluation.accumulate()
precision = evaluation.eval["precision"][:, :, 0, 0, 2]
recall = evaluation.eval["recall"][:, 0, 0, :]
mean = lambda values: values[values > -1].mean()
print(f"AP {mean(precision):.4f}  AP50 {mean(precision[0]):.4f}  " + "  ".join(f"AR@{n} {mean(recall[:, i]):.4f}" for i, n in enumerate((10, 100, 1000))))

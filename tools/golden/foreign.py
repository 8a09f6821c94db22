"""Names and shapes of the tensors of networks that are not YOLOv8-seg, for messages that say what a file is.

Makes test/golden/networks/foreign.json.gz: by configuration of Ultralytics {class, yaml_file, task, tensors}, the tensors
as [name, shape], and a few names of other models by hand from their published code.

    python tools/golden/foreign.py

Needs torch and ultralytics (tools/golden/requirements.txt).
"""

import gzip
import json
import os
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

from ultralytics import YOLO, RTDETR
from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "networks" / "foreign.json.gz"
CONFIGURATIONS = (
    "yolo11n-seg", "yolo12n-seg", "yolov9c-seg", "yolo26n-seg", "yoloe-11s-seg", "yolov8n", "yolo11n", "yolov8n-pose",
    "yolov8n-obb", "yolov8n-cls", "yolov8n-seg-p6", "yolov8n-p2", "yolov5n", "yolov3", "yolov10n", "yolov8s-worldv2",
    "rtdetr-l",
)  # fmt: skip


def describe(model, file):
    return {
        "class": type(model).__name__,
        "yaml_file": file,
        "task": getattr(model, "task", ""),
        "tensors": [[name, list(value.shape)] for name, value in model.state_dict().items()],
    }


def main():
    found = {}
    for name in CONFIGURATIONS:
        made = (RTDETR if name.startswith("rtdetr") else YOLO)(f"{name}.yaml")
        found[name] = describe(made.model, f"{name}.yaml")
    for channels in (1, 4):
        model = SegmentationModel(yaml_model_load("yolov8n-seg.yaml"), ch=channels, nc=1, verbose=False)
        found[f"{channels} channels"] = describe(model, "yolov8n-seg.yaml")
    text = json.dumps(found, separators=(",", ":"))
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))
    print({name: (entry["class"], entry["task"], len(entry["tensors"])) for name, entry in found.items()})
    print(OUT.stat().st_size)


if __name__ == "__main__":
    main()

"""What examples/layers.ts and examples/fineTuned.ts read.

    python tools/golden/exampleFiles.py

Makes examples/coins.layers.safetensors: what PyTorch and Ultralytics compute in the 23 layers of the shipped model from
examples/coins.png, 320 pixels wide. The form is that of docs/user/compare.md, without the input.
Makes test/golden/examples/three-classes.pt: a small YOLOv8-seg of three classes with random weights, as Ultralytics' trainer
leaves it. Needs requirements.txt.
"""

import os

os.environ["YOLO_OFFLINE"] = "1"

import json

import cv2
import torch
from safetensors.torch import save_file
from ultralytics.data.augment import LetterBox

from layers import is_layer, network, photo, record, settle
from trained import ROOT, trained_network

VALUES = 400


def network_input(path, imgsz):
    """[1,3,H,W], RGB 0 ... 1, letterboxed as Ultralytics' predictor does."""
    image = LetterBox(imgsz, auto=True, stride=32)(image=cv2.imread(str(path)))[..., ::-1].copy()
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255


def layers():
    shipped = trained_network(ROOT / "weights" / "demo.safetensors")
    tensors, described = record(shipped, network_input(ROOT / "examples" / "coins.png", 320), VALUES, 1)
    described = [layer for layer in described if is_layer(layer["name"])]
    path = ROOT / "examples" / "coins.layers.safetensors"
    save_file(
        {layer["name"]: tensors[layer["name"]].float() for layer in described},
        path,
        metadata={"layers": json.dumps(described, separators=(",", ":"))},
    )
    print(f"{path}: {len(described)} layers, {path.stat().st_size:,} bytes")


def three_classes():
    model = settle(network([0.33, 0.0625, 128], 3, 4, 3), photo(96, 96, 3))
    model.names = {0: "cup", 1: "saucer", 2: "spoon"}
    model.args = {"imgsz": 96, "task": "segment"}
    path = ROOT / "test" / "golden" / "examples" / "three-classes.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.half(), "train_args": model.args, "version": "8.4.190", "date": "2026-01-01"}, path)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    torch.set_num_threads(2)
    layers()
    three_classes()

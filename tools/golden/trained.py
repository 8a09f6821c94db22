"""Trained YOLOv8n-seg networks of one class, from our safetensors into Ultralytics' own form."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from ultralytics.nn.tasks import SegmentationModel

ROOT = Path(__file__).resolve().parents[2]
FIXED = ROOT / "test" / "golden" / "networks" / "demo.safetensors"
"""The network of the tests. It stays as it is when the shipped one changes."""
SCENES = ROOT / "test" / "golden" / "scenes"
"""The photographs of the tests."""


def trained_network(weights: Path = FIXED) -> SegmentationModel:
    model = SegmentationModel("yolov8n-seg.yaml", nc=1, verbose=False)
    missing, unexpected = model.load_state_dict(load_file(weights), strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    model.names = {0: "object"}
    return model.eval()


def trained_checkpoint(folder: Path, weights: Path = FIXED) -> Path:
    """As a .pt file in `folder`."""
    path = folder / "demo.pt"
    torch.save({"model": trained_network(weights).half(), "train_args": {"imgsz": 320, "task": "segment"}}, path)
    return path

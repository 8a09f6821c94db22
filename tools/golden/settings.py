"""Small YOLOv8-seg checkpoints that compute something else than the standard network, and what PyTorch computes of them.

Makes test/golden/settings/<variant>.pt.gz, <variant>.torchscript.gz and <variant>.onnx.gz as Ultralytics writes them, and
<variant>.reference.safetensors, the outputs of every layer and of the head in the form of layers.py. All variants have the
same weights; they differ in what no tensor says: activation, epsilon, pooling, shortcuts, upsampling.

    python tools/golden/settings.py

Needs torch, ultralytics, onnx and onnxslim (tools/golden/requirements.txt). Seeds are fixed; dates are the only thing that
changes from run to run.
"""

import copy
import gzip
import io
import os
import tempfile
import zipfile
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import torch
import yaml
from torch import nn
from ultralytics import YOLO
from ultralytics.utils import ROOT

from layers import photo, settle, write_reference

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "settings"
IMGSZ = 64
SEED = 7
ALL = ("pt", "torchscript", "onnx")


def network(folder):
    """YOLOv8-seg with 8 channels nearly everywhere."""
    config = yaml.safe_load((ROOT / "cfg/models/v8/yolov8-seg.yaml").read_text())
    config.update(nc=2, scales={"t": [0.33, 0.015625, 512]}, scale="t", reg_max=4)
    config["head"][-1][-1] = ["nc", 8, 256]
    (folder / "yolov8t-seg.yaml").write_text(yaml.safe_dump(config))
    torch.manual_seed(SEED)
    model = settle(YOLO(folder / "yolov8t-seg.yaml", task="segment").model, photo(IMGSZ, IMGSZ, SEED))
    with torch.no_grad():
        for value in model.parameters():  # four bits of mantissa pack to half the size
            value.copy_((value.half().view(torch.int16) & ~0x3F).view(torch.float16).float())
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):  # small enough for epsilon to count
                module.running_var[0] = 2**-9
    model.names = {0: "cat", 1: "dog"}
    model.args = {"imgsz": 96, "task": "segment"}
    return model


def activate(model, make, where=lambda name: True):
    for name, module in model.named_modules():
        if hasattr(module, "act") and where(name):
            module.act = make()


def relu(model):
    shared = nn.ReLU(inplace=True)  # one object for all, as yaml's `activation:` makes it
    activate(model, lambda: shared)


def leaky(model):
    activate(model, lambda: nn.LeakyReLU(0.1))


MIXED = {
    "model.1": nn.ReLU,
    "model.2.cv1": nn.Hardswish,
    "model.3": nn.GELU,
    "model.4.cv1": nn.Mish,
    "model.5": lambda: nn.ELU(0.7),
    "model.6.cv1": nn.ReLU6,
    "model.7": nn.Tanh,
    "model.8.cv1": nn.Sigmoid,
    "model.9.cv1": nn.Identity,
    "model.22.proto.cv2": lambda: nn.ELU(),
    "model.22.cv3.1.0": lambda: nn.LeakyReLU(0.25),
}


def mixed(model):
    for name, make in MIXED.items():
        activate(model, make, lambda found, name=name: found == name)


def epsilon(model):
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-2 if name == "model.5.bn" else 1e-5


def blocks(model):
    """Another pooling; no shortcut in one bottleneck of the backbone, one where the neck has none."""
    model.model[9].m = nn.MaxPool2d(3, 1, 1)
    model.model[4].m[1].add = False
    model.model[12].m[0].add = True


def bilinear(model):
    for module in model.modules():
        if isinstance(module, nn.Upsample):
            module.mode = "bilinear"


VARIANTS = {
    "relu": (relu, ALL),
    "leaky": (leaky, ALL),
    "mixed": (mixed, ALL),
    "blocks": (blocks, ALL),
    "epsilon": (epsilon, ("pt",)),
    "bilinear": (bilinear, ALL),
}


def without_debug(data):
    """A TorchScript archive without its line numbers, which are most of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(name, (2023, 6, 21, 0, 0, 0)), source.read(name))
    return buffer.getvalue()


def write(name, data):
    data = gzip.compress(data, mtime=0)
    (OUT / f"{name}.gz").write_bytes(data)
    print(f"{name}: {len(data):,} bytes")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        base = network(folder)
        for variant, (change, forms) in VARIANTS.items():
            model = copy.deepcopy(base)
            change(model)
            file = folder / f"{variant}.pt"
            torch.save({"model": copy.deepcopy(model).half(), "ema": None, "version": "8.4.190"}, file)
            for form in forms:
                path = file
                if form != "pt":
                    path = Path(YOLO(file, task="segment").export(format=form, imgsz=IMGSZ, device="cpu", verbose=False))
                data = path.read_bytes()
                write(f"{variant}.{form}", without_debug(data) if form == "torchscript" else data)
            write_reference(OUT / f"{variant}.reference.safetensors", model.float(), photo(IMGSZ, IMGSZ, SEED), 64, 16)


if __name__ == "__main__":
    main()

"""ONNX files of every form that Ultralytics' exporter makes of a very small YOLOv8-seg, and what is in them.

Makes test/golden/onnx/<form>.onnx.gz and expected.json, which lists the tensors of the fused network, as PyTorch has them,
as [name, shape, CRC-32 of the float32 values in little-endian row-major order, the same after rounding to float16].

    python tools/golden/onnxModels.py

Needs torch, ultralytics, onnx, onnxslim and onnxruntime (tools/golden/requirements.txt). Seeds are fixed; the date in the
files is the only thing that changes from run to run.
"""

import gzip
import json
import os
import tempfile
import zlib
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import onnx
import torch
import yaml
from onnxruntime.quantization import CalibrationDataReader, quantize_static
from ultralytics import YOLO
from ultralytics.utils import ROOT

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "onnx"
IMGSZ = 64
NAMES = {0: "dog's bed", 1: 'a "cat"'}

FORMS = {
    # only by way of what is made of it below
    "static": {"simplify": False},
    "slim": {"simplify": True},
    "dynamic": {"simplify": True, "dynamic": True},
    "half": {"simplify": True, "half": True},
    "nms": {"simplify": True, "nms": True, "conf": 0.5, "iou": 0.6, "max_det": 20},
    "nms-dynamic": {"simplify": True, "dynamic": True, "nms": True, "conf": 0.5, "iou": 0.6, "max_det": 20, "batch": 2},
}


def network(folder):
    """YOLOv8-seg with 8 channels nearly everywhere, weights and statistics random, saved as a checkpoint."""
    config = yaml.safe_load((ROOT / "cfg/models/v8/yolov8-seg.yaml").read_text())
    config.update(nc=2, scales={"t": [0.33, 0.015625, 512]}, scale="t", reg_max=4)
    config["head"][-1][-1] = ["nc", 8, 256]
    (folder / "yolov8t-seg.yaml").write_text(yaml.safe_dump(config))
    torch.manual_seed(0)
    model = YOLO(folder / "yolov8t-seg.yaml", task="segment")
    for module in model.model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.3, 1)
            torch.nn.init.uniform_(module.weight, 1, 2)
            torch.nn.init.normal_(module.bias, 0, 0.3)
    for branch in model.model.model[-1].cv3:  # scores on both sides of one half; the boxes' biases stay equal
        torch.nn.init.normal_(branch[-1].weight, 0, 1.5)
        torch.nn.init.normal_(branch[-1].bias, -1, 0.5)
    for branch in model.model.model[-1].cv2:
        torch.nn.init.normal_(branch[-1].weight, 0, 1)
    model.model.names = NAMES
    model.save(folder / "tiny.pt")
    return folder / "tiny.pt"


def crc(array):
    return zlib.crc32(np.ascontiguousarray(array, dtype="<f4").tobytes())


def write(form, model):
    data = gzip.compress(model.SerializeToString(), mtime=0)
    (OUT / f"{form}.onnx.gz").write_bytes(data)
    print(form, len(data))


def without_node_names(model):
    """As torch before 1.13 wrote: operations are numbered."""
    for i, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{i}"
    return model


def with_weights_outside(model, folder):
    onnx.save_model(model, folder / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0)
    return onnx.load(folder / "external.onnx", load_external_data=False)


class Noise(CalibrationDataReader):
    def __init__(self):
        rng = np.random.default_rng(0)
        self.inputs = iter([{"images": rng.random((1, 3, IMGSZ, IMGSZ), dtype=np.float32)}])

    def get_next(self):
        return next(self.inputs, None)


def quantised(model, folder):
    onnx.save(model, folder / "float.onnx")
    quantize_static(folder / "float.onnx", folder / "int8.onnx", Noise(), op_types_to_quantize=["Conv"])
    return onnx.load(folder / "int8.onnx")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        checkpoint = network(folder)
        for form, options in FORMS.items():
            file = YOLO(checkpoint).export(format="onnx", imgsz=IMGSZ, device="cpu", verbose=False, **options)
            model = onnx.load(file)
            if form != "static":
                write(form, model)
            else:
                write("numbered", without_node_names(onnx.load(file)))
                write("external", with_weights_outside(onnx.load(file), folder))
                write("int8", quantised(onnx.load(file), folder))
        fused = YOLO(checkpoint).model.float().fuse(verbose=False)
        tensors = [
            [name, list(value.shape), crc(value.numpy()), crc(value.half().float().numpy())]
            for name, value in fused.state_dict().items()
        ]
    expected = {"imgsz": IMGSZ, "names": NAMES, "tensors": tensors}
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()

"""Small checkpoints in every form that the weights readers know, and what PyTorch finds in them.

Makes test/golden/checkpoints/<form>.pt|.safetensors and expected.json, which lists for every file its tensors as
[name, dtype, shape, CRC-32 of the float32 values in little-endian row-major order, first value], and what else the
reader is to find. The network is YOLOv8-seg in shape only: five layers, one class, a few thousand parameters.

    python tools/golden/checkpoints.py

Needs torch, ultralytics, safetensors and numpy (tools/golden/requirements.txt). Seeds are fixed; dates and serialisation
ids are the only bytes that change from run to run.
"""

import base64
import io
import json
import os
import pickle
import sys
import types
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from safetensors.torch import save_file
from ultralytics.nn.modules.head import Detect
from ultralytics.nn.tasks import SegmentationModel

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "checkpoints"
DATE = "2023-06-21T12:00:00"

YAML = {
    "nc": 1,
    "ch": 3,
    "scale": "",
    "yaml_file": "tiny-seg.yaml",
    "reg_max": 4,
    "backbone": [
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 1, "C2f", [8, True]],
        [-1, 1, "SPPF", [8, 5]],
    ],
    "head": [[[2, 3], 1, "Segment", ["nc", 4, 8]]],
}


def network(seed, dtype=torch.float16):
    """A network with random weights and statistics, the way trainers leave it: half precision, no gradients."""
    torch.manual_seed(seed)
    model = SegmentationModel(YAML, ch=3, nc=1, verbose=False)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.5)
        elif name.endswith("running_var"):
            # Down to the subnormal halves that dead channels leave.
            buffer.copy_(torch.rand_like(buffer) * 10 ** torch.linspace(-8, 1, buffer.numel()))
        elif name.endswith("num_batches_tracked"):
            buffer.fill_(seed * 1000 + 7)
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.names = {0: "object"}
    model.args = {"imgsz": 96, "task": "segment"}
    return model.to(dtype).eval()


def describe(tensors):
    rows = []
    for name, tensor in tensors.items():
        values = tensor.detach().to(torch.float32).contiguous().numpy().reshape(-1)
        # Which NaN comes out of a conversion is not the same on every machine.
        values = np.where(np.isnan(values), np.float32("nan"), values)
        crc = zlib.crc32(values.astype("<f4").tobytes())
        dtype = str(tensor.dtype).removeprefix("torch.")
        rows.append([name, dtype, list(tensor.shape), crc, [float(v) for v in values[:1]]])
    return rows


expected = {}


def record(file, tensors, fmt, source, **facts):
    expected[file] = {"format": fmt, "source": source, **facts, "tensors": describe(tensors)}


def current_forms():
    """What Ultralytics 8.4 writes: by YOLO.save, and by its trainer before stripping."""
    model, ema = network(1), network(2)
    top = {"date": DATE, "version": "8.4.190", "license": "none", "docs": "none"}
    torch.save({"model": model, **top}, OUT / "current.pt")
    facts = {"imgsz": 96, "names": {"0": "object"}}
    record("current.pt", model.state_dict(), "torch-zip", "model", **facts)

    optimizer = torch.optim.SGD(network(3, torch.float32).parameters(), lr=0.01, momentum=0.9)
    torch.save(
        {
            "epoch": 3,
            "best_fitness": 0.5,
            "model": model,
            "ema": ema,
            "updates": 12,
            "optimizer": optimizer.state_dict(),
            "train_args": {"imgsz": 128, "task": "segment"},
            **top,
        },
        OUT / "unstripped.pt",
    )
    record("unstripped.pt", ema.state_dict(), "torch-zip", "ema", imgsz=128, names={"0": "object"})


def plain_forms():
    """Dicts of tensors, bare and wrapped, of every container."""
    state = network(4).state_dict()
    torch.save(state, OUT / "state-dict.pt")
    record("state-dict.pt", state, "torch-zip", "state_dict")
    torch.save({"model": state, "epoch": 1}, OUT / "wrapped.pt", _use_new_zipfile_serialization=False)
    record("wrapped.pt", state, "torch-legacy", "model")
    parallel = {f"module.{name}": value for name, value in state.items()}
    torch.save({"state_dict": parallel}, OUT / "parallel.pt", pickle_protocol=4)
    record("parallel.pt", state, "torch-zip", "state_dict")
    save_file(state, OUT / "plain.safetensors", {"imgsz": "64", "names": '{"0":"object"}', "made-by": "golden"})
    record("plain.safetensors", state, "safetensors", "state_dict", imgsz=64, names={"0": "object"})


def legacy_model():
    """The whole model in the container of torch before 1.6, without the classes' source texts that torch would add."""

    def no_source(*_):
        raise OSError

    model = network(5)
    torch.serialization.get_source_lines_and_file = no_source
    torch.save({"model": model, "ema": None, "version": "8.0.20"}, OUT / "legacy.pt", _use_new_zipfile_serialization=False)
    record("legacy.pt", model.state_dict(), "torch-legacy", "model", imgsz=96, names={"0": "object"})


def odd_tensors():
    """Element types, views, strides, shared and empty storages."""
    torch.manual_seed(6)
    base = torch.randn(6, 8)
    specials = torch.tensor([0.0, -0.0, 6e-8, -6e-8, 6.1e-5, 65504.0, float("inf"), float("-inf"), float("nan"), 1 / 3])
    tensors = {
        "model.half": specials.half(),
        "model.bfloat16": specials.bfloat16(),
        "model.float32": specials,
        "model.float64": specials.double() * 1.000000001,
        "model.int64": torch.tensor([0, -1, 2**40 + 1, -(2**62)]),
        "model.int32": torch.tensor([0, -1, 2**31 - 1], dtype=torch.int32),
        "model.int16": torch.tensor([0, -1, 32767], dtype=torch.int16),
        "model.int8": torch.tensor([0, -128, 127], dtype=torch.int8),
        "model.uint8": torch.tensor([0, 128, 255], dtype=torch.uint8),
        "model.bool": torch.tensor([True, False, True]),
        "model.scalar": torch.tensor(2.5),
        "model.empty": torch.empty(0, 3),
        "model.whole": base,
        "model.transposed": base.t(),
        "model.columns": base[:, 1::3],
        "model.tail": base[4:],
        "model.diagonal": base.diagonal(),
        "model.expanded": torch.tensor([[1.5], [2.5]]).expand(2, 4),
        "model.channelsLast": torch.randn(2, 3, 4, 5).half().to(memory_format=torch.channels_last),
        "model.parameter": torch.nn.Parameter(torch.randn(3, dtype=torch.float64)),
        "model.uint16": torch.tensor([0, 65535], dtype=torch.uint16),
    }
    torch.save(tensors, OUT / "odd.pt")
    record("odd.pt", tensors, "torch-zip", "state_dict")
    del tensors["model.uint16"]
    torch.save(tensors, OUT / "odd-legacy.pt", _use_new_zipfile_serialization=False)
    record("odd-legacy.pt", tensors, "torch-legacy", "state_dict")
    plain = {n: t.detach().clone(memory_format=torch.contiguous_format) for n, t in tensors.items()}
    save_file(plain, OUT / "odd.safetensors")
    record("odd.safetensors", plain, "safetensors", "state_dict")


def zip_forms():
    """The same object in zips that other tools might make."""
    torch.manual_seed(7)
    state = {"model.0.weight": torch.randn(4, 3), "model.0.bias": torch.zeros(500)}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(OUT / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, (2023, 6, 21, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    record("deflated.pt", state, "torch-zip", "state_dict")
    torch.serialization.set_crc32_options(False)
    torch.save(state, OUT / "no-crc.pt")
    torch.serialization.set_crc32_options(True)
    record("no-crc.pt", state, "torch-zip", "state_dict")
    (OUT / "zip64.pt").write_bytes(saturate(buffer.getvalue()))
    record("zip64.pt", state, "torch-zip", "state_dict")
    big = {name: tensor.numpy().astype(">f4") for name, tensor in state.items()}
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(OUT / "big-endian.pt", "w") as target:
        order = sorted(name for name in source.namelist() if "/data/" in name)
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("/byteorder"):
                data = b"big"
            elif name in order:
                data = list(big.values())[order.index(name)].tobytes()
            target.writestr(zipfile.ZipInfo(name, (2023, 6, 21, 0, 0, 0)), data)
    record("big-endian.pt", state, "torch-zip", "state_dict")


def saturate(data):
    """Rewrites a zip so that sizes and offsets are found in its zip64 fields only, as in files above 4 GB."""
    source = zipfile.ZipFile(io.BytesIO(data))
    start = source.start_dir
    directory = bytearray()
    for info in source.infolist():
        name = info.filename.encode()
        extra = b"".join(value.to_bytes(8, "little") for value in (info.file_size, info.compress_size, info.header_offset))
        head = bytearray(b"PK\x01\x02" + bytes(42))
        head[4:8] = (45).to_bytes(2, "little") * 2
        head[16:20] = info.CRC.to_bytes(4, "little")
        head[20:28] = b"\xff" * 8
        head[28:30] = len(name).to_bytes(2, "little")
        head[30:32] = (len(extra) + 4).to_bytes(2, "little")
        head[42:46] = b"\xff" * 4
        directory += head + name + b"\x01\x00" + len(extra).to_bytes(2, "little") + extra
    count = len(source.infolist())
    record_at = start + len(directory)
    numbers = [count, count, len(directory), start]
    end64 = b"PK\x06\x06" + (44).to_bytes(8, "little") + (45).to_bytes(2, "little") * 2 + bytes(8)
    end64 += b"".join(number.to_bytes(8, "little") for number in numbers)
    locator = b"PK\x06\x07" + bytes(4) + record_at.to_bytes(8, "little") + (1).to_bytes(4, "little")
    return data[:start] + bytes(directory) + end64 + locator + b"PK\x05\x06" + bytes(4) + b"\xff" * 12 + bytes(2)


def old_model():
    """What the trainer of Ultralytics 8.0 left behind: its module names, the criterion on the model, a bound `forward`.

    The names live in modules that no longer exist, so they are made up here for the time of pickling.
    """

    def stand_in(module, name, base=object):
        made = type(name, (base,), {"__module__": module})
        parts = module.split(".")
        for i in range(len(parts)):
            path = ".".join(parts[: i + 1])
            sys.modules.setdefault(path, types.ModuleType(path))
        setattr(sys.modules[module], name, made)
        return made

    class BoundForward:
        """Pickles as getattr(Detect, 'forward'), as a method looked up on the class did."""

        def __reduce__(self):
            return getattr, (Detect, "forward")

    model = network(8)
    namespace = stand_in("ultralytics.yolo.utils", "IterableSimpleNamespace")
    criterion = stand_in("ultralytics.yolo.utils.loss", "v8SegmentationLoss")()
    assigner = stand_in("ultralytics.yolo.utils.tal", "TaskAlignedAssigner", torch.nn.Module)()
    box_loss = stand_in("ultralytics.yolo.utils.loss", "BboxLoss", torch.nn.Module)()
    args = namespace()
    args.__dict__.update(imgsz=72, task="segment")
    criterion.__dict__.update(
        bce=torch.nn.BCEWithLogitsLoss(reduction="none"),
        hyp=args,
        assigner=assigner,
        bbox_loss=box_loss,
        device=torch.device("cpu"),
        proj=torch.arange(16.0),
        model=model,
    )
    model.args = args
    model.criterion = criterion
    model.model[-1].detect = BoundForward()
    model.model[-1].shape = torch.Size([1, 3, 96, 96])
    model.model[-1].anchors = torch.randn(5, 2).half().t()
    file = {"epoch": -1, "best_fitness": None, "model": model, "ema": None, "updates": None, "optimizer": None}
    file |= {"train_args": {"imgsz": 72}, "date": DATE, "version": "8.0.120"}
    state = model.state_dict()
    torch.save(file, OUT / "old.pt")
    record("old.pt", state, "torch-zip", "model", imgsz=72, names={"0": "object"})


def pickles():
    """One object in every pickle protocol, for the unpickler alone."""
    shared = ["shared", "\u00e4\u20ac\U0001f600"]
    value = {
        "none": None,
        "bools": [True, False],
        "ints": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**40, -(2**53) + 1, 2**80, -(2**80)],
        "floats": [0.1, -1e300, float("inf")],
        "text": "line\nquote' back\\slash",
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "long list": list(range(1500)),
        "dict": {1: "a", "__proto__": "b", "constructor": 2},
        "shared": [shared, shared],
        "ordered": OrderedDict([("x", 1), ("y", 2)]),
        "complex": complex(1, 2),
    }
    return {str(p): base64.b64encode(pickle.dumps(value, p)).decode() for p in range(6)}


class Scripted(torch.nn.Module):
    """Something small with a sub-module, a buffer, a non-tensor attribute and a list."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)
        self.blocks = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.LayerNorm(4))
        self.register_buffer("scale", torch.tensor([1.0, 2.0]).half())
        self.sizes = [1, 2, 3]

    def forward(self, x):
        return self.blocks(self.conv(x).mean((2, 3))) * self.scale[0]


def script():
    torch.manual_seed(9)
    module = torch.jit.script(Scripted())
    module.save(str(OUT / "torchscript.pt"))
    record("torchscript.pt", dict(module.state_dict()), "torch-zip", "model")


if __name__ == "__main__":
    torch.set_num_threads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    for make in (current_forms, plain_forms, legacy_model, odd_tensors, zip_forms, old_model, script):
        make()
    text = ",\n".join(
        f"{json.dumps(file)}: {{{', '.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in e.items() if k != 'tensors')},\n"
        + '"tensors": [\n'
        + ",\n".join(json.dumps(row).replace("NaN", '"nan"').replace("-Infinity", '"-inf"').replace("Infinity", '"inf"') for row in e["tensors"])
        + "\n]}"
        for file, e in sorted(expected.items())
    )
    (OUT / "expected.json").write_text(f"{{\n{text}\n}}\n")
    (OUT / "pickles.json").write_text(json.dumps(pickles(), indent=1) + "\n")

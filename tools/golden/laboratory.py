"""Edited layers and gradients of YOLOv8-seg, by PyTorch's forward hooks and autograd.

Run:  python tools/golden/laboratory.py
          writes test/golden/laboratory/tiny.safetensors, tiny-3-classes.safetensors, demo.safetensors, and variants.json

For the two tiny networks of layers.py and the fixed trained network of trained.py. A file holds float32 arrays:
`input` [1,H,W,3] (RGB 0 ... 1); `edit/CASE/rows` [1, 4+classes+coefficients, anchors] and `edit/CASE/prototypes`
[1,H/4,W/4,k] for each case of EDITS; `gradient/SCALAR/OF` for each scalar and each place in the network, laid out as the
place's output is (maps channels last). All are thinned as layers.py does; the metadata `arrays` is a JSON list of
{name, shape, step, largest, rounding}, `rounding` being how far PyTorch itself is from that in float32 (largest difference
divided by largest value): a network of random weights is worse conditioned than a trained one. `anchor` in the metadata is the anchor that the scalars are of: the one that scores best.

noise(n) is ((7919 * i) mod 1009) / 1009 - 0.5 for i = 0 ... n-1, along maps with channels last, so that both sides have it.

`variants.json`: names and shapes of the tensors of untrained networks of several sizes, as Ultralytics builds them.
"""

import json
import os

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from layers import GOLDEN as LAYERS
from layers import network, photo, thin
from safetensors.torch import load_file, save_file
from trained import trained_network
from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

OUT = LAYERS.parent / "laboratory"
SEED = 20240625
VALUES = 1500


def noise(count):
    return ((7919 * np.arange(count, dtype=np.int64)) % 1009) / 1009 - 0.5


def add_noise(scale):
    def edit(x):  # [B,C,H,W]
        b, c, h, w = x.shape
        values = torch.from_numpy(noise(x.numel())).reshape(b, h, w, c).permute(0, 3, 1, 2)
        return x + scale * values.to(x.dtype)

    return edit


def keep_prototypes(x):
    x = x.clone()
    x[:, 16:] = 0
    return x


EDITS = {
    "zero": {"model.9": torch.zeros_like},
    "level": {"model.18": torch.zeros_like},
    "noise": {"model.4": add_noise(0.5)},
    "prototypes": {"model.22.proto": keep_prototypes},
    "inner": {"model.22.cv4.1.1": lambda x: 0.5 * x},
    "branch": {"model.22.cv3.0": lambda x: x + 1},
    "coefficients": {f"model.22.cv4.{i}": lambda x: 0.5 * x for i in range(3)},
    "dfl": {"model.22.dfl": lambda x: x + 0.25},
    "two": {"model.2.m.0.cv1": lambda x: 2 * x, "model.12": lambda x: x * x},
    "conv": {"model.0.conv": add_noise(0.25)},
    "bn": {"model.5.bn": lambda x: x - 0.5},
    "sppf": {"model.9.cv1": add_noise(0.5)},
}
"""Cases by name: functions of the outputs of layers."""

PLACES = (
    "input",
    "model.0.conv",
    "model.2.m.0.cv1",
    "model.4",
    "model.9",
    "model.15",
    "model.18",
    "model.22.cv2.1.0",
    "model.22.cv4.0.1",
    "model.22.dfl",
    "model.22.proto.upsample",
)


def run(model, x, hooks):
    """Rows of the head and prototypes, with functions of the outputs of layers."""
    modules = dict(model.named_modules())
    handles = [
        modules[name].register_forward_hook(lambda _module, _inputs, output, edit=edit: edit(output))
        for name, edit in hooks.items()
    ]
    (rows, prototypes), *_ = model(x)
    for handle in handles:
        handle.remove()
    return rows, prototypes


def last(x, name):
    """Channels last, as the TypeScript side has it."""
    if name.endswith(".dfl"):
        return x.permute(0, 2, 1)
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


def scalars(rows, prototypes, classes, anchor):
    row = rows[0, :, anchor]
    coefficients = row[4 + classes :]
    mask = torch.sigmoid(torch.einsum("khw,k->hw", prototypes[0], coefficients))
    return {
        "score": row[4 : 4 + classes].max(),
        "side": row[0] + row[2] / 2,
        "coefficient": coefficients[3],
        "mask": mask.mean(),
    }


def keep(outputs, place):
    def hook(output):
        outputs[place] = output
        return output

    return hook


def gradients(model, x, classes, anchor=None):
    """By scalar and place, and the anchor; of places that the scalar depends on."""
    x = x.clone().requires_grad_(True)
    outputs = {}
    rows, prototypes = run(model, x, {place: keep(outputs, place) for place in PLACES[1:]})
    outputs["input"] = x
    if anchor is None:
        anchor = int(rows[0, 4 : 4 + classes].max(0).values.argmax())
    out = {}
    for scalar, value in scalars(rows, prototypes, classes, anchor).items():
        found = torch.autograd.grad(value, [outputs[place] for place in PLACES], retain_graph=True, allow_unused=True)
        for place, grad in zip(PLACES, found):
            if grad is not None and grad.abs().max() > 0:
                out[f"gradient/{scalar}/{place}"] = last(grad, place)
    return out, anchor


def edited(model, x):
    out = {}
    with torch.no_grad():
        for case, hooks in EDITS.items():
            rows, prototypes = run(model, x, hooks)
            out[f"edit/{case}/rows"] = rows
            out[f"edit/{case}/prototypes"] = last(prototypes, "")
    return out


def write(name, model, image, classes):
    model = model.eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    exact, anchor = gradients(model.double(), image.double(), classes)
    exact |= edited(model, image.double())
    model.float().model[-1].shape = None  # else the head keeps its anchors in float64
    rounded = edited(model, image) | gradients(model, image, classes, anchor)[0]
    tensors, arrays = {"input": image.permute(0, 2, 3, 1).contiguous()}, []
    for key, value in exact.items():
        value = value.detach().contiguous()
        largest = value.abs().max().item()
        rounding = (value - rounded[key].double()).abs().max().item() / largest if key in rounded else 0
        tensors[key], step = thin(value.float(), VALUES)
        described = {"name": key, "shape": list(value.shape), "step": step, "largest": largest}
        arrays.append({**described, "rounding": float(f"{rounding:.2g}")})
    path = OUT / f"{name}.safetensors"
    save_file(tensors, path, metadata={"arrays": json.dumps(arrays, separators=(",", ":")), "anchor": str(anchor)})
    print(f"{path}: {len(arrays)} arrays, {path.stat().st_size:,} bytes")


def tiny(name, scaling, classes, reg_max):
    model = network(scaling, classes, reg_max, SEED)
    missing, unexpected = model.load_state_dict(load_file(LAYERS / f"{name}.safetensors"), strict=False)
    assert not unexpected and all(m.endswith("num_batches_tracked") for m in missing), (missing, unexpected)
    return model


def variants():
    """Names and shapes by depth, width, most channels, classes, bins."""
    cases = [("n", 1, 16), ("s", 1, 16), ("x", 1, 26), ([0.5, 0.125, 512], 7, 8), ([0.2, 0.3, 600], 120, 1)]
    out = []
    for scale, classes, reg_max in cases:
        config = yaml_model_load(f"yolov8{scale if isinstance(scale, str) else 'n'}-seg.yaml")
        scaling = config["scales"][scale] if isinstance(scale, str) else scale
        if not isinstance(scale, str):
            config["scales"] = {"n": scale}
        model = SegmentationModel({**config, "reg_max": reg_max}, nc=classes, verbose=False)
        shapes = {k: list(v.shape) for k, v in model.state_dict().items() if "num_batches" not in k}
        out.append({"scaling": scaling, "classes": classes, "regMax": reg_max, "shapes": shapes})
    (OUT / "variants.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


def main():
    torch.set_num_threads(2)
    OUT.mkdir(parents=True, exist_ok=True)
    write("tiny", tiny("tiny", [0.33, 0.0625, 256], 1, 5), photo(64, 96, SEED), 1)
    write("tiny-3-classes", tiny("tiny-3-classes", [0.67, 0.0625, 128], 3, 7), photo(96, 64, SEED), 3)
    write("demo", trained_network(), photo(64, 96, SEED), 1)
    variants()


if __name__ == "__main__":
    main()

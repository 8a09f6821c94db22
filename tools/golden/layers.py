"""What PyTorch and Ultralytics compute in every layer of YOLOv8-seg: reference files for the tests.

Run:  python tools/golden/layers.py
          the tiny networks of test/golden/layers/ (seeded), and every stage of the tests' demo network on a photograph
      python tools/golden/layers.py --scale s --size 640x640 --size 416x672 --out out/layers
          a network of one of the five scales with random weights: `s.safetensors`, and `s-640x640.reference.safetensors` …
Sizes are height x width, multiples of 32. Needs requirements.txt. Files for a checkpoint and a photograph come from
python/reference_layers.py, which this script shares and which is in the package; docs/user/compare.md has the format.

Weights are rounded to half precision, as in published checkpoints. Batch norm gets the statistics of the input, shaken,
with factors and summands that keep SiLU nearly linear: else 60 random layers in a row amplify rounding some twenty times,
which trained ones do not.
"""

import argparse
import math
import os
import sys
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from torch import nn
from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))
from reference_layers import is_layer, letterboxed, record, write_reference  # noqa: E402

from trained import SCENES, trained_network  # noqa: E402

__all__ = ["is_layer", "network", "photo", "record", "settle"]

GOLDEN = Path(__file__).parents[2] / "test" / "golden" / "layers"
SEED = 20240625
ALL = 10**9
SCALES = "nsmlx"


def network(scale, classes, reg_max, seed):
    """A network with random weights; `scale` is a letter or [depth, width, max_channels]."""
    torch.manual_seed(seed)
    config = yaml_model_load(f"yolov8{scale if isinstance(scale, str) else 'n'}-seg.yaml")
    if not isinstance(scale, str):
        config["scales"] = {"n": scale}
    model = SegmentationModel({**config, "reg_max": reg_max}, nc=classes, verbose=False)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)) and module.weight.requires_grad:
            gain = 2 if module.bias is None else 0.5  # batch norm follows where there is no bias
            nn.init.normal_(module.weight, std=math.sqrt(gain / module.weight[0].numel()))
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.5)
    return model


def settle(model, image):
    """Batch norm statistics of this image, then shaken; all weights to half precision and back."""
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.momentum = 1.0
            norm.weight.uniform_(0.3, 0.8)
            norm.bias.normal_(0.4, 0.3)
        model.train()(image)
        for norm in norms:
            norm.running_mean += 0.05 * norm.running_var.sqrt() * torch.randn_like(norm.running_mean)
            norm.running_var *= torch.empty_like(norm.running_var).uniform_(0.9, 1.2)
        for value in (*model.parameters(), *model.buffers()):
            if value.is_floating_point():
                value.copy_(value.half().float())
    return model.eval()


def photo(height, width, seed):
    """Soft blobs under noise, [1,3,H,W], 0 ... 1."""
    generator = torch.Generator().manual_seed(seed)
    blobs = torch.rand(1, 3, 6, 9, generator=generator)
    blobs = nn.functional.interpolate(blobs, size=(height, width), mode="bilinear")
    return (0.8 * blobs + 0.2 * torch.rand(1, 3, height, width, generator=generator)).contiguous()


def write_weights(path, model):
    save_file({k: v.half() for k, v in model.state_dict().items() if "num_batches" not in k}, path)
    print(f"{path}: {path.stat().st_size:,} bytes")


def tiny():
    """Networks of odd bin counts, one and three classes, 1x1 to 4x6 cells at stride 32."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, scaling, classes, reg_max, size, values in (
        ("tiny", [0.33, 0.0625, 256], 1, 5, (64, 96), (4096, 256)),
        ("tiny-3-classes", [0.67, 0.0625, 128], 3, 7, (96, 64), (256, 64)),
    ):
        image = photo(*size, SEED)
        model = settle(network(scaling, classes, reg_max, SEED), image)
        write_weights(GOLDEN / f"{name}.safetensors", model)
        write_reference(GOLDEN / f"{name}.reference.safetensors", model, image, *values)


def trained():
    """Layers and stages of the tests' demo network, with two handfuls of objects."""
    image, size = letterboxed(SCENES / "coffee.jpg", 160)
    path = GOLDEN / "demo-coffee.reference.safetensors"
    write_reference(path, trained_network(), image, 256, 64, size, conf=0.1, iou=0.7, max_det=12)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", choices=SCALES)
    parser.add_argument("--classes", type=int, default=1)
    parser.add_argument("--reg-max", type=int, help="bins per side; default 16, for x 26 as in FastSAM-x")
    parser.add_argument("--size", action="append", default=[], help="HxW, may be repeated; default 640x640")
    parser.add_argument("--values", type=int, default=ALL, help="at most so many values of each of the 23 layers")
    parser.add_argument("--block-values", type=int, default=100_000, help="the same for the blocks inside them")
    parser.add_argument("--out", type=Path, default=Path("out/layers"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    if not options.scale:
        tiny()
        return trained()
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = [tuple(map(int, size.split("x"))) for size in options.size or ["640x640"]]
    name = options.scale
    reg_max = options.reg_max or (26 if name == "x" else 16)
    model = settle(network(name, options.classes, reg_max, SEED), photo(320, 320, SEED))
    write_weights(options.out / f"{name}.safetensors", model)
    for height, width in sizes:
        path = options.out / f"{name}-{height}x{width}.reference.safetensors"
        write_reference(path, model, photo(height, width, SEED), options.values, options.block_values)


if __name__ == "__main__":
    main()

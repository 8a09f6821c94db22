"""What PyTorch and Ultralytics compute in every layer of YOLOv8-seg, for `fastsam compare` and for the tests.

Run:  python tools/golden/layers.py
          the tiny networks of test/golden/layers/ (seeded; 5 seconds)
      python tools/golden/layers.py --scale s --size 640x640 --size 416x672 --out out/layers
          a network of one of the five scales with random weights: `s.safetensors`, and `s-640x640.reference.safetensors` …
      python tools/golden/layers.py --checkpoint FastSAM-s.pt --size 1024x1024 --out out/layers
          a real checkpoint
Sizes are height x width, multiples of 32. Needs requirements.txt.

A reference file is a safetensors file of float32 arrays: `input` [1,H,W,3] (RGB 0 ... 1) and one array of values for
each layer and block, by its Ultralytics name. Maps are stored channels last; `model.22` is Ultralytics' [1, 4+classes+
coefficients, anchors], `model.22.dfl` [1, anchors, 4]. Large outputs are thinned: with `count` values of an output of
`size` values, value k is element (k * step) mod size of the whole. The metadata says so in `layers`, a JSON list of
{name, shape, step, largest}, `largest` being the largest absolute value of the whole output.

Weights are rounded to half precision, as in published checkpoints. The network runs in float64, so that a difference
shows the other side's rounding and not PyTorch's as well. Batch norm gets the statistics of the input, shaken, with
factors and summands that keep SiLU nearly linear: else 60 random layers in a row amplify rounding some twenty times, which
trained ones do not.
"""

import argparse
import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from ultralytics.nn.modules import C2f, SPPF, Bottleneck, Concat, Conv, Proto, Segment
from ultralytics.nn.modules.block import DFL
from ultralytics.nn.tasks import SegmentationModel, load_checkpoint, yaml_model_load

GOLDEN = Path(__file__).parents[2] / "test" / "golden" / "layers"
SEED = 20240625
ALL = 10**9
SCALES = "nsmlx"
RECORDED = (C2f, SPPF, Bottleneck, Concat, Conv, Proto, Segment, DFL, nn.Upsample, nn.ConvTranspose2d, nn.Sequential)


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


def record(model, image, layer_values, block_values):
    """Thinned outputs of the layers and blocks by name, and their descriptions, in the order of computation."""
    tensors, layers = {}, []

    def listen(name):
        def keep(_module, _inputs, output):
            if isinstance(output, tuple):  # the head: ((rows, prototypes), raw predictions)
                output = output[0][0]
            output = layout(output.float(), name)
            tensors[name], step = thin(output, layer_values if is_layer(name) else block_values)
            layers.append(
                {"name": name, "shape": list(output.shape), "step": step, "largest": output.abs().max().item()}
            )

        return keep

    handles = [
        module.register_forward_hook(listen(name))
        for name, module in model.named_modules()
        if name.startswith("model.")
        and (isinstance(module, RECORDED) or (isinstance(module, nn.Conv2d) and ".cv" in name and name.endswith(".2")))
    ]
    with torch.no_grad():
        model.double()(image.double())
    model.float()
    for handle in handles:
        handle.remove()
    return tensors, layers


def layout(output, name):
    if output.dim() == 4:
        output = output.permute(0, 2, 3, 1)
    elif name.endswith(".dfl"):
        output = output.permute(0, 2, 1)
    return output.contiguous()


def thin(output, count):
    """At most `count` values, spread over the whole by a step without common divisor with its size."""
    flat = output.flatten()
    size = flat.numel()
    if size <= count:
        return flat.clone(), 1
    step = int(size * 0.6180339887)
    while math.gcd(step, size) != 1:
        step -= 1
    return flat[(torch.arange(count) * step) % size].clone(), step


def is_layer(name):
    return name.count(".") == 1


def write_reference(path, model, image, layer_values, block_values):
    tensors, layers = record(model, image, layer_values, block_values)
    tensors["input"] = image.permute(0, 2, 3, 1).contiguous()
    save_file(tensors, path, metadata={"layers": json.dumps(layers, separators=(",", ":"))})
    print(f"{path}: {len(layers)} outputs, {path.stat().st_size:,} bytes")


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", choices=SCALES)
    parser.add_argument("--checkpoint")
    parser.add_argument("--classes", type=int, default=1)
    parser.add_argument("--reg-max", type=int, help="bins per side; default 16, for x 26 as in FastSAM-x")
    parser.add_argument("--size", action="append", default=[], help="HxW, may be repeated; default 640x640")
    parser.add_argument("--values", type=int, default=ALL, help="at most so many values of each of the 23 layers")
    parser.add_argument("--block-values", type=int, default=100_000, help="the same for the blocks inside them")
    parser.add_argument("--out", type=Path, default=Path("out/layers"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    if not options.scale and not options.checkpoint:
        return tiny()
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = [tuple(map(int, size.split("x"))) for size in options.size or ["640x640"]]
    if options.checkpoint:
        name = Path(options.checkpoint).stem
        model = load_checkpoint(options.checkpoint)[0].float().eval()
    else:
        name = options.scale
        reg_max = options.reg_max or (26 if name == "x" else 16)
        model = settle(network(name, options.classes, reg_max, SEED), photo(320, 320, SEED))
        write_weights(options.out / f"{name}.safetensors", model)
    for height, width in sizes:
        path = options.out / f"{name}-{height}x{width}.reference.safetensors"
        write_reference(path, model, photo(height, width, SEED), options.values, options.block_values)


if __name__ == "__main__":
    main()

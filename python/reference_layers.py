"""What PyTorch and Ultralytics compute in every layer and stage of YOLOv8-seg, for `fastsam compare`.

    fastsam compare --script > layers.py
    python layers.py FastSAM-s.pt photo.jpg --imgsz 640          FastSAM-s-photo.reference.safetensors
    fastsam compare FastSAM-s.pt --reference FastSAM-s-photo.reference.safetensors --tolerance 1e-4

and the other way round, for a file of `fastsam compare FastSAM-s.pt photo.jpg --write ours.safetensors`:

    python layers.py FastSAM-s.pt --against ours.safetensors --tolerance 1e-4

Needs: pip install torch ultralytics safetensors. Checkpoints are Ultralytics' .pt files, or safetensors with their names.
The page docs/user/compare.md of fastsam-tfjs describes the files. The network runs in float64, so that a difference shows
the other side's rounding and not PyTorch's as well.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

RULES = "ultralytics"
"""How boxes are scaled and masks are made here; another program's files may name rules of its own."""


def load(path):
    """The network of a checkpoint, in evaluation."""
    if Path(path).suffix != ".safetensors":
        from ultralytics.nn.tasks import load_checkpoint

        return load_checkpoint(path)[0].float().eval()
    from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

    tensors = load_file(path)
    scale = {16: "n", 32: "s", 48: "m", 64: "l", 80: "x"}[tensors["model.0.conv.weight"].shape[0]]
    reg_max = tensors["model.22.dfl.conv.weight"].shape[1]
    config = {**yaml_model_load(f"yolov8{scale}-seg.yaml"), "reg_max": reg_max}
    model = SegmentationModel(config, nc=tensors["model.22.cv3.0.2.bias"].shape[0], verbose=False)
    missing, unexpected = model.load_state_dict({k: v.float() for k, v in tensors.items()}, strict=False)
    wrong = [*unexpected, *(name for name in missing if not name.endswith("num_batches_tracked"))]
    if wrong:
        sys.exit(f"{path}: not a YOLOv8-seg network: {', '.join(wrong[:5])}")
    return model.eval()


def letterboxed(path, imgsz):
    """[1,3,H,W], RGB 0 ... 1, as Ultralytics' predictor makes it, and (height, width) of the photograph."""
    import cv2
    from ultralytics.data.augment import LetterBox

    photo = cv2.imread(str(path))
    if photo is None:
        sys.exit(f"{path}: cannot be read as an image")
    image = LetterBox(imgsz, auto=True, stride=32)(image=photo)[..., ::-1].copy()
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255, photo.shape[:2]


def recorded_types():
    from ultralytics.nn.modules import C2f, SPPF, Bottleneck, Concat, Conv, Proto, Segment
    from ultralytics.nn.modules.block import DFL

    return (C2f, SPPF, Bottleneck, Concat, Conv, Proto, Segment, DFL, nn.Upsample, nn.ConvTranspose2d, nn.Sequential)


def is_recorded(name, module):
    """Layers, the blocks inside them, and the head's last convolutions."""
    last = isinstance(module, nn.Conv2d) and ".cv" in name and name.endswith(".2")
    return name.startswith("model.") and (isinstance(module, recorded_types()) or last)


def run(model, image, names=None):
    """The outputs of layers and blocks by name, in the order of computation, laid out as in the files."""
    outputs = {}

    def listen(name):
        def keep(_module, _inputs, output):
            if isinstance(output, tuple):  # the head: ((rows, prototypes), raw predictions)
                output = output[0][0]
            outputs[name] = layout(output.float(), name)

        return keep

    handles = [
        module.register_forward_hook(listen(name))
        for name, module in model.named_modules()
        if (name in names if names is not None else is_recorded(name, module))
    ]
    with torch.no_grad():
        model.double()(image.double())
    model.float()
    for handle in handles:
        handle.remove()
    return outputs


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


def record(model, image, layer_values, block_values):
    """Thinned outputs by name, and their descriptions, in the order of computation."""
    tensors, layers = {}, []
    for name, output in run(model, image).items():
        tensors[name], step = thin(output, layer_values if is_layer(name) else block_values)
        layers.append({"name": name, "shape": list(output.shape), "step": step, "largest": output.abs().max().item()})
    return tensors, layers


def head_name(model):
    return f"model.{len(model.model) - 1}"


def decoded(model, image):
    """Stage 1: [A,4] boxes (xyxy, pixels of the input), [A,classes] scores, [A,k] coefficients, [H/4,W/4,k] prototypes."""
    head = head_name(model)
    outputs = run(model, image, {head, f"{head}.proto"})
    rows, classes = outputs[head][0].T, model.model[-1].nc
    centre, size = rows[:, :2], rows[:, 2:4]
    boxes = torch.cat([centre - size / 2, centre + size / 2], 1)
    return boxes, rows[:, 4 : 4 + classes].contiguous(), rows[:, 4 + classes :].contiguous(), outputs[f"{head}.proto"][0]


def kept_anchors(boxes, scores, conf, iou, max_det):
    """Stage 2: the anchors that non-maximum suppression keeps, best first."""
    import torchvision

    best, classes = scores.max(1)
    rows = torch.nonzero(best > conf).flatten()
    rows = rows[torch.argsort(best[rows], descending=True, stable=True)][:30000]
    offset = classes[rows, None].float() * 7680
    return rows[torchvision.ops.nms(boxes[rows] + offset, best[rows], iou)][:max_det]


def mask_logits(prototypes, coefficients):
    """Stage 3: [n,H/4,W/4]."""
    return (coefficients @ prototypes.flatten(0, 1).T).unflatten(1, prototypes.shape[:2])


def image_boxes(boxes, net, size):
    """Stage 4: boxes in pixels of the photograph, clipped to it."""
    from ultralytics.utils import ops

    return ops.scale_boxes(net, boxes.clone(), size)


def binary_masks(logits, boxes, size):
    """Stage 5: [n,height,width] of 0 and 1 at the photograph's resolution."""
    from ultralytics.utils import ops

    # The function multiplies coefficients with prototypes: with one prototype and the coefficient 1, logits stay as they are.
    one = torch.ones(1, 1)
    return torch.cat([ops.process_mask_native(each[None], one, box[None], size) for each, box in zip(logits, boxes)])


def run_lengths(mask):
    """COCO's uncompressed counts: column by column, zeros first."""
    flat = mask.T.flatten().int()
    edges = torch.nonzero(flat[1:] != flat[:-1]).flatten() + 1
    bounds = torch.cat([torch.tensor([0]), edges, torch.tensor([flat.numel()])])
    counts = bounds.diff()
    return torch.cat([torch.tensor([0]), counts]) if flat[0] else counts


def masks_of(tensors, settings):
    """[n,height,width] from the counts of a file."""
    height, width = settings["image"]
    masks, at = [], 0
    for length in tensors["stages.mask_lengths"].int().tolist():
        counts = tensors["stages.mask_counts"][at : at + length].long()
        masks.append((torch.arange(length) % 2).repeat_interleave(counts).reshape(width, height).T)
        at += length
    return torch.stack(masks) if masks else torch.zeros(0, height, width)


def stages(model, image, size, conf, iou, max_det):
    """The arrays of the stages after the network, and their settings."""
    boxes, scores, coefficients, prototypes = decoded(model, image)
    kept = kept_anchors(boxes, scores, conf, iou, max_det)
    logits = mask_logits(prototypes, coefficients[kept])
    scaled = image_boxes(boxes[kept], image.shape[2:], size)
    counts = [run_lengths(mask) for mask in binary_masks(logits, scaled, size)] if len(kept) else []
    tensors = {
        "boxes": boxes,
        "scores": scores,
        "coefficients": coefficients,
        "prototypes": prototypes,
        "kept": kept.int(),
        "logits": logits,
        "image_boxes": scaled,
        "mask_counts": torch.cat(counts).int() if counts else torch.zeros(0).int(),
        "mask_lengths": torch.tensor([len(each) for each in counts]).int(),
    }
    settings = {"conf": conf, "iou": iou, "maxDet": max_det, "image": list(size), "rules": RULES}
    return {f"stages.{name}": tensor.contiguous() for name, tensor in tensors.items()}, settings


def write_reference(path, model, image, layer_values, block_values, size=None, conf=0.4, iou=0.9, max_det=20):
    """A reference file; with the stages after the network where the size of a photograph is given."""
    tensors, layers = record(model, image, layer_values, block_values)
    tensors["input"] = image.permute(0, 2, 3, 1).contiguous()
    metadata = {"layers": json.dumps(layers, separators=(",", ":"))}
    if size is not None:
        more, settings = stages(model, image, size, conf, iou, max_det)
        tensors.update(more)
        metadata["stages"] = json.dumps(settings)
    save_file(tensors, path, metadata=metadata)
    print(f"{path}: {len(layers)} outputs, {path.stat().st_size:,} bytes")


def compare(model, path, tolerance):
    """Prints a row for each output and stage of another program's file; gives the first above the tolerance."""
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    image = tensors["input"].permute(0, 3, 1, 2).contiguous()
    described = {layer["name"]: layer for layer in json.loads(metadata["layers"])}
    first = None

    def row(name, found, expected, largest=None):
        nonlocal first
        largest = expected.abs().max().item() if largest is None and expected.numel() else largest or 1
        distance = (found.double() - expected.double()).abs().max().item() if expected.numel() else 0
        print(f"{name:26} {largest:10.2e} {distance:11.2e} {distance / (largest or 1):9.2e}")
        if not distance / (largest or 1) <= tolerance and first is None:
            first = name

    print(f"{'output':26} {'largest':>10} {'difference':>11} {'relative':>9}")
    for name, output in run(model, image, set(described)).items():
        layer = described[name]
        if list(output.shape) != layer["shape"]:
            sys.exit(f"{name}: got {layer['shape']} in the file, expected {list(output.shape)}; other weights?")
        flat, given = output.flatten(), tensors[name].flatten()
        row(name, flat[(torch.arange(len(given)) * layer["step"]) % flat.numel()], given, layer["largest"])
    if "stages" in metadata:
        settings = json.loads(metadata["stages"])
        given = {name[7:]: tensor for name, tensor in tensors.items() if name.startswith("stages.")}
        for name, found in zip(("boxes", "scores", "coefficients", "prototypes"), decoded(model, image)):
            row(f"stages.{name}", found, given[name])
        # Each further stage gets the file's own arrays, so that a fault stays where it is.
        kept = kept_anchors(given["boxes"], given["scores"], settings["conf"], settings["iou"], settings["maxDet"])
        listed = given["kept"].long()
        other = set(kept.tolist()) ^ set(listed.tolist())
        row("stages.kept", torch.tensor([len(other)]), torch.tensor([0]), max(1, len(listed)))
        row("stages.logits", mask_logits(given["prototypes"], given["coefficients"][listed]), given["logits"])
        row("stages.image_boxes", image_boxes(given["boxes"][listed], image.shape[2:], settings["image"]), given["image_boxes"])
        if len(listed):
            found = binary_masks(given["logits"], given["image_boxes"], settings["image"]).int()
            theirs = masks_of(tensors, settings).int()
            differing, area = (found != theirs).flatten(1).sum(1), theirs.flatten(1).sum(1).clamp(min=1)
            worst = (differing / area).argmax()
            row("stages.masks", differing[worst][None], torch.tensor([0]), area[worst].item())
    print(f"first above {tolerance:g}: {first}" if first else f"all within {tolerance:g}")
    return first


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("images", nargs="*", help="photographs, letterboxed as Ultralytics does")
    parser.add_argument("--imgsz", type=int, default=640, help="longer side of the network's input")
    parser.add_argument("--conf", type=float, default=0.4, help="of the stages after the network, as --iou and --max-det")
    parser.add_argument("--iou", type=float, default=0.9)
    parser.add_argument("--max-det", type=int, default=20)
    parser.add_argument("--values", type=int, default=10**9, help="at most so many values of each of the 23 layers")
    parser.add_argument("--block-values", type=int, default=100_000, help="the same for the blocks inside them")
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--against", help="compare with this file instead of writing one")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="of --against, relative to an output's largest value")
    options = parser.parse_args()
    model = load(options.checkpoint)
    if options.against:
        sys.exit(1 if compare(model, options.against, options.tolerance) else 0)
    if not options.images:
        parser.error("got no image; name one, or a file with --against")
    options.out.mkdir(parents=True, exist_ok=True)
    for image in options.images:
        pixels, size = letterboxed(image, options.imgsz)
        path = options.out / f"{Path(options.checkpoint).stem}-{Path(image).stem}.reference.safetensors"
        values = (options.values, options.block_values)
        write_reference(path, model, pixels, *values, size, options.conf, options.iou, options.max_det)


if __name__ == "__main__":
    main()

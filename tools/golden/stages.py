"""What Ultralytics' network says before NMS, what torchvision's NMS keeps of it, and the logits of masks; float letterboxes.

Writes test/golden/stages/stages.json.gz: for photographs of test/golden/scenes and the network of the tests, at imgsz 320,

- `raw`: rows of the raw predictions [4 + classes + coefficients, A] of some anchors: box as xyxy, score, logit, 32
  coefficients; the best 24 and 24 others;
- `prototypes`: some values [row, column, channel, value];
- `nms`: for some thresholds the anchors that torchvision.ops.nms keeps, best first;
- `logits`: of the three best objects some values on the prototypes' grid and, by Ultralytics' `process_mask_native`,
  on the image's: [row, column, value];

and `letterboxes`: some values [row, column, channel, value] of float images that OpenCV resizes in float32.

    python tools/golden/stages.py

Needs torch, torchvision, ultralytics and opencv (tools/golden/requirements.txt).
"""

import gzip
import json
import os

os.environ["YOLO_OFFLINE"] = "1"

import cv2
import numpy as np
import torch
import torchvision
from ultralytics.data.augment import LetterBox
from ultralytics.utils import ops

from trained import ROOT, SCENES, trained_network

torch.set_num_threads(1)
OUT = ROOT / "test" / "golden" / "stages"
IMGSZ = 320
THRESHOLDS = [(0.4, 0.9, 300), (0.1, 0.7, 300), (0.05, 0.5, 300), (0.01, 0.95, 40), (0.25, 0.3, 5)]


def number(value) -> float:
    return float(f"{float(value):.8g}")


def raw_outputs(network, x):
    """Predictions [4 + nc + k, A], class logits [nc, A] and prototypes [k, h, w]."""
    logits = []
    head = network.model[-1]
    hooks = [branch.register_forward_hook(lambda _, __, out: logits.append(out.flatten(2))) for branch in head.cv3]
    with torch.no_grad():
        out = network(x)
    for hook in hooks:
        hook.remove()
    predictions, prototypes = out[0] if isinstance(out[0], tuple) else (out[0], out[1])
    if isinstance(prototypes, dict):
        prototypes = prototypes["proto"]
    while isinstance(prototypes, (tuple, list)):
        prototypes = prototypes[-1]
    return predictions[0], torch.cat(logits, 2)[0], prototypes[0]


def samples(array: np.ndarray, count: int, rng) -> list:
    at = [rng.integers(0, side, count) for side in array.shape]
    return [[*map(int, index), number(array[index])] for index in zip(*at)]


def native_logits(prototypes, coefficients, shape):
    """What Ultralytics' `process_mask_native` cuts at 0."""
    seen = []
    scale_masks = ops.scale_masks

    def recorded(*arguments, **options):
        seen.append(scale_masks(*arguments, **options))
        return seen[-1]

    ops.scale_masks = recorded
    try:
        ops.process_mask_native(prototypes, coefficients, torch.tensor([[0.0, 0, shape[1], shape[0]]]), shape)
    finally:
        ops.scale_masks = scale_masks
    return seen[0]


def scene(network, name: str, rng) -> dict:
    image = cv2.imread(str(SCENES / name))
    boxed = LetterBox((IMGSZ, IMGSZ), auto=True, stride=32)(image=image)
    x = torch.from_numpy(boxed[..., ::-1].copy()).permute(2, 0, 1)[None].float() / 255
    predictions, logits, prototypes = raw_outputs(network, x)
    boxes = ops.xywh2xyxy(predictions[:4].T.contiguous())
    scores = predictions[4]
    coefficients = predictions[5:].T
    assert torch.equal(torch.sigmoid(logits[0]), scores)
    order = torch.argsort(scores, descending=True, stable=True)
    others = rng.choice(order[24:].numpy(), 24, replace=False)
    chosen = [*order[:24].tolist(), *others.tolist()]
    raw = [
        {
            "anchor": i,
            "box": [number(v) for v in boxes[i]],
            "score": number(scores[i]),
            "logit": number(logits[0, i]),
            "coefficients": [number(v) for v in coefficients[i]],
        }
        for i in chosen
    ]
    nms = []
    for conf, iou, max_det in THRESHOLDS:
        rows = torch.nonzero(scores > conf).flatten()
        rows = rows[torch.argsort(scores[rows], descending=True, stable=True)][:30000]
        kept = rows[torchvision.ops.nms(boxes[rows], scores[rows], iou)][:max_det]
        nms.append({"conf": conf, "iou": iou, "maxDet": max_det, "kept": kept.tolist()})
    k, h, w = prototypes.shape
    masks = []
    for anchor in nms[1]["kept"][:3]:
        grid = (coefficients[anchor] @ prototypes.reshape(k, -1)).view(1, 1, h, w)
        full = native_logits(prototypes, coefficients[anchor][None], image.shape[:2])
        masks.append(
            {
                "anchor": anchor,
                "prototype": samples(grid[0, 0].numpy(), 40, rng),
                "image": samples(full[0, 0].numpy(), 80, rng),
            }
        )
    return {
        "image": name,
        "imgsz": IMGSZ,
        "shape": list(x.shape[2:]),
        "anchors": int(scores.numel()),
        "raw": raw,
        "prototypes": samples(prototypes.permute(1, 2, 0).numpy(), 200, rng),
        "nms": nms,
        "logits": masks,
    }


def float_image(height: int, width: int) -> np.ndarray:
    """As test/model/stagesCases.ts makes it."""
    i = np.arange(height * width * 3, dtype=np.int64)
    return ((i * 7919 % 10007) / 10007).astype(np.float32).reshape(height, width, 3)


def letterboxes(rng) -> list:
    out = []
    for height, width, imgsz, stretch, padding in [
        (37, 53, 96, False, 114),
        (130, 91, 64, False, 114),
        (41, 300, 128, False, [255, 0, 64]),
        (37, 53, [96, 64], True, 114),
        (128, 128, 64, False, 114),
        (64, 96, 96, False, 114),
    ]:
        image = float_image(height, width)
        target = (imgsz, imgsz) if isinstance(imgsz, int) else tuple(imgsz)
        # Geometry is Ultralytics', which pads bytes only; so the padding is painted around it here.
        box = LetterBox(target, auto=not stretch, scale_fill=stretch, stride=32)
        marker = box(image=np.full((height, width, 3), 1, np.uint8))
        inside = marker[..., 0] == 1
        rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        new_height, new_width = len(rows), len(columns)
        resized = image
        if (new_height, new_width) != (height, width):
            resized = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
        colour = np.float32([padding] * 3 if isinstance(padding, int) else padding) / 255
        boxed = np.broadcast_to(colour, (*marker.shape[:2], 3)).astype(np.float32).copy()
        boxed[rows[0] : rows[0] + new_height, columns[0] : columns[0] + new_width] = resized
        out.append(
            {
                "height": height,
                "width": width,
                "imgsz": imgsz,
                "stretch": stretch,
                "padding": padding,
                "shape": list(boxed.shape[:2]),
                "values": samples(boxed, 300, rng),
            }
        )
    return out


def main() -> None:
    rng = np.random.default_rng(15)
    network = trained_network()
    record = {
        "scenes": [scene(network, name, rng) for name in ("coins.png", "coffee.jpg")],
        "letterboxes": letterboxes(rng),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, separators=(",", ":")).encode()
    (OUT / "stages.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    for s in record["scenes"]:
        print(s["image"], s["shape"], s["anchors"], [len(n["kept"]) for n in s["nms"]])


main()

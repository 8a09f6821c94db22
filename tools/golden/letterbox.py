"""How Ultralytics letterboxes images and brings boxes back, and what OpenCV's resize makes of the pixels.

Writes test/golden/letterbox/cases.json. Images are made from a seed (bytes are the top 8 bits of a linear
congruential generator); of the letterboxed ones only the SHA-256 and a few bytes are kept. `boxes` are boxes in pixels of
the network's input and the same in pixels of the image, for both generations of the formula. `full` are boxes before
and after FastSAMPredictor's step for boxes that nearly fill the image.

    python tools/golden/letterbox.py

Needs ultralytics and opencv (tools/golden/requirements.txt).
"""

import hashlib
import json
import os
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from ultralytics.data.augment import LetterBox
from ultralytics.engine.results import Results
from ultralytics.models.fastsam import FastSAMPredictor
from ultralytics.models.yolo.segment import SegmentationPredictor
from ultralytics.utils.ops import scale_boxes

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "letterbox"


def photo(seed, width, height):
    states = np.empty(width * height * 3, np.uint8)
    state = seed
    for i in range(states.size):
        state = (1664525 * state + 1013904223) % 2**32
        states[i] = state >> 24
    return states.reshape(height, width, 3)


def scale_boxes_2023(net_shape, boxes, shape):
    """One gain for both axes, padding from the unrounded content: Ultralytics 8.0 and the original repository."""
    gain = min(net_shape[0] / shape[0], net_shape[1] / shape[1])
    pad_x = round((net_shape[1] - shape[1] * gain) / 2 - 0.1)
    pad_y = round((net_shape[0] - shape[0] * gain) / 2 - 0.1)
    boxes[:, [0, 2]] -= pad_x
    boxes[:, [1, 3]] -= pad_y
    boxes[:, :4] /= gain
    boxes[:, [0, 2]] = boxes[:, [0, 2]].clamp(0, shape[1])
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clamp(0, shape[0])
    return boxes


# width, height, imgsz: int or [height, width]
SIZES = [
    (1, 1, 64), (1, 300, 64), (300, 1, 64), (3000, 1, 1024), (1, 3000, 1024), (640, 32, 320), (32, 640, 320),
    (99, 101, 128), (64, 64, 64), (128, 128, 64), (32, 32, 64), (500, 333, 320), (640, 427, 320), (1283, 721, 320),
    (375, 242, 416), (57, 83, 96), (83, 57, 96), (61, 47, [96, 160]), (47, 61, [64, 96]), (61, 47, [50, 90]), (7, 9, 31),
    (2, 3, 32), (200, 150, 100), (1920, 1080, 640), (161, 97, 1024),
]  # fmt: skip


def cases():
    out = []
    for i, (width, height, imgsz) in enumerate(SIZES):
        target = [-(-side // 32) * 32 for side in (imgsz if isinstance(imgsz, list) else [imgsz, imgsz])]
        image = photo(100 + i, width, height) if width * height <= 700 * 700 else None
        for auto in (True, False):
            box = LetterBox(target, auto=auto, stride=32)
            params = box.get_params({"img": np.zeros((height, width, 3), np.uint8)})
            net = box(image=np.zeros((height, width, 3), np.uint8)).shape[:2]
            case = {"width": width, "height": height, "imgsz": imgsz, "auto": auto, "net": list(net)}
            case["content"] = [int(side) for side in params["new_unpad"]]
            case["padding"] = [int(params[side]) for side in ("top", "bottom", "left", "right")]
            if image is not None:
                pixels = np.ascontiguousarray(box(image=image))
                case["seed"] = 100 + i
                case["sha256"] = hashlib.sha256(pixels.tobytes()).hexdigest()
                row = pixels[int(params["top"])].reshape(-1)
                case["firstRow"] = row[int(params["left"]) * 3 :][:12].tolist()
            rng = np.random.default_rng(i)
            inside = rng.uniform(-0.1, 1.1, (4, 4)) * [net[1], net[0], net[1], net[0]]
            boxes = torch.tensor([[0, 0, net[1], net[0]], *inside.tolist()], dtype=torch.float32)
            case["boxes"] = boxes.tolist()
            case["placed"] = scale_boxes(net, boxes.clone(), (height, width)).tolist()
            case["placed2023"] = scale_boxes_2023(net, boxes.clone(), (height, width)).tolist()
            out.append(case)
    return out


# width, height, boxes in pixels of the image
FULL = [
    (640, 480, [[0, 0, 640, 480], [19.5, 19.9, 621, 461], [20, 20, 620, 460], [10, 100, 300, 400], [0, 0, 640, 440]]),
    (640, 480, [[0, 0, 600, 460.5], [0, 0, 575, 480], [0, 0, 577, 480], [30, 30, 630, 470], [5, 5, 635, 475]]),
    (100, 100, [[19, 19, 81, 81], [21, 21, 79, 79], [0, 0, 95, 94.8], [0, 0, 30, 30]]),
    (30, 24, [[8, 8, 20, 14], [0, 0, 1, 1], [12, 3, 30, 24]]),
    (21, 400, [[5, 100, 15, 300], [0, 5, 21, 395]]),
]  # fmt: skip


def full_boxes():
    """The real step, on results made up for it."""
    out = []
    for width, height, boxes in FULL:
        rows = torch.tensor([[*box, 0.9, 0] for box in boxes], dtype=torch.float32)
        result = Results(np.zeros((height, width, 3), np.uint8), path="", names={0: "object"}, boxes=rows)
        SegmentationPredictor.postprocess = lambda *_, result=result: [result]
        predictor = FastSAMPredictor(overrides={"device": "cpu"})
        (snapped,) = predictor.postprocess(None, None, None)
        out.append({"width": width, "height": height, "boxes": boxes, "snapped": snapped.boxes.xyxy.tolist()})
    return out


OUT.mkdir(parents=True, exist_ok=True)
text = json.dumps({"cases": cases(), "full": full_boxes()}, separators=(",", ":"))
(OUT / "cases.json").write_text(text.replace('},{"', '},\n{"') + "\n")

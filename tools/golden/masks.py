"""Mask goldens: logits to masks by every path, and masks between grids.

Writes test/golden/masks/masks.json.gz. Run: python tools/golden/masks.py (from the repository root; needs torch,
ultralytics 8.4.190, pycocotools, numpy). One prototype and the coefficient 1 make the prototypes themselves the logits, so no
matrix product blurs the comparison. Logits come from a linear congruential generator that the tests repeat.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from pycocotools import mask as coco
from ultralytics.utils.ops import masks2segments, process_mask, process_mask_native, scale_coords, scale_masks

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "masks" / "masks.json.gz"

# name: (image height, width), (network height, width). Paddings odd and even, so that every upsampling 1, 2, 4 occurs.
GEOMETRIES = {
    "no padding, no scaling": ((64, 96), (64, 96)),
    "no padding, enlarged 1.5": ((96, 144), (64, 96)),
    "padding by 4 on each side": ((56, 96), (64, 96)),
    "padding by 2 on each side": ((60, 96), (64, 96)),
    "odd padding": ((57, 83), (64, 96)),
    "odd padding on a square": ((33, 50), (64, 64)),
    "20:1 wide": ((10, 200), (32, 64)),
    "20:1 tall": ((240, 12), (128, 32)),
    "one pixel high": ((1, 300), (32, 64)),
    "one pixel wide": ((130, 1), (64, 32)),
    "a single pixel": ((1, 1), (32, 32)),
    "square network, wide image": ((45, 120), (96, 96)),
}


def lcg(seed: int, count: int) -> np.ndarray:
    s, out = seed, np.empty(count)
    for i in range(count):
        s = (1664525 * s + 1013904223) % 2**32
        out[i] = -1 + 2 * (s / 2**32)
    return out.astype(np.float32)


def boxes_on(h: int, w: int) -> list[list[float]]:
    boxes = [
        [0, 0, w, h],
        [2.3, 4.7, 0.6 * w, 0.8 * h],
        [w // 2, h // 2, w // 2 + 1, h // 2 + 1],
        [w / 2 + 0.25, h / 2 + 0.25, w / 2 + 0.75, h / 2 + 0.75],
        [-0.4 * w, -0.3 * h, 0.45 * w, 0.5 * h],
        [0.7 * w, 0.6 * h, 1.4 * w, 1.3 * h],
        [0.3 * w, 0.3 * h, 0.3 * w, 0.9 * h],
        [0.6 * w, 0.6 * h, 0.2 * w, 0.2 * h],
        [1.2 * w, 0.1 * h, 1.5 * w, 0.9 * h],
        [0.1 * w, 0.45 * h, 0.95 * w, 0.45 * h + 2],
        [w - 1, 0, w, h],
    ]
    return np.array(boxes, np.float32).tolist()


def rle(mask: np.ndarray) -> str:
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


def crop(logits: np.ndarray, box: list[float]) -> np.ndarray:
    x1, y1, x2, y2 = box
    out = logits.copy()
    columns, rows = np.arange(logits.shape[1]), np.arange(logits.shape[0])
    out[:, (columns < x1) | (columns >= x2)] = 0
    out[(rows < y1) | (rows >= y2), :] = 0
    return out


def bilinear(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return F.interpolate(torch.from_numpy(values)[None, None], size, mode="bilinear")[0, 0].numpy()


def casia_native(logits: np.ndarray, box: list[float], shape: tuple[int, int]) -> np.ndarray:
    """Letterbox cut in truncated prototype cells, resampled, cropped by the image box."""
    (h, w), (mh, mw) = shape, logits.shape
    gain = min(mh / h, mw / w)
    pad_x, pad_y = (mw - w * gain) / 2, (mh - h * gain) / 2
    cut = logits[int(pad_y) : int(mh - pad_y), int(pad_x) : int(mw - pad_x)]
    return crop(bilinear(np.ascontiguousarray(cut), shape), box) > 0


def casia_net(logits: np.ndarray, box: list[float], net: tuple[int, int]) -> np.ndarray:
    """Cropped at prototype resolution with zeros, then resampled to the network input."""
    scale = np.array([logits.shape[1] / net[1], logits.shape[0] / net[0]] * 2, np.float32)
    return bilinear(crop(logits, (np.array(box, np.float32) * scale).tolist()), net) > 0


def case(name: str, image: tuple[int, int], net: tuple[int, int], seed: int) -> dict:
    mh, mw = net[0] // 4, net[1] // 4
    logits = lcg(seed, mh * mw).reshape(1, mh, mw)
    protos, one = torch.from_numpy(logits), torch.ones(1, 1)
    net_boxes, image_boxes = boxes_on(*net), boxes_on(*image)
    masks = {"ultralytics": [], "ultralytics-net": [], "casia": [], "casia-net": []}
    for box in image_boxes:
        masks["ultralytics"].append(rle(process_mask_native(protos, one, torch.tensor([box]), image)[0].numpy()))
        masks["casia"].append(rle(casia_native(logits[0], box, image)))
    for box in net_boxes:
        masks["ultralytics-net"].append(rle(process_mask(protos, one, torch.tensor([box]), net, upsample=True)[0].numpy()))
        masks["casia-net"].append(rle(casia_net(logits[0], box, net)))
    full = process_mask(protos, one, torch.tensor([net_boxes[0]]), net, upsample=True).float()
    back = scale_masks(full[None], image)[0, 0] > 0.5
    nearest = scale_masks(full[None], image, mode="nearest")[0, 0] > 0.5
    stretched = F.interpolate(full[None], (37, 53), mode="bilinear")[0, 0] > 0.5
    return {
        "name": name,
        "image": image,
        "net": net,
        "seed": seed,
        "imageBoxes": image_boxes,
        "netBoxes": net_boxes,
        "masks": masks,
        "back": rle(back.numpy()),
        "backNearest": rle(nearest.numpy()),
        "stretched": rle(stretched.numpy()),
    }


def soft_case() -> dict:
    """Probabilities of one object on the image grid."""
    image, net, seed = (57, 83), (64, 96), 77
    protos = torch.from_numpy(lcg(seed, 16 * 24).reshape(1, 1, 16, 24))
    fine = F.interpolate(torch.sigmoid(protos), scale_factor=4, mode="bilinear")
    values = scale_masks(fine, image)[0, 0].numpy()
    return {"image": image, "net": net, "seed": seed, "values": [round(float(v), 6) for v in values.ravel()[::17]]}


def single_polygons() -> list[dict]:
    """Ultralytics' one polygon a mask, all parts joined and the largest."""
    rng = np.random.default_rng(5)
    out = []
    for h, w, n in [(40, 60, 1), (50, 50, 2), (60, 80, 3), (60, 90, 7), (64, 64, 30)]:
        mask = np.zeros((h, w), np.uint8)
        for _ in range(n):
            y, x = rng.integers(0, h - 6), rng.integers(0, w - 6)
            mask[y : y + rng.integers(1, 14), x : x + rng.integers(1, 14)] ^= 1
        polygons = {s: masks2segments(mask[None], s)[0].astype(int).ravel().tolist() for s in ("all", "largest")}
        image = (int(h * rng.uniform(0.5, 3)), int(w * rng.uniform(0.5, 3)))
        points = np.array(polygons["all"], np.float32).reshape(-1, 2)
        onto = scale_coords((h, w), points, image).ravel().round(4).tolist()
        out.append({"size": [h, w], "counts": rle(mask), **polygons, "image": image, "onto": onto})
    return out


def main() -> None:
    torch.set_num_threads(1)
    cases = [case(name, *sizes, seed=100 + i) for i, (name, sizes) in enumerate(GEOMETRIES.items())]
    data = {"cases": cases, "soft": soft_case(), "polygons": single_polygons()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(json.dumps(data, separators=(",", ":")).encode(), 9, mtime=0))
    print(OUT, OUT.stat().st_size)


main()

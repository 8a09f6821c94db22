"""What torchvision and Pillow make of crops before CLIP sees them.

Writes test/golden/clip/preprocess.json: for each case the image's seed and size, the box, the mask's ellipse, the
background, the side of the square, and the SHA-256 and the middle row of the result. Images are made from the seed:
bytes are the top 8 bits of a linear congruential generator, every one repeated over `blocks` x `blocks` pixels.

    python tools/golden/clipPreprocess.py

Needs torchvision and pillow (tools/golden/requirements.txt).
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "clip"
COLOURS = {"black": (0, 0, 0), "white": (255, 255, 255), "mean": (123, 117, 104)}


def photo(seed, width, height, blocks):
    columns, rows = -(-width // blocks), -(-height // blocks)
    states = np.empty(columns * rows * 3, np.uint8)
    state = seed
    for i in range(states.size):
        state = (1664525 * state + 1013904223) % 2**32
        states[i] = state >> 24
    small = states.reshape(rows, columns, 3)
    return small.repeat(blocks, 0).repeat(blocks, 1)[:height, :width]


def ellipse(width, height, cx, cy, rx, ry):
    y, x = np.mgrid[:height, :width]
    return ((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 <= (rx * ry) ** 2


# width, height, blocks, box, ellipse or None, background, side
CASES = [
    (224, 224, 1, [0, 0, 224, 224], None, "keep", 224),
    (640, 480, 1, [0, 0, 640, 480], None, "keep", 224),
    (480, 640, 7, [0, 0, 480, 640], None, "keep", 224),
    (1023, 517, 5, [0, 0, 1023, 517], None, "keep", 224),
    (300, 300, 1, [10, 20, 290, 300], None, "keep", 224),
    (64, 48, 4, [0, 0, 64, 48], None, "keep", 224),
    (50, 50, 1, [3, 4, 40, 50], None, "keep", 224),
    (40, 30, 1, [0, 0, 1, 1], None, "keep", 224),
    (40, 30, 1, [0, 0, 2, 1], None, "keep", 224),
    (40, 30, 1, [7, 8, 9, 11], None, "keep", 32),
    (20, 600, 1, [5, 50, 10, 550], None, "keep", 224),
    (600, 20, 1, [50, 5, 550, 10], None, "keep", 224),
    (2000, 3, 2, [0, 0, 2000, 3], None, "keep", 224),
    (3, 2001, 2, [1, 0, 3, 2001], None, "keep", 336),
    (225, 224, 1, [0, 0, 225, 224], None, "keep", 224),
    (224, 227, 1, [0, 0, 224, 227], None, "keep", 224),
    (226, 300, 3, [0, 0, 226, 300], None, "keep", 224),
    (500, 400, 1, [0, 0, 500, 400], None, "keep", 336),
    (320, 240, 6, [30, 20, 290, 220], [160, 120, 120, 90], "black", 224),
    (320, 240, 6, [30, 20, 290, 220], [160, 120, 120, 90], "white", 224),
    (320, 240, 6, [30, 20, 290, 220], [160, 120, 120, 90], "mean", 224),
    (320, 240, 6, [30, 20, 290, 220], [160, 120, 120, 90], "keep", 224),
    (320, 240, 1, [0, 0, 320, 240], [300, 30, 60, 70], "white", 224),
    (320, 240, 1, [100, 10, 109, 239], [104, 120, 4, 110], "black", 224),
    (320, 240, 1, [0, 0, 50, 50], [200, 200, 20, 20], "mean", 64),
    (777, 555, 3, [101, 99, 700, 500], [400, 300, 350, 150], "black", 224),
    (12, 12, 1, [2, 2, 11, 10], [6, 6, 3, 3], "white", 336),
]  # fmt: skip


def transform(image, side):
    return np.asarray(Compose([Resize(side, interpolation=InterpolationMode.BICUBIC), CenterCrop(side)])(image))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    cases = []
    for seed, (width, height, blocks, box, oval, background, side) in enumerate(CASES, 1):
        pixels = photo(seed, width, height, blocks)
        if oval and background != "keep":
            pixels = np.where(ellipse(width, height, *oval)[..., None], pixels, np.array(COLOURS[background], np.uint8))
        x1, y1, x2, y2 = box
        square = transform(Image.fromarray(np.ascontiguousarray(pixels[y1:y2, x1:x2])), side)
        assert square.shape == (side, side, 3)
        case = dict(seed=seed, width=width, height=height, blocks=blocks, box=box, ellipse=oval, background=background, side=side)
        cases.append(case | dict(sha256=hashlib.sha256(square.tobytes()).hexdigest(), middleRow=square[side // 2].tobytes().hex()))
    path = OUT / "preprocess.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")

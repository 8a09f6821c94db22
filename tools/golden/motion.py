"""Goldens of the camera's motion: cv2's corners, flow and similarity, and Ultralytics' GMC over pairs of frames.

The frames themselves are not written: both this script and the test sample the images of test/golden/scenes through the
matrices written here, in the same double-precision arithmetic; a checksum tells whether they are the same bytes.

Writes test/golden/track/motion/motion.json.gz. Run: python tools/golden/motion.py (from the repository root;
needs opencv, numpy, ultralytics).
"""

import gzip
import json
import math
from pathlib import Path

import cv2
import numpy as np
from ultralytics.trackers.utils.gmc import GMC

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "golden" / "track" / "motion" / "motion.json.gz"


def view(scale: float, degrees: float, x: float, y: float, centre: tuple[float, float]) -> list[float]:
    """From pixels of a frame to pixels of the image: a turn and zoom about the frame's centre, which lands on (x, y)."""
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    return [c, -s, x - c * centre[0] + s * centre[1], s, c, y - s * centre[0] - c * centre[1]]


def sample(image: np.ndarray, matrix: list[float], width: int, height: int) -> np.ndarray:
    """The frame seen through the matrix: bilinear, the image's border going on outside, halves up."""
    a, b, tx, c, d, ty = matrix
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float64)
    sx = np.clip(a * xs + b * ys + tx, 0, image.shape[1] - 1)
    sy = np.clip(c * xs + d * ys + ty, 0, image.shape[0] - 1)
    x0, y0 = np.floor(sx), np.floor(sy)
    fx, fy = (sx - x0)[..., None], (sy - y0)[..., None]
    x0, y0 = x0.astype(int), y0.astype(int)
    x1, y1 = np.minimum(x0 + 1, image.shape[1] - 1), np.minimum(y0 + 1, image.shape[0] - 1)
    p = image.astype(np.float64)
    upper = p[y0, x0] * (1 - fx) + p[y0, x1] * fx
    lower = p[y1, x0] * (1 - fx) + p[y1, x1] * fx
    return np.floor(upper * (1 - fy) + lower * fy + 0.5).astype(np.uint8)


def checksum(frame_rgb: np.ndarray) -> int:
    """Sum of bytes times place + 1, modulo 2 ** 32."""
    flat = frame_rgb.reshape(-1).astype(np.uint64)
    return int((flat * (np.arange(flat.size, dtype=np.uint64) + 1)).sum() % 2**32)


CASES = [  # name, image, size, zoom of the first view, then of the second one: scale, degrees, dx, dy; a pasted mover
    ("still", "coins.png", (320, 240), 1.0, (1, 0, 0, 0), None),
    ("shift", "coins.png", (320, 240), 1.0, (1, 0, 3.3, -2.1), None),
    ("grey, far shift", "coins.png", (300, 220), 1.0, (1, 0, 22.4, -15.7), None),
    ("turn", "astronaut.jpg", (400, 300), 1.0, (1, 3, 0, 0), None),
    ("zoom", "coffee.jpg", (480, 270), 1.1, (0.95, 0, 0, 0), None),
    ("all at once", "astronaut.jpg", (440, 360), 1.0, (1.03, -2, 6.5, 4.25), None),
    ("fine details", "rocket.jpg", (640, 360), 1.0, (0.99, 0.5, -3, 2), None),
    ("wide", "rocket.jpg", (640, 360), 0.4, (1, 0, 4, 1), None),
    ("odd size", "astronaut.jpg", (401, 303), 1.0, (1, 1, 2, 2), None),
    ("a third moves", "coffee.jpg", (480, 360), 1.0, (1, 0.4, -4, 1.5), (40, 60, 200, 220, 11, -7)),
    ("most move", "astronaut.jpg", (400, 400), 1.0, (1, 0, 3, 0), (20, 20, 340, 330, -9, 6)),
    ("smaller than a window", "coins.png", (40, 30), 1.0, (1, 0, 1, 1), None),
    ("two levels", "coins.png", (100, 90), 1.0, (1, 0, 2, -1), None),
    ("unrelated", "coffee.jpg", (300, 200), 0.5, (2.2, 140, 60, 60), None),
]


def frames_of(case: tuple) -> tuple[dict, np.ndarray, np.ndarray]:
    name, file, (width, height), zoom, (scale, degrees, dx, dy), mover = case
    image = cv2.imread(str(ROOT / "test" / "golden" / "scenes" / file), cv2.IMREAD_COLOR_RGB)
    centre = ((width - 1) / 2, (height - 1) / 2)
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    views = [view(zoom, 0, *middle, centre), view(zoom * scale, degrees, middle[0] + dx, middle[1] + dy, centre)]
    first, second = (sample(image, m, width, height) for m in views)
    if mover:
        x, y, w, h, mx, my = mover
        second[y + my : y + my + h, x + mx : x + mx + w] = first[y : y + h, x : x + w]
    described = {"name": name, "image": file, "width": width, "height": height, "views": views, "mover": mover}
    return described, first, second


def gmc(frames: list[np.ndarray]) -> list[list[float]]:
    estimator = GMC(method="sparseOptFlow", downscale=2)
    return [np.asarray(estimator.apply(f[..., ::-1].copy()), float).reshape(-1).tolist() for f in frames]


def small(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    return cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (width // 2, height // 2))


def main() -> None:
    # One thread: the order in which corners of the same strength are found must not depend on the machine.
    cv2.setNumThreads(1)
    cases = []
    for case in CASES:
        described, first, second = frames_of(case)
        a, b = small(first), small(second)
        corners = cv2.goodFeaturesToTrack(a, maxCorners=400, qualityLevel=0.01, minDistance=0, blockSize=3)
        points, found, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, None)
        good = found.ravel() == 1
        similarity, _ = cv2.estimateAffinePartial2D(corners[good], points[good], method=cv2.RANSAC)
        cases.append(
            described
            | {
                "checksums": [checksum(first), checksum(second)],
                "corners": corners.astype(int).ravel().tolist(),
                "flow": [round(float(v), 4) for v in points.ravel()],
                "found": good.astype(int).tolist(),
                "similarity": None if similarity is None else similarity.ravel().tolist(),
                "gmc": gmc([first, second])[1],
            }
        )
        print(described["name"], len(corners), int(good.sum()), np.round(cases[-1]["gmc"], 3))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(json.dumps(cases, separators=(",", ":")).encode(), 9, mtime=0))
    print(OUT, OUT.stat().st_size)


if __name__ == "__main__":
    main()

"""Goldens of drawn masks: signed distances by cv2.pointPolygonTest from the centres of pixels to outlines and lines.

Writes test/golden/fill/fill.json. Run: python tools/golden/fill.py (from the repository root; needs opencv, numpy).
"""

import json
from pathlib import Path

import cv2
import numpy as np

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "fill" / "fill.json"
WIDTH, HEIGHT = 45, 29


def distances(points: list[list[float]]) -> np.ndarray:
    contour = np.array(points, np.float32).reshape(-1, 1, 2)
    return np.array(
        [[cv2.pointPolygonTest(contour, (x + 0.5, y + 0.5), True) for x in range(WIDTH)] for y in range(HEIGHT)]
    )


def star(rng: np.random.Generator, corners: int) -> list[list[float]]:
    """Corners around a centre, by their angle, on a grid of eighths: no edge crosses another."""
    angles = np.sort(rng.random(corners)) * 2 * np.pi
    radii = rng.uniform(4, 24, corners)
    centre = rng.uniform(10, 20, 2)
    points = centre + np.stack([np.cos(angles) * radii * 1.4, np.sin(angles) * radii], 1)
    return (np.round(points * 8) / 8 + 1 / 16).tolist()


def runs(inside: np.ndarray) -> list[int]:
    flat = inside.ravel().astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat])))
    return np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()


def main() -> None:
    rng = np.random.default_rng(17)
    outlines = []
    for corners in (3, 3, 4, 5, 8, 13, 40):
        points = star(rng, corners)
        outlines.append({"points": np.ravel(points).tolist(), "runs": runs(distances(points) > 0)})
    strokes = []
    for corners, radius in ((1, 0.75), (1, 6.3), (2, 1.1), (2, 4.2), (5, 2.6), (9, 0.55), (6, 9.7)):
        points = (np.round(rng.uniform(-6, 50, (corners, 2)) * 8) / 8 + 1 / 16).tolist()
        there_and_back = points + points[-2:0:-1] if corners > 1 else points
        inside = np.abs(distances(there_and_back)) <= radius
        strokes.append({"points": np.ravel(points).tolist(), "radius": radius, "runs": runs(inside)})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"width": WIDTH, "height": HEIGHT, "outlines": outlines, "strokes": strokes}) + "\n")


if __name__ == "__main__":
    main()

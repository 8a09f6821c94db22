"""HOTA, MOTA and IDF1 of MOT result files against known truth, by trackeval, with motmetrics beside it as a check.

    python tools/mot.py                       the clips of tools/golden/clips.py: ours beside Ultralytics' (see there), and
                                              how many boxes have the same frame and id in both
    python tools/mot.py GT.txt RESULT.txt...  any truth and results in MOT's format

Rows of the truth that are marked 0 do not count, and neither does a result that lies on one. Prints a Markdown table.
Needs trackeval, motmetrics, scipy.
"""

import sys
from pathlib import Path

import motmetrics
import numpy as np
from scipy.optimize import linear_sum_assignment
from trackeval.metrics import CLEAR, HOTA, Identity

CLIPS = Path(__file__).resolve().parents[1] / "out" / "clips"


def read(path: Path) -> np.ndarray:
    """Rows of numbers, with x2 and y2 in place of width and height."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    if rows.size == 0:
        return np.zeros((0, 10))
    rows[:, 4:6] += rows[:, 2:4]
    return rows


def ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(axis=2)
    area = lambda r: (r[:, 2:] - r[:, :2]).prod(axis=1)
    return inter / np.maximum(area(a)[:, None] + area(b)[None] - inter, 1e-9)


def frames_of(truth: np.ndarray, result: np.ndarray):
    """For each frame ids of the truth, ids of the result and their IoUs, without what does not count."""
    for frame in range(1, int(max(truth[:, 0].max(), result[:, 0].max() if len(result) else 0)) + 1):
        t, r = truth[truth[:, 0] == frame], result[result[:, 0] == frame]
        overlap = ious(t[:, 2:6], r[:, 2:6])
        rows, columns = linear_sum_assignment(-np.where(overlap >= 0.5, overlap, 0))
        aside = [c for i, c in zip(rows, columns) if overlap[i, c] >= 0.5 and t[i, 6] == 0]
        keep_t, keep_r = t[:, 6] != 0, ~np.isin(np.arange(len(r)), aside)
        yield t[keep_t, 1].astype(int), r[keep_r, 1].astype(int), overlap[np.ix_(keep_t, keep_r)]


def evaluate(truth: np.ndarray, result: np.ndarray) -> dict[str, float]:
    frames = list(frames_of(truth, result))
    places = [{k: i for i, k in enumerate(sorted({k for f in frames for k in f[side]}))} for side in (0, 1)]
    data = {
        "gt_ids": [np.array([places[0][k] for k in f[0]], int) for f in frames],
        "tracker_ids": [np.array([places[1][k] for k in f[1]], int) for f in frames],
        "similarity_scores": [f[2] for f in frames],
        "num_timesteps": len(frames),
        "num_gt_ids": len(places[0]),
        "num_tracker_ids": len(places[1]),
        "num_gt_dets": sum(len(f[0]) for f in frames),
        "num_tracker_dets": sum(len(f[1]) for f in frames),
    }
    quiet = {"PRINT_CONFIG": False}
    clear, identity = CLEAR(quiet).eval_sequence(data), Identity(quiet).eval_sequence(data)
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for t, r, overlap in frames:
        accumulator.update(t, r, np.where(overlap >= 0.5, 1 - overlap, np.nan))
    check = motmetrics.metrics.create().compute(accumulator, metrics=["idf1", "mota"])
    return {
        "HOTA": float(HOTA().eval_sequence(data)["HOTA"].mean()),
        "MOTA": clear["MOTA"],
        "IDF1": identity["IDF1"],
        "switches": clear["IDSW"],
        "mm MOTA": float(check["mota"].iloc[0]),
        "mm IDF1": float(check["idf1"].iloc[0]),
    }


def cells(scores: dict[str, float]) -> list[str]:
    return [f"{v:.0f}" if k == "switches" else f"{100 * v:.1f}" for k, v in scores.items()]


def table(head: list[str], rows: list[list[str]]) -> None:
    for row in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(row) + " |")


COLUMNS = ["HOTA", "MOTA", "IDF1", "switches", "mm MOTA", "mm IDF1"]


def same_boxes(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each frame and id that both have, the largest difference of a side in pixels."""
    sides = lambda rows: {(int(r[0]), int(r[1])): r[2:6] for r in rows}
    ours, theirs = sides(a), sides(b)
    return np.array([np.abs(ours[k] - theirs[k]).max() for k in ours.keys() & theirs.keys()])


def compare_clips() -> None:
    rows, counts, off = [], [0, 0], []
    for folder in sorted(p.parent for p in CLIPS.glob("*/gt.txt")):
        truth = read(folder / "gt.txt")
        for ours in sorted(folder.glob("ours-*.txt")):
            kind, tracker = ours.stem.split("-")[1:]
            results = [read(folder / f"{who}-{kind}-{tracker}.txt") for who in ("ours", "ultralytics")]
            pair = [evaluate(truth, result) for result in results]
            counts = [count + len(result) for count, result in zip(counts, results)]
            off.append(same_boxes(*results))
            rows.append([folder.name, kind, tracker, *(f"{a} / {b}" for a, b in zip(*map(cells, pair)))])
    table(["clip", "detections", "tracker", *COLUMNS], rows)
    off = np.concatenate(off)
    print(f"\n{len(rows)} runs: {counts[0]} boxes of ours, {counts[1]} of Ultralytics'; {len(off)} have the same frame and id", end="")
    print(f" in both, and their sides differ by at most {off.max():.3f} pixel")


def main() -> None:
    if len(sys.argv) == 1:
        return compare_clips()
    truth = read(Path(sys.argv[1]))
    table(["result", *COLUMNS], [[path, *cells(evaluate(truth, read(Path(path))))] for path in sys.argv[2:]])


if __name__ == "__main__":
    main()

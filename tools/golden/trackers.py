"""What Ultralytics' trackers, its Kalman filters and lap make of recorded detections.

Writes to test/golden/track:
  sequences.json  made-up detections, frame by frame: x1 y1 x2 y2 in eighths of a pixel, score in 1/1024
  tracks.json     for each run of a tracker on a sequence and each frame: ids, places of the detections and, in every
                  BOXES_EVERYth frame, the boxes
  kalman.json     states and covariances of both filters along random measurements
  assignment.json optima of lap.lapjv(extend_cost=True, cost_limit=...) on random costs

    python tools/golden/trackers.py

`run_tracker` runs one tracker on any detections, for the goldens of clips. Needs ultralytics and lap.
"""

import json
import math
import os
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import lap
import numpy as np
from ultralytics.engine.results import Boxes
from ultralytics.trackers.bot_sort import BOTrack
from ultralytics.trackers.track import TRACKER_MAP
from ultralytics.trackers.utils.kalman_filter import KalmanFilterXYAH, KalmanFilterXYWH
from ultralytics.trackers.utils.stracks import multi_gmc
from ultralytics.utils import YAML, IterableSimpleNamespace
from ultralytics.utils.checks import check_yaml

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "track"
WIDTH, HEIGHT = 640, 360
BOXES_EVERY = 10


def run_tracker(name, detections, frames=None, affines=None, **options):
    """Rows (x1, y1, x2, y2, id, score, class, place of the detection) of each frame, as float arrays of shape (n, 8).

    detections: for each frame an array (n, 5) or (n, 6) of x1 y1 x2 y2 score [class].
    frames: the images (H, W, 3), BGR; the camera's motion is then estimated from them, by trackers that do.
    affines: instead of frames, a 2 x 3 matrix for each frame that is taken as the camera's motion.
    """
    config = YAML.load(check_yaml(f"{name}.yaml"))
    unknown = set(options) - set(config)
    assert not unknown, f"{name} has no {unknown}"
    tracker = TRACKER_MAP[name](IterableSimpleNamespace(**{**config, **options}))
    rows = []
    for i, found in enumerate(detections):
        found = np.asarray(found, np.float32).reshape(len(found), -1) if len(found) else np.zeros((0, 5), np.float32)
        if found.shape[1] == 5:
            found = np.concatenate([found, np.zeros((len(found), 1), np.float32)], axis=1)
        image = None if frames is None else frames[i]
        if affines is not None:
            image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            if hasattr(tracker, "gmc"):
                tracker.gmc.apply = lambda *_, affine=affines[i]: np.asarray(affine, np.float64)
        shape = (HEIGHT, WIDTH) if image is None else image.shape[:2]
        rows.append(tracker.update(Boxes(found, shape), image).reshape(-1, 8))
    return rows


class Mover:
    """A box that goes straight on, with a size that changes slowly."""

    def __init__(self, rng, start=0, end=10**9, speed=4.0):
        self.position = rng.uniform([60, 60], [WIDTH - 60, HEIGHT - 60])
        self.velocity = rng.uniform(-speed, speed, 2)
        self.size = rng.uniform(25, 110, 2)
        self.growth = rng.uniform(-0.15, 0.15, 2)
        self.start, self.end = start, end

    def box(self, frame, bounce=True):
        t = frame - self.start
        centre = self.position + self.velocity * t
        if bounce:
            room = np.array([WIDTH, HEIGHT])
            centre = room - np.abs(centre % (2 * room) - room)
        size = np.maximum(self.size + self.growth * t, 12)
        return np.concatenate([centre - size / 2, centre + size / 2])


def noisy(rng, box, score, deviation=1.0):
    return [*(box + rng.normal(0, deviation, 4)), min(max(score, 0.02), 0.999)]


def crossings(rng):
    movers = [Mover(rng) for _ in range(8)]
    return [[noisy(rng, m.box(f), rng.uniform(0.65, 0.97)) for m in movers] for f in range(120)]


def occlusions(rng):
    """Gaps of all lengths around the trackers' buffer; scores fall towards a gap and rise after it."""
    movers = [Mover(rng, speed=0.8) for _ in range(9)]
    gaps = [3, 8, 15, 29, 30, 31, 32, 33, 45]
    frames = []
    for f in range(140):
        found = []
        for m, gap in zip(movers, gaps):
            away = min(abs(f - 40), abs(f - 40 - gap)) if not 40 <= f < 40 + gap else -1
            # A second, short gap soon after the first.
            if away >= 0 and not 60 + gap <= f < 63 + gap:
                found.append(noisy(rng, m.box(f), min(0.12 + 0.2 * away, 0.93), 0.6))
        frames.append(found)
    return frames


def traffic(rng):
    """Objects enter and leave all the time."""
    movers = []
    for start in range(0, 120, 5):
        m = Mover(rng, start, start + int(rng.integers(8, 60)))
        side = rng.random() < 0.5
        m.position = np.array([-20.0 if side else WIDTH + 20.0, rng.uniform(40, HEIGHT - 40)])
        m.velocity = np.array([rng.uniform(5, 14) * (1 if side else -1), rng.uniform(-1, 1)])
        movers.append(m)
    inside = lambda m, f: m.start <= f < m.end and m.box(f, False)[2] > 0 and m.box(f, False)[0] < WIDTH
    return [
        [noisy(rng, np.clip(m.box(f, False), 0, [WIDTH, HEIGHT] * 2), rng.uniform(0.6, 0.95), 0.3) for m in movers if inside(m, f)]
        for f in range(120)
    ]


def weak(rng):
    """Scores of all heights, and objects that are missed now and then."""
    movers = [Mover(rng, speed=2.5) for _ in range(10)]
    return [
        [noisy(rng, m.box(f), rng.beta(2, 1.2)) for m in movers if rng.random() > 0.08] for f in range(120)
    ]


def duplicates(rng):
    """Near copies and parts, as a segmenter of everything finds them, and false alarms."""
    movers = [Mover(rng, speed=2) for _ in range(6)]
    frames = []
    for f in range(100):
        found = []
        for m in movers:
            box = m.box(f)
            found.append(noisy(rng, box, rng.uniform(0.7, 0.98)))
            if rng.random() < 0.35:
                found.append(noisy(rng, box, rng.uniform(0.3, 0.95), 2.5))
            if rng.random() < 0.5:
                found.append(noisy(rng, np.concatenate([box[:2], (box[:2] + box[2:]) / 2]), rng.uniform(0.3, 0.9)))
        if rng.random() < 0.3:
            found.append(noisy(rng, Mover(rng).box(0), rng.uniform(0.3, 0.9)))
        rng.shuffle(found)
        frames.append(found)
    return frames


def gaps(rng):
    """Frames in which nothing is found: the first ones, single ones, a few in a row, more than the buffer."""
    movers = [Mover(rng, speed=1.5) for _ in range(5)]
    empty = {0, 1, 10, 20, 21, 30, 31, 32, *range(50, 70), *range(80, 115)}
    return [
        [] if f in empty else [noisy(rng, m.box(f), rng.uniform(0.72, 0.95), 0.5) for m in movers] for f in range(130)
    ]


def crowd(rng):
    movers = [Mover(rng, speed=3) for _ in range(45)]
    return [
        [noisy(rng, m.box(f), rng.uniform(0.2, 0.98), 1.5) for m in movers if rng.random() > 0.1] for f in range(35)
    ]


def shaken(rng):
    """A camera that shifts, turns and zooms: detections and the motion between frames."""
    movers = [Mover(rng, speed=2) for _ in range(8)]
    total = np.eye(3)
    frames, affines = [], []
    for f in range(80):
        angle, zoom = rng.normal(0, 0.015), 1 + rng.normal(0, 0.008)
        c, s = zoom * math.cos(angle), zoom * math.sin(angle)
        step = np.array([[c, -s, rng.normal(0, 9)], [s, c, rng.normal(0, 6)], [0, 0, 1]])
        if f == 0:
            step = np.eye(3)
        # Drift back to where it was, so that the objects stay in sight.
        total = step @ total
        step[:2, 2] -= 0.15 * total[:2, 2]
        total[:2, 2] *= 0.85
        affines.append(step[:2].round(6).tolist())
        found = []
        for m in movers:
            x1, y1, x2, y2 = m.box(f)
            corners = total @ np.array([[x1, x2, x1, x2], [y1, y1, y2, y2], [1, 1, 1, 1]])
            box = np.concatenate([corners[:2].min(axis=1), corners[:2].max(axis=1)])
            if rng.random() > 0.06:
                found.append(noisy(rng, box, rng.uniform(0.3, 0.97)))
        frames.append(found)
    return frames, affines


def quantized(frames):
    """Numbers that JSON and float32 hold exactly: eighths of a pixel, 1/1024 of a score."""
    return [[[*(round(v * 8) for v in row[:4]), round(row[4] * 1024)] for row in found] for found in frames]


def restored(frames):
    return [np.array([[*(v / 8 for v in row[:4]), row[4] / 1024] for row in found], np.float32) for found in frames]


TRACKERS = ("bytetrack", "botsort", "tracktrack")
CAMEL = {"lost_match_thr": "lostMatchThresh", "tai_thr": "taiThresh"}
VARIANTS = [
    ("weak", "bytetrack", dict(fuse_score=False, match_thresh=0.9, track_high_thresh=0.5, new_track_thresh=0.6)),
    ("occlusions", "botsort", dict(track_buffer=5, fuse_score=False)),
    ("occlusions", "tracktrack", dict(lost_match_thr=0.95, track_buffer=45, min_track_len=1)),
    ("weak", "tracktrack", dict(track_high_thresh=0.4, new_track_thresh=0.45, track_low_thresh=0.1, match_thresh=0.8)),
    ("crowd", "tracktrack", dict(tai_thr=0.3, penalty_p=0.05, reduce_step=0.1, conf_weight=0.3, angle_weight=0.4)),
]


def camel(name):
    head, *rest = name.split("_")
    return CAMEL.get(name, head + "".join(map(str.capitalize, rest)))


def track_runs(sequences):
    runs = [(s, t, {}) for s in sequences for t in TRACKERS] + VARIANTS
    out = []
    for sequence, tracker, options in runs:
        data = sequences[sequence]
        rows = run_tracker(tracker, restored(data["frames"]), affines=data.get("affines"), **options)
        out.append(
            {
                "sequence": sequence,
                "tracker": tracker,
                "options": {camel(k): v for k, v in options.items()},
                "ids": [r[:, 4].astype(int).tolist() for r in rows],
                "indices": [r[:, 7].astype(int).tolist() for r in rows],
                "boxes": [np.round(r[:, :4].astype(np.float64), 4).ravel().tolist() for r in rows[::BOXES_EVERY]],
            }
        )
        print(sequence, tracker, options, "ids up to", max((max(i) for i in out[-1]["ids"] if i), default=0))
    return out


def kalman_run(model, rng, steps=12):
    """Predictions, updates and for xywh the camera's motion, of a track in all states."""
    kalman = KalmanFilterXYAH() if model == "xyah" else KalmanFilterXYWH()
    observe = lambda b: np.array([(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, (b[2] - b[0]) / (b[3] - b[1] if model == "xyah" else 1), b[3] - b[1]])
    mover = Mover(rng)
    box = mover.box(0).round(3)
    mean, covariance = kalman.initiate(observe(box))
    state = lambda: {"mean": mean.tolist(), "covariance": covariance.ravel().tolist()}
    out = {"model": model, "start": box.tolist(), **state(), "steps": []}
    for f in range(1, steps):
        step = {"coasting": f % 4 == 3}
        if model == "xywh" and f % 3 == 0:
            step["affine"] = [1.02, -0.05, 4.5, 0.04, 0.98, -3.25]
            track = BOTrack(np.array([1, 1, 1, 1, 0]), 1, 0)
            track.mean, track.covariance = mean, covariance
            multi_gmc([track], np.array(step["affine"]).reshape(2, 3))
            mean, covariance = track.mean, track.covariance
        if step["coasting"]:
            mean = mean.copy()
            mean[7] = 0
            if model == "xywh":
                mean[6] = 0
        mean, covariance = kalman.predict(mean, covariance)
        step["predicted"] = mean.tolist()
        if f % 5:
            step["box"] = (mover.box(f) + rng.normal(0, 2, 4)).round(3).tolist()
            step["trust"] = [1, 0.4, 0.05][f % 3]
            confidence = None if step["trust"] == 1 else 1 - step["trust"]
            mean, covariance = kalman.update(mean, covariance, observe(step["box"]), confidence=confidence)
        out["steps"].append({**step, **state()})
    return out


def assignments(rng):
    cases = []
    for rows, columns, limit in [(1, 1, 0.8), (3, 5, 0.8), (5, 3, 0.7), (8, 8, 0.5), (12, 9, 0.8), (9, 14, 0.3), (20, 20, 0.8)] * 3:
        cost = rng.random((rows, columns)).round(4)
        _, x, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
        cases.append({"cost": cost.tolist(), "limit": limit, "columns": x.tolist()})
    return cases


def write(name, value):
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")
    print(name, (OUT / name).stat().st_size)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    sequences = {}
    for seed, make in enumerate([crossings, occlusions, traffic, weak, duplicates, gaps, crowd]):
        sequences[make.__name__] = {"frames": quantized(make(np.random.default_rng(seed)))}
    frames, affines = shaken(np.random.default_rng(100))
    sequences["shaken"] = {"frames": quantized(frames), "affines": affines}
    write("sequences.json", sequences)
    write("tracks.json", {"boxesEvery": BOXES_EVERY, "runs": track_runs(sequences)})
    write("kalman.json", [kalman_run(m, np.random.default_rng(i)) for i, m in enumerate(("xyah", "xywh"))])
    write("assignment.json", assignments(np.random.default_rng(7)))


if __name__ == "__main__":
    main()

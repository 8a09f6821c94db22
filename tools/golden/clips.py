"""Short clips with known truth, and what Ultralytics' trackers make of detections on them.

    python tools/golden/clips.py render         writes out/clips/NAME/clip.mkv and gt.txt
    npx tsx tools/mot.ts detect                 writes out/clips/NAME/demo.json: detections of the tests' network
    python tools/golden/clips.py record         writes test/golden/track/clips/NAME.json.gz and the ultralytics-*.txt
    npx tsx tools/mot.ts track                  writes ours-*.txt: our trackers, with our own estimate of the camera
    python tools/mot.py                         HOTA, MOTA and IDF1 of both

Coins cut out of coins.png of test/golden/scenes move over the other scenes: `crossing` (they meet and bounce), `hiding`
(they enter, pass behind pillars and leave), `camera` (pan, zoom and shake). The truth is in MOT's format: frame from 1,
id, x, y, w, h, 1 where it counts (a tenth at least is seen), 1, the share that is seen. Needs ffmpeg, opencv, ultralytics.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT / "out" / "clips"
GOLDEN = ROOT / "test" / "golden" / "track" / "clips"
WIDTH, HEIGHT, FRAMES = 640, 360, 150
NAMES = ("crossing", "hiding", "camera")
TRACKERS = ("bytetrack", "botsort", "tracktrack")


def photo(name: str, width: int, height: int) -> np.ndarray:
    image = cv2.imread(str(ROOT / "test" / "golden" / "scenes" / name))
    zoom = max(width / image.shape[1], height / image.shape[0])
    image = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    y, x = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[y : y + height, x : x + width].copy()


def coins() -> list[tuple[np.ndarray, np.ndarray]]:
    """Images of single coins with their masks."""
    image = cv2.imread(str(ROOT / "test" / "golden" / "scenes" / "coins.png"))
    grey = cv2.GaussianBlur(image[..., 0], (5, 5), 0)
    found = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 121, -12)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    out = []
    for contour in cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        hull = cv2.convexHull(contour)
        x, y, w, h = cv2.boundingRect(hull)
        if not (28 < w < 80 and 28 < h < 80 and 0.75 < w / h < 1.33):
            continue
        mask = cv2.drawContours(np.zeros(grey.shape, np.uint8), [hull], -1, 255, -1)
        out.append((image[y : y + h, x : x + w], mask[y : y + h, x : x + w]))
    return out


class Mover:
    """A coin with a size, a tint and a path."""

    def __init__(self, rng, cut, start, velocity, bounce, first=0):
        tint = rng.uniform(0.55, 1, 3)
        zoom = rng.uniform(1.2, 1.8)
        self.image = np.clip(cv2.resize(cut[0], None, fx=zoom, fy=zoom) * tint * 1.15, 0, 255)
        self.mask = (cv2.resize(cut[1], None, fx=zoom, fy=zoom) > 127).astype(np.float64)
        self.start, self.velocity, self.bounce, self.first = np.array(start, float), np.array(velocity, float), bounce, first
        self.wave = rng.uniform(0, 2 * np.pi), rng.uniform(0, 6)

    def centre(self, frame, room):
        t = frame - self.first
        p = self.start + self.velocity * t
        p[1] += self.wave[1] * np.sin(self.wave[0] + t / 12)
        return room - np.abs(p % (2 * room) - room) if self.bounce else p


def movers_of(name: str, rng, room: np.ndarray) -> list[Mover]:
    cuts = coins()
    pick = lambda: cuts[int(rng.integers(len(cuts)))]
    if name == "hiding":
        out = []
        for k in range(14):
            right = k % 2 == 0
            start = [-60.0 if right else room[0] + 60.0, rng.uniform(50, room[1] - 50)]
            out.append(Mover(rng, pick(), start, [rng.uniform(4.5, 9) * (1 if right else -1), 0], False, first=8 * k))
        return out
    return [
        Mover(rng, pick(), rng.uniform([60, 60], room - 60), rng.uniform(-4, 4, 2), True)
        for _ in range(9 if name == "crossing" else 12)
    ]


def camera_of(name: str, frame: int, rng) -> np.ndarray:
    """From pixels of the scene to pixels of the frame."""
    if name != "camera":
        return np.eye(2, 3)
    zoom = 1 + 0.12 * np.sin(frame / 25)
    angle = 0.02 * np.sin(frame / 9) + rng.normal(0, 0.003)
    centre = np.array([480 + 130 * np.sin(frame / 30), 270 + 50 * np.sin(frame / 17)]) + rng.normal(0, 2.5, 2)
    c, s = zoom * np.cos(angle), zoom * np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    return np.hstack([turn, (np.array([WIDTH, HEIGHT]) / 2 - turn @ centre)[:, None]])


def scene_of(name: str):
    """The room, the image behind and the image in front, which hides where its mask is set."""
    if name == "camera":
        return np.array([960.0, 540.0]), photo("astronaut.jpg", 960, 540), None
    back = photo("rocket.jpg" if name == "crossing" else "coffee.jpg", WIDTH, HEIGHT)
    front = None
    if name == "hiding":
        hides = np.zeros((HEIGHT, WIDTH))
        hides[:, 190:250] = hides[:, 410:455] = 1
        front = photo("astronaut.jpg", WIDTH, HEIGHT), hides
    return np.array([float(WIDTH), float(HEIGHT)]), back, front


def draw(name: str, frame: int, scene, movers: list[Mover], camera: np.ndarray):
    """The frame and rows of truth: id, x, y, w, h, share that is seen."""
    room, back, front = scene
    warp = lambda image, matrix, flags=cv2.INTER_LINEAR: cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), flags=flags)
    image = cv2.warpAffine(back, camera, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT).astype(np.float64)
    owner = np.zeros((HEIGHT, WIDTH), int)
    whole = {}
    for k, m in enumerate(movers, 1):
        if frame < m.first:
            continue
        h, w = m.mask.shape
        x, y = m.centre(frame, room) - (w / 2, h / 2)
        place = np.vstack([camera, [0, 0, 1]]) @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        mask = warp(m.mask, place[:2])
        image += mask[..., None] * (warp(m.image, place[:2]) - image)
        inside = mask > 0.5
        if inside.any():
            owner[inside] = k
            # What lies outside the frame counts as not seen.
            whole[k] = inside, m.mask.sum() * np.linalg.det(camera[:, :2])
    if front:
        image += front[1][..., None] * (front[0] - image)
        owner[front[1] > 0.5] = 0
    rows = []
    for k, (inside, area) in whole.items():
        ys, xs = np.nonzero(inside)
        seen = min((owner == k).sum() / area, 1)
        rows.append((k, xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1, seen))
    return np.clip(np.round(image), 0, 255).astype(np.uint8), rows


def render(name: str) -> None:
    rng = np.random.default_rng(NAMES.index(name) + 11)
    scene = scene_of(name)
    movers = movers_of(name, rng, scene[0])
    folder = CLIPS / name
    folder.mkdir(parents=True, exist_ok=True)
    # Lossless, so that every reader sees the same bytes.
    command = f"ffmpeg -loglevel error -y -f rawvideo -pix_fmt bgr24 -s {WIDTH}x{HEIGHT} -r 25 -i - -c:v ffv1 -pix_fmt bgr0"
    truth = []
    with subprocess.Popen([*command.split(), str(folder / "clip.mkv")], stdin=subprocess.PIPE) as ffmpeg:
        for frame in range(FRAMES):
            image, rows = draw(name, frame, scene, movers, camera_of(name, frame, rng))
            ffmpeg.stdin.write(image.tobytes())
            truth += [f"{frame + 1},{k},{x},{y},{w},{h},{int(seen >= 0.1)},1,{seen:.3f}" for k, x, y, w, h, seen in rows]
        ffmpeg.stdin.close()
    assert ffmpeg.returncode == 0
    (folder / "gt.txt").write_text("\n".join(truth) + "\n")
    print(folder, len(truth), "boxes of", len(movers))


def frames_of(name: str) -> np.ndarray:
    command = ["ffmpeg", "-loglevel", "error", "-i", str(CLIPS / name / "clip.mkv"), "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


def from_truth(name: str) -> list[list[list[int]]]:
    """The truth as a good detector finds it: what is seen by a quarter, with noise; one in thirty is missed."""
    rng = np.random.default_rng(NAMES.index(name) + 31)
    frames = [[] for _ in range(FRAMES)]
    for line in (CLIPS / name / "gt.txt").read_text().split():
        frame, _, x, y, w, h, _, _, seen = map(float, line.split(","))
        if seen < 0.25 or rng.random() < 1 / 30:
            continue
        box = np.array([x, y, x + w, y + h]) + rng.normal(0, 1, 4)
        score = np.clip(0.55 + 0.4 * seen + rng.normal(0, 0.03), 0.1, 0.99)
        frames[int(frame) - 1].append([*np.round(box * 8).astype(int).tolist(), round(score * 1024)])
    return frames


def record(name: str) -> None:
    from trackers import restored, run_tracker  # beside this file
    from ultralytics.trackers.utils.gmc import GMC

    estimator = GMC(method="sparseOptFlow", downscale=2)
    affines = [np.round(np.asarray(estimator.apply(f.copy()), float), 6) for f in frames_of(name)]
    sets = {"demo": json.loads((CLIPS / name / "demo.json").read_text()), "truth": from_truth(name)}
    runs = []
    for kind, frames in sets.items():
        for tracker in TRACKERS:
            rows = run_tracker(tracker, restored(frames), affines=affines)
            ids, indices = ([r[:, k].astype(int).tolist() for r in rows] for k in (4, 7))
            runs.append({"set": kind, "tracker": tracker, "ids": ids, "indices": indices})
            lines = [
                f"{f},{int(r[4])},{r[0]:.2f},{r[1]:.2f},{r[2] - r[0]:.2f},{r[3] - r[1]:.2f},{r[5]:.3f},-1,-1,-1"
                for f, found in enumerate(rows, 1)
                for r in found
            ]
            (CLIPS / name / f"ultralytics-{kind}-{tracker}.txt").write_text("\n".join(lines) + "\n")
    golden = {"affines": [a.ravel().tolist() for a in affines], "sets": sets, "runs": runs}
    GOLDEN.mkdir(parents=True, exist_ok=True)
    out = GOLDEN / f"{name}.json.gz"
    out.write_bytes(gzip.compress(json.dumps(golden, separators=(",", ":")).encode(), 9, mtime=0))
    print(out, out.stat().st_size)


if __name__ == "__main__":
    for clip in NAMES:
        {"render": render, "record": record}[sys.argv[1]](clip)

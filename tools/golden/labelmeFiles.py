"""Files of labelme for the masks of test/golden/results/results.json, written and read back by labelme itself.

Writes test/golden/results/labelme.json: for every image `polygon` and `mask`, the JSON that labelme's own writer gives for
its shapes. Polygons are OpenCV's outer borders, the largest first; labelme's `shapes_to_label` is checked to fill them to
the masks without their holes, and masks to the masks.

    python tools/golden/labelmeFiles.py

Needs labelme 6.3.1, opencv-python-headless, pycocotools, scipy, pillow and numpy; labelme asks for a version of its own of
some, so give it an environment of its own.
"""

import base64
import io
import json
import tempfile
from pathlib import Path

import cv2
import numpy as np
from labelme import _label_file as label_file
from labelme import utils
from PIL import Image
from pycocotools import mask as coco
from scipy.ndimage import binary_fill_holes

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "results"


def polygons(mask: np.ndarray) -> list[list[list[int]]]:
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outer = [c[:, 0] for c, h in zip(contours, hierarchy[0]) if h[3] < 0] if contours else []
    outer.sort(key=lambda c: -cv2.contourArea(c))
    found = []
    for contour in outer:
        points = [[int(x), int(y)] for x, y in contour]
        # labelme refuses polygons of fewer points; its drawing takes one twice.
        found.append(points + [points[-1]] * (3 - len(points)))
    return found


def png(crop: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(crop * 255).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def shape(label: str, points: list, kind: str, group: int | None, score: float, mask: str | None) -> dict:
    return {
        "label": label,
        "points": points,
        "group_id": group,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": mask,
        "score": round(score, 6),
    }


def check(path: Path, masks: list[np.ndarray], kind: str, scores: list[float]) -> None:
    """Reads the file as labelme does, and fills the shapes of each object as its exporters do."""
    shapes = label_file.read_label_file(str(path)).shapes
    score_of = [round(s, 6) for s in scores]
    for i, mask in enumerate(masks):
        own = [s for s in shapes if s["other_data"]["score"] == score_of[i]]
        if not mask.any():
            assert not own
            continue
        filled, _ = utils.shapes_to_label(mask.shape, own, {"object": 1})
        wanted = binary_fill_holes(mask) if kind == "polygon" else mask
        assert (filled == wanted).all(), (kind, i)


def main() -> None:
    found = {}
    for case in json.loads((FOLDER / "results.json").read_text()):
        size = [case["height"], case["width"]]
        masks = [coco.decode({"size": size, "counts": counts}) for counts in case["masks"]]
        scores = case["scores"]
        assert len({round(s, 6) for s in scores}) == len(scores)
        by_kind = {"polygon": [], "mask": []}
        for i, mask in enumerate(masks):
            if not mask.any():
                continue
            parts = polygons(mask)
            group = i if len(parts) > 1 else None
            by_kind["polygon"] += [shape("object", p, "polygon", group, scores[i], None) for p in parts]
            ys, xs = np.nonzero(mask)
            left, top, right, bottom = (int(v) for v in (xs.min(), ys.min(), xs.max(), ys.max()))
            crop = mask[top : bottom + 1, left : right + 1]
            by_kind["mask"].append(shape("object", [[left, top], [right, bottom]], "mask", None, scores[i], png(crop)))
        found[case["name"]] = {}
        with tempfile.TemporaryDirectory() as folder:
            Image.new("RGB", (size[1], size[0])).save(Path(folder) / "a.png")
            for kind, shapes in by_kind.items():
                path = Path(folder) / f"{kind}.json"
                label_file.write_label_file(
                    str(path), shapes=shapes, image_path="a.png", image_height=size[0], image_width=size[1], flags={}
                )
                check(path, masks, kind, scores)
                found[case["name"]][kind] = json.loads(path.read_text())
    out = FOLDER / "labelme.json"
    out.write_text(json.dumps(found) + "\n")
    print(out, out.stat().st_size)


if __name__ == "__main__":
    main()

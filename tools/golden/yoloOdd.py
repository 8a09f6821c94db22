"""What Ultralytics' `val` says on odd but legal YOLO data sets, and what it takes for a wrong label file.

    python tools/golden/yoloOdd.py          writes test/golden/val/odd.json.gz and test/golden/val/labels.json.gz

The images are those of test/golden/val (tools/golden/yoloVal.py); a case says under which paths they lie, with which files of
text, from which folder `val` is called and with which argument. `{root}` in a text stands for the folder of the case. What
Ultralytics cannot read at all (UTF-16) is run on the same text as UTF-8.
"""

import base64
import gzip
import json
import os
import random
import shutil
import tempfile
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import numpy as np
import torch
from ultralytics import FastSAM
from ultralytics.data.utils import verify_image_label
from ultralytics.models.fastsam import FastSAMValidator

from trained import ROOT, trained_checkpoint

torch.set_num_threads(2)
VAL = ROOT / "test" / "golden" / "val"
IMGSZ = 160
SCENES = ("scene0", "scene1", "scene2")
LABELS = {name: (VAL / "labels" / "val" / f"{name}.txt").read_text() for name in SCENES}
HEAD = "train: images/val\n"
NAMES = "names: [a, b, c]\n"


def usual(images: str = "images/val", labels: str = "labels/val") -> dict:
    """Three scenes and their labels."""
    return {
        "images": {f"{images}/{name}.png": name for name in SCENES},
        "files": {f"{labels}/{name}.txt": text for name, text in LABELS.items()},
    }


def case(yaml: str, layout: dict | None = None, *, inside=True, data="data.yaml", at="data.yaml", encoding="utf-8", **more):
    layout = layout or usual()
    files = {at: yaml, **layout["files"], **more.pop("files", {})}
    images = {**layout["images"], **more.pop("images", {})}
    return {"files": files, "images": images, "inside": inside, "data": data, "encoding": encoding, **more}


def moved(text: str, by: float) -> str:
    """The first corner of the first outline that much to the left of the image."""
    lines = text.splitlines()
    fields = lines[0].split()
    fields[1] = f"{-by}"
    return "\n".join([" ".join(fields), *lines[1:]]) + "\n"


def cases() -> dict[str, dict]:
    plain = HEAD + "val: images/val\n" + NAMES
    listed = "".join(f"./images/val/{name}.png\n" for name in SCENES)
    first = LABELS["scene0"].splitlines()
    padded = "\n".join([*first, " ".join(f"{value}00" if "." in value else value for value in first[0].split())])
    return {
        "inside": case(plain),
        "inside, ./": case(plain, data="./data.yaml"),
        "inside, a folder above": case(plain, usual("sub/images/val", "sub/labels/val"), at="sub/data.yaml", data="sub/../sub/data.yaml"),
        "outside, relative": case(plain, inside=False, data="set/data.yaml"),
        "outside, absolute": case(plain, inside=False, data="{root}/data.yaml"),
        "path: .": case("path: .\n" + plain),
        "path: absolute": case("path: '{root}'\n" + plain, inside=False, data="set/data.yaml"),
        "path from the working folder": case("path: set\n" + plain, inside=False, data="set/data.yaml"),
        "trailing slash": case(HEAD + "val: images/val/\n" + NAMES),
        "images/images": case(HEAD + "val: images/images/val\n" + NAMES, usual("images/images/val", "images/labels/val")),
        "images of images": case(HEAD + "val: images/x/images\n" + NAMES, usual("images/x/images", "images/x/labels")),
        "no folder images": case(HEAD + "val: pictures\n" + NAMES, usual("pictures", "pictures")),
        "val: images, folders below": case(HEAD + "val: images\n" + NAMES, usual("images/a/b", "labels/a/b")),
        "Roboflow": case("train: ../train/images\nval: ../valid/images\nnc: 3\n" + NAMES, usual("valid/images", "valid/labels")),
        "Roboflow, outside": case("train: ../train/images\nval: ../valid/images\nnc: 3\n" + NAMES, usual("valid/images", "valid/labels"), inside=False, data="set/data.yaml"),
        "validation": case(HEAD + "validation: images/val\n" + NAMES),
        "nc as text": case(HEAD + "val: images/val\nnc: '3'\n"),
        "nc 3.0 and names by number": case(HEAD + "val: images/val\nnc: 3.0\nnames: {2: c, 0: a, 1: b}\n"),
        "path: None": case("path: None\n" + plain),
        "list file": case(HEAD + "val: val.txt\n" + NAMES, files={"val.txt": listed}),
        "list file in a folder": case(HEAD + "val: lists/val.txt\n" + NAMES, files={"lists/val.txt": listed.replace("./", "{root}/")}),
        "list file with other lines": case(HEAD + "val: val.txt\n" + NAMES, files={"val.txt": f"# images\n\n{listed}notes.md\n"}),
        "list of folders": case(
            HEAD + "val: [images/a, images/b]\n" + NAMES,
            {"images": {"images/a/x.png": "scene0", "images/b/x.png": "scene1"}, "files": {"labels/a/x.txt": LABELS["scene0"], "labels/b/x.txt": LABELS["scene1"]}},
        ),
        "folder and list file": case(
            HEAD + "val: [images/a, b.txt]\n" + NAMES,
            {"images": {"images/a/x.png": "scene0", "images/b/x.png": "scene1"}, "files": {"labels/a/x.txt": LABELS["scene0"], "labels/b/x.txt": LABELS["scene1"], "b.txt": "./images/b/x.png\n"}},
        ),
        "one folder twice": case(HEAD + "val: [images/val, images/val/]\n" + NAMES, {"images": {"images/val/x.png": "scene0"}, "files": {"labels/val/x.txt": LABELS["scene0"]}}),
        "names with dots, spaces, capitals": case(
            plain,
            {"images": {"images/val/a.b c.PNG": "scene0", "images/val/ü.Png": "scene1"}, "files": {"labels/val/a.b c.txt": LABELS["scene0"], "labels/val/ü.txt": LABELS["scene1"]}},
        ),
        "symbolic link": case(HEAD + "val: images\n" + NAMES, usual("store/images", "store/labels"), links={"images": "store/images"}),
        "hidden files and folders": case(plain, files={"images/val/._scene0.png": "AppleDouble", "images/val/.x/scene0.png": "thumbnail"}),
        "utf-8 with mark": case(plain, encoding="utf-8-sig", files={"labels/val/scene0.txt": LABELS["scene0"]}),
        "list file with mark": case(HEAD + "val: val.txt\n" + NAMES, encoding="utf-8-sig", files={"val.txt": listed}),
        "utf-16": case(HEAD + "val: val.txt\n" + NAMES, encoding="utf-16", files={"val.txt": listed}),
        "utf-16, high byte first": case(plain, encoding="utf-16-be"),
        "CRLF": case(plain.replace("\n", "\r\n"), files={f"labels/val/{name}.txt": text.replace("\n", "\r\n") for name, text in LABELS.items()}),
        "CR": case(plain, files={f"labels/val/{name}.txt": text.replace("\n", "\r") for name, text in LABELS.items()}),
        "corner 3 % outside": case(plain, files={"labels/val/scene0.txt": moved(LABELS["scene0"], 0.03)}),
        "corner 10 % outside": case(plain, files={"labels/val/scene1.txt": moved(LABELS["scene1"], 0.1)}),
        "corners outside on all sides": case(plain, files={"labels/val/scene0.txt": "0 -0.1 0.2 0.5 -0.08 0.85 0.5 0.5 0.85\n1 0.2 0.2 1.05 0.4 0.6 1.04\n"}),
        "0.5 and 0.500": case(plain, files={"labels/val/scene0.txt": padded}),
        "outline without area": case(plain, files={"labels/val/scene0.txt": LABELS["scene0"] + "1 0.5 0.5 0.5 0.5 0.5 0.5\n2 0.4 0.4\n"}),
        "wrong label file": case(plain, files={"labels/val/scene1.txt": LABELS["scene1"] + "0 0.5 0.5 0.2\n"}),
        "boxes among outlines in one file": case(plain, files={"labels/val/scene1.txt": LABELS["scene1"] + "0 0.5 0.5 0.2 0.2\n"}),
        "class beyond the names": case(plain, files={"labels/val/scene1.txt": LABELS["scene1"] + "9 0.1 0.1 0.4 0.1 0.2 0.5\n"}),
        "label file missing": {**case(plain), "files": {"data.yaml": plain, "labels/val/scene0.txt": LABELS["scene0"]}},
        "label file empty": case(plain, files={"labels/val/scene1.txt": " \n\n"}),
        "broken image": case(plain, files={"images/val/x.png": "no image"}),
        # Refused by both, or without numbers in Ultralytics and refused here.
        "files of boxes among files of outlines": case(plain, files={"labels/val/scene1.txt": "0 0.5 0.5 0.2 0.2\n"}),
        "tab": case("train: images/val\nval:\timages/val\nnames:\n\t0: a\n"),
        "unclosed": case(HEAD + "val: images/val\nnames: [a, b\n"),
        "no folder": case(HEAD + "val: images/vall\n" + NAMES),
        "no image": {**case(plain), "images": {}, "files": {"data.yaml": plain, "images/val/a.txt": "", **usual()["files"]}},
        "only hidden images": {**case(plain), "images": {}, "files": {"data.yaml": plain, "images/val/._a.png": ""}},
        "all images broken": {**case(plain), "images": {}, "files": {"data.yaml": plain, "images/val/a.png": "no image"}},
        "nc is no number": case(HEAD + "val: images/val\nnc: many\n"),
        "names and nc differ": case(HEAD + "val: images/val\nnc: 4\n" + NAMES),
        "names with a gap": case(HEAD + "val: images/val\nnames: {0: a, 2: b}\n"),
        "no names": case(HEAD + "val: images/val\n"),
        "val is a number": case(HEAD + "val: 7\n" + NAMES),
        "a list of keys": case("- val\n- names\n"),
    }  # fmt: skip


def encoded(text: str, encoding: str) -> bytes:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    return mark + text.encode(encoding)


def lay_out(folder: Path, spec: dict, encoding: str) -> None:
    for path, scene in spec["images"].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(VAL / "images" / "val" / f"{scene}.png", folder / path)
    for path, text in spec["files"].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(encoded(text.replace("{root}", str(folder)), encoding))
    for path, target in spec.get("links", {}).items():
        (folder / path).symlink_to(folder / target)


def numbers_of(model: FastSAM, spec: dict, temp: Path) -> dict:
    folder = temp / "set"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    lay_out(folder, spec, "utf-8" if spec["encoding"].startswith("utf-16") else spec["encoding"])
    os.chdir(folder if spec["inside"] else temp)
    try:
        metrics = model.val(
            validator=FastSAMValidator, data=spec["data"].replace("{root}", str(folder)), imgsz=IMGSZ, single_cls=True,
            device="cpu", workers=0, plots=False, verbose=False, project=str(temp), name="run", exist_ok=True,
        )  # fmt: skip
    except Exception as error:
        return {"error": type(error).__name__}
    finally:
        os.chdir(ROOT)
    kinds = (("boxes", metrics.box), ("masks", metrics.seg))
    numbers = {
        kind: dict(zip(("precision", "recall", "mAP50", "mAP5095"), map(float, m.mean_results()))) for kind, m in kinds
    }
    return {**numbers, "objects": int(metrics.nt_per_class.sum())}


def label_texts() -> list[str]:
    rng = random.Random(5)
    texts = [
        "", " \n", "0 0.5 0.5 0.2 0.2", "0 0.5 0.5 0.2 0.2\n0 0.50 0.5 .2 2e-1", "1 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2",
        "0 1.01 0.5 0.2 0.2", "0 1.0101 0.5 0.2 0.2", "0 -0.01 0.5 0.2 0.2", "0 -0.0101 0.5 0.2 0.2", "0 0.5 0.5 -0.001 0.2",
        "0 0.5 0.5 0 0", "-0 0.5 0.5 0.1 0.1", "0 0.1 0.1 0.9 0.1 0.5 0.9", "0 -0.1 0.1 0.9 0.1 0.5 1.1", "0 -0.3 0.1 0.9 0.1 0.5 0.9",
        "0 0.1 0.1 0.9 0.1 0.5 0.9\n1 0.2 0.3", "1 0.2 0.3", "0 0.1 0.1 0.9 0.1 0.5 0.9\n0", "0 0.1 0.1 0.9 0.1 0.5 0.9\n\n1 0.2 0.3 0.4 0.4 0.1 0.9",
        "0 0.1 0.1 0.9 0.1 0.5 0.9\n0 0.5 0.5 0.8 0.8", "0 0.1 0.1 0.9 0.1 0.5", "0 0.1 0.1 0.9 0.1 0.5 0.9 0.4", "0.5 0.5 0.5 0.1 0.1",
        "-1 0.5 0.5 0.1 0.1", "2 0.5 0.5 0.1 0.1", "3 0.5 0.5 0.1 0.1", "0 nan 0.5 0.1 0.1", "0 inf 0.5 0.1 0.1", "nan 0.5 0.5 0.1 0.1",
        "0 1e39 0.5 0.1 0.1", "0 0.1 0.1 1e39 0.1 0.5 0.9", "a 0.5 0.5 0.1 0.1", "0 0,5 0.5 0.1 0.1", "0 0x1 0.5 0.1 0.1", "0;0.5;0.5;0.1;0.1",
        "0\t0.5\t0.5\t0.1\t0.1", "0 0.5 0.5 0.1 0.1\r0 0.6 0.5 0.1 0.1", "0 0.5 0.5 0.1 0.1\r\n0 0.6 0.5 0.1 0.1\r\n", "0 0.5 0.5 0.1 0.1 0.9",
        "0 5e-1 .5 1.e-1 +0.1", "0 .1 .1 .9 .1 .5 .9\n0 .9 .1 .5 .9 .1 .1\n0 0.10 .1 .9 .1 .5 .9", "2 .1 .1 .9 .1 .5 .9\n1 .1 .1 .9 .1 .5 .9\n2 .1 .1 .9 .1 .5 .9",
    ]  # fmt: skip
    values = ["0", "1", "0.5", "0.50", ".5", "1.005", "1.02", "-0.005", "-0.05", "0.999999", "1e-3", "0.25", "0.75"]
    for _ in range(400):
        corners = rng.choice((2, 2, 3, 3, 3, 4))
        lines = []
        for _ in range(rng.randint(1, 5)):
            fields = [rng.choice("0012")] + [rng.choice(values) for _ in range(2 * corners)]
            if rng.random() < 0.05:
                fields.pop()
            if rng.random() < 0.03:
                fields[rng.randrange(len(fields))] = rng.choice(("x", "nan", "-1", "2", "1e9"))
            lines.append(" ".join(fields))
        if rng.random() < 0.3:
            lines.append(rng.choice(lines))
        texts.append("\n".join(lines))
    return texts


def verdicts(temp: Path) -> list[dict]:
    file = temp / "label.txt"
    image = str(VAL / "images" / "val" / "scene0.png")
    found = []
    for text in label_texts():
        file.write_text(text, newline="")
        for single in (True, False):
            result = verify_image_label((image, str(file), "", False, 3, 0, 0, single))
            rows = None if result[0] is None else result[1].astype(np.float64).tolist()
            corners = [len(s) for s in result[3]] if rows else []
            found.append({"text": text, "single": single, "rows": rows, "corners": corners})
    return found


def write(name: str, value: object) -> None:
    data = json.dumps(value, separators=(",", ":")).encode()
    (VAL / name).write_bytes(gzip.compress(data, 9, mtime=0))
    print(name, (VAL / name).stat().st_size, "bytes")


def main() -> None:
    with tempfile.TemporaryDirectory() as temp:
        write("labels.json.gz", verdicts(Path(temp)))
        model = FastSAM(str(trained_checkpoint(Path(temp))))
        specs = cases()
        for name, spec in specs.items():
            spec["expected"] = numbers_of(model, spec, Path(temp))
            print(name, spec["expected"])
            files = {path: base64.b64encode(encoded(text, spec["encoding"])).decode() for path, text in spec["files"].items()}
            spec["files"] = files if spec["encoding"] != "utf-8" else spec["files"]
        write("odd.json.gz", {"imgsz": IMGSZ, "cases": specs})


if __name__ == "__main__":
    main()

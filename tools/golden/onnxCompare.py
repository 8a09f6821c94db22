"""An ONNX file of `fastsam export` beside Ultralytics' export of the same checkpoint: one row of a table.

    fastsam export demo.pt --format onnx --imgsz 640 --out exports
    python tools/golden/onnxCompare.py demo.pt exports/demo.onnx [--image examples/astronaut.jpg] [--runs 20]

Checks the file with ONNX's own checker and shape inference, exports the checkpoint with the same options by Ultralytics,
runs both in ONNX Runtime on the image (largest difference of each output, relative to its largest value; sizes; median
times, interleaved), and lets Ultralytics itself load ours and predict, as YOLO and as FastSAM (its boxes and masks beside
those of its own file).

Needs torch, ultralytics, onnx, onnxslim and onnxruntime (tools/golden/requirements.txt).
"""

import argparse
import ast
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import cv2
import numpy as np
import onnx
import onnxruntime
from ultralytics import YOLO, FastSAM
from ultralytics.data.augment import LetterBox


def options_of(model):
    facts = {entry.key: entry.value for entry in model.metadata_props}
    args = ast.literal_eval(facts["args"])
    options = {"imgsz": ast.literal_eval(facts["imgsz"]), "dynamic": args["dynamic"], "batch": args["batch"]}
    return {**options, "nms": args["nms"], "half": args["half"], "opset": args["opset"]}


def session(file):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def difference(a, b):
    assert a.shape == b.shape, (a.shape, b.shape)
    return float(np.abs(a - b).max() / np.abs(b).max())


def interleaved(sessions, image, runs):
    times = [[] for _ in sessions]
    for i in range(runs + 2):
        for s, kept in zip(sessions, times):
            start = time.perf_counter()
            s.run(None, {"images": image})
            if i >= 2:
                kept.append(1000 * (time.perf_counter() - start))
    return [statistics.median(kept) for kept in times]


def predictions(model, photo, imgsz):
    result = model.predict(photo, imgsz=imgsz, conf=0.4, iou=0.9, device="cpu", verbose=False)[0]
    masks = result.masks.data.numpy() > 0 if result.masks is not None else np.zeros((0, 1, 1), bool)
    return result.boxes.data.numpy(), masks, result.names


def compared(ours, theirs):
    """Objects of both, whether names are the same, and how far boxes and masks of the same place are apart."""
    (boxes, masks, names), (their_boxes, their_masks, their_names) = ours, theirs
    yield f"objects {len(boxes)} {len(their_boxes)}, names {'same' if names == their_names else 'differ'}"
    if boxes.shape != their_boxes.shape or len(boxes) == 0:
        return
    # By place: halves swap the order of near-equal scores.
    gaps = np.abs(boxes[:, None, :4] - their_boxes[None, :, :4]).max(axis=2)
    iou = [(a & b).sum() / max(1, (a | b).sum()) for a, b in zip(masks, their_masks[gaps.argmin(axis=1)])]
    yield f"boxes px {gaps.min(axis=1).max():.1e}, least mask IoU {min(iou):.4f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("ours", type=Path)
    parser.add_argument("--image", default=str(Path(__file__).resolve().parents[2] / "examples" / "astronaut.jpg"))
    parser.add_argument("--runs", type=int, default=20)
    args = parser.parse_args()
    model = onnx.load(args.ours)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    options = options_of(model)
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(args.checkpoint, folder)
        theirs = Path(YOLO(copy, task="segment").export(format="onnx", device="cpu", verbose=False, **options))
        photo = cv2.imread(args.image)
        boxed = LetterBox(options["imgsz"], auto=False)(image=photo)
        image = np.ascontiguousarray(boxed[None, :, :, ::-1].transpose(0, 3, 1, 2), dtype=np.float32) / 255
        image = np.repeat(image, options["batch"], axis=0)
        sessions = [session(args.ours), session(theirs)]
        outputs = [s.run(None, {"images": image}) for s in sessions]
        apart = [difference(a, b) for a, b in zip(*outputs)]
        times = interleaved(sessions, image, args.runs)
        print("options   ", options)
        print("difference", [f"{d:.1e}" for d in apart])
        print("MB        ", [f"{Path(f).stat().st_size / 1e6:.1f}" for f in (args.ours, theirs)])
        print("ms        ", [f"{t:.0f}" for t in times])
        for kind, load in (("YOLO", lambda file: YOLO(file, task="segment")), ("FastSAM", FastSAM)):
            found = [predictions(load(str(file)), args.image, options["imgsz"]) for file in (args.ours, theirs)]
            print(f"{kind:10}", ", ".join(compared(*found)))


if __name__ == "__main__":
    main()

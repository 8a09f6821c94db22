"""The Python peers of tools/bench/run.ts, which calls this script; tools/bench/setup.sh gets what it needs.

    peers.py export CHECKPOINT.safetensors FOLDER --sizes 320,640    the same weights for the peers: NAME.pt for PyTorch and
        Ultralytics, NAME-640.onnx for ONNX Runtime and OpenVINO (Ultralytics' own export, fixed size, default opset)
    peers.py serve SPEC            a worker of a benchmark; it speaks src/cli/bench/protocol.ts
    peers.py first SPEC IMAGE    loads, finds the objects of an image, prints a line, ends

SPEC is JSON: {"runtime": "torch" | "openvino" | "ultralytics", "model": "FOLDER/NAME", "threads": 2} and, where they
apply, "precision": "fp32" | "bf16", "channelsLast": true, "allCores": true, "memoryLimit": bytes.
"""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False", YOLO_VERBOSE="False")

MARK = "\x1e"
FLOOR = 0.2  # as in src/cli/bench/fingerprint.ts
# Messages go out by a descriptor of their own: libraries print to the usual one.
OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def send(reply):
    OUT.write(MARK + json.dumps(reply) + "\n")
    OUT.flush()


def export(checkpoint, folder, sizes):
    import shutil

    import torch
    from safetensors.torch import load_file
    from ultralytics import FastSAM
    from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

    base = folder / checkpoint.stem
    weights = base.with_suffix(".pt")
    if not weights.exists():
        tensors = {name: tensor.float() for name, tensor in load_file(checkpoint).items()}
        scale = {16: "n", 32: "s", 48: "m", 64: "l", 80: "x"}[tensors["model.0.conv.weight"].shape[0]]
        config = {**yaml_model_load(f"yolov8{scale}-seg.yaml"), "reg_max": tensors["model.22.dfl.conv.weight"].shape[1]}
        model = SegmentationModel(config, nc=tensors["model.22.cv3.0.2.weight"].shape[0], verbose=False)
        keys = model.load_state_dict(tensors, strict=False)
        lacking = [name for name in keys.missing_keys if "num_batches" not in name]
        if lacking or keys.unexpected_keys:
            sys.exit(f"{checkpoint}: does not fit YOLOv8{scale}-seg: {lacking} {keys.unexpected_keys}")
        model.names = {0: "object"}
        torch.save({"model": model.eval(), "train_args": {"task": "segment"}}, weights)
    for size in sizes:
        wanted = Path(f"{base}-{size}.onnx")
        if not wanted.exists():
            shutil.move(FastSAM(str(weights)).export(format="onnx", imgsz=size), wanted)


def network_fingerprint(boxes, scores, coefficients, prototypes):
    """As networkFingerprint of src/cli/bench/fingerprint.ts: [A,4] xyxy, [A], [A,k], [k,H,W]."""
    import numpy as np

    weight = np.maximum(0, scores.astype(np.float64) - FLOOR)
    total = weight.sum()
    numbers = np.arange(1, coefficients.shape[1] + 1) / coefficients.shape[1]
    size = np.abs(prototypes.astype(np.float64))
    _, height, width = size.shape

    def mean(values):
        return float((weight * values).sum() / total) if total > 0 else 0.0

    return [
        float(total),
        *(mean(boxes[:, side]) for side in range(4)),
        mean((coefficients * numbers).sum(1)),
        float(size.mean()),
        float((size * np.arange(width)[None, None, :]).sum() / size.sum()),
        float((size * np.arange(height)[None, :, None]).sum() / size.sum()),
        float((prototypes.astype(np.float64) * numbers[:, None, None]).mean()),
    ]


def exported_fingerprint(rows, prototypes):
    """Of the outputs of an exported model: [1, 4 + classes + k, A] with boxes as centre and size, [1, k, H, W]."""
    rows, k = rows[0].T, prototypes.shape[1]
    centre, half = rows[:, :2], rows[:, 2:4] / 2
    import numpy as np

    boxes = np.concatenate([centre - half, centre + half], 1)
    return network_fingerprint(boxes, rows[:, 4:-k].max(1), rows[:, -k:], prototypes[0])


class Torch:
    """Ultralytics' network, batch norm folded as Ultralytics does."""

    def __init__(self, spec):
        import torch
        from ultralytics import FastSAM

        torch.set_num_threads(spec["threads"])
        self.torch = torch
        self.bf16 = spec.get("precision") == "bf16"
        self.layout = torch.channels_last if spec.get("channelsLast") else torch.contiguous_format
        self.model = FastSAM(spec["model"] + ".pt").model.eval().fuse(verbose=False).to(memory_format=self.layout)
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)

    def describe(self):
        return f"PyTorch {self.torch.__version__}"

    def prepare(self, task):
        torch = self.torch
        x = torch.from_numpy(pixels_of(task)).to(memory_format=self.layout)

        def run():
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                return self.model(x)

        def inspect():
            (rows, prototypes), *_ = run()
            prototypes = prototypes[-1] if isinstance(prototypes, tuple) else prototypes
            return {"fingerprint": exported_fingerprint(rows.float().numpy(), prototypes.float().numpy())}

        return run, inspect


class OpenVino:
    def __init__(self, spec):
        import openvino

        self.spec = spec
        self.version = openvino.__version__.split("-")[0]
        self.core = openvino.Core()

    def describe(self):
        return f"OpenVINO {self.version}"

    def prepare(self, task):
        import openvino

        model = self.core.read_model(f"{self.spec['model']}-{task['width']}.onnx")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if self.spec.get("precision") == "bf16" else "f32",
            "INFERENCE_NUM_THREADS": self.spec["threads"],
        }
        request = self.core.compile_model(model, "CPU", settings).create_infer_request()
        x = openvino.Tensor(pixels_of(task))

        def run():
            request.infer([x])
            return [request.get_output_tensor(i).data for i in range(2)]

        return run, lambda: {"fingerprint": exported_fingerprint(*run())}


class Ultralytics:
    """Ultralytics' FastSAM from a file to JSON."""

    def __init__(self, spec):
        from ultralytics import FastSAM
        from ultralytics.utils import torch_utils

        if spec.get("allCores") or spec["threads"] == 1:
            # Its own choice, made anew for every model, is one thread less than there are cores.
            torch_utils.NUM_THREADS = spec["threads"]
        self.model = FastSAM(spec["model"] + ".pt")

    def describe(self):
        import torch
        import ultralytics

        return f"Ultralytics {ultralytics.__version__}, PyTorch {torch.__version__}"

    def find(self, image, **options):
        return self.model(image, retina_masks=True, device="cpu", verbose=False, **options)[0]

    def prepare(self, task):
        options = {"imgsz": task["imgsz"], "conf": task["conf"], "iou": task["iou"], "max_det": task["maxDet"]}

        def run():
            return self.find(task["image"], **options).to_json()

        def inspect():
            results = self.find(task["image"], **options)
            boxes = results.boxes.xyxy.double().mean(0).tolist() if len(results) else [0, 0, 0, 0]
            scores = results.boxes.conf.tolist()
            area = sum(mask.sum().item() for mask in results.masks.data) / len(results) if len(results) else 0
            return {"fingerprint": [len(results), sum(scores), *boxes, area], "scores": scores}

        return run, inspect


def pixels_of(task):
    """[1,3,H,W] float32, 0 ... 1."""
    import numpy as np

    values = np.fromfile(task["pixels"], np.uint8).reshape(1, task["height"], task["width"], 3)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2).astype(np.float32) / 255)


RUNTIMES = {"torch": Torch, "openvino": OpenVino, "ultralytics": Ultralytics}


def open_runtime(spec):
    if "memoryLimit" in spec:
        resource.setrlimit(resource.RLIMIT_DATA, (spec["memoryLimit"], spec["memoryLimit"]))
    return RUNTIMES[spec["runtime"]](spec)


def serve(spec):
    try:
        runtime = open_runtime(spec)
    except Exception as error:  # whatever it is, the driver says it to people
        send({"error": describe(error, spec)})
        return
    send({"ready": runtime.describe()})
    jobs = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            send(answer(runtime, jobs, request))
        except Exception as error:
            send({"error": describe(error, spec)})


def describe(error, spec):
    if "memoryLimit" in spec and (isinstance(error, MemoryError) or "allocate memory" in str(error)):
        return f"it needs more than the {spec['memoryLimit'] / 1e9:.0f} GB that it may have"
    return f"{type(error).__name__}: {error}".split("\n")[0]


def answer(runtime, jobs, request):
    if request["do"] == "memory":
        with open("/proc/self/statm") as file:
            now = int(file.read().split()[1]) * resource.getpagesize()
        return {"now": now, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if request["do"] == "run":
        run, _ = jobs[request["name"]]
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        return {"wall": (time.perf_counter() - wall) * 1e3, "cpu": (time.process_time() - cpu) * 1e3}
    jobs[request["name"]] = runtime.prepare(request["task"])
    return jobs[request["name"]][1]()


def first(spec, image):
    from ultralytics.utils import DEFAULT_CFG

    results = open_runtime(spec).find(image, imgsz=320, conf=0.25, iou=DEFAULT_CFG.iou)
    area = int(results.masks.data[0].sum())
    send({"cpu": time.process_time() * 1e3, "area": area})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("export")
    command.add_argument("checkpoint", type=Path)
    command.add_argument("folder", type=Path)
    command.add_argument("--sizes", default="", help="sides in pixels")
    commands.add_parser("serve").add_argument("spec", type=json.loads)
    command = commands.add_parser("first")
    command.add_argument("spec", type=json.loads)
    command.add_argument("image")
    args = parser.parse_args()
    if args.command == "export":
        export(args.checkpoint, args.folder, [int(size) for size in args.sizes.split(",") if size])
    elif args.command == "serve":
        serve(args.spec)
    else:
        first(args.spec, args.image)


main()

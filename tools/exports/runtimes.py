"""The Python runtimes of tools/exports/measure.ts, which calls this script: a worker that speaks src/cli/bench/protocol.ts.

    runtimes.py '{"exported": "demo.onnx" | "demo_saved_model" | "demo.safetensors", "expected": "ours.f32"}'

Needs tools/exports/requirements.txt.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import numpy as np

OUT = os.fdopen(os.dup(1), "w")  # libraries print to the usual descriptor
os.dup2(2, 1)


def send(reply):
    OUT.write("\x1e" + json.dumps(reply) + "\n")
    OUT.flush()


def onnx(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def prepare(x):
        given = {"images": np.ascontiguousarray(x.transpose(0, 3, 1, 2))}
        return lambda: session.run(["output0", "output1"], given)

    return f"ONNX Runtime {onnxruntime.__version__}", prepare, lambda out: (out[0], out[1].transpose(0, 2, 3, 1))


def saved_model(path):
    import tensorflow as tf

    signature = tf.saved_model.load(path).signatures["serving_default"]

    def prepare(x):
        given = tf.constant(x)
        return lambda: {name: value.numpy() for name, value in signature(images=given).items()}

    return f"TensorFlow {tf.__version__}", prepare, lambda out: (out["output0"], out["output1"])


def differences(got, expected):
    """Largest ones of boxes (pixels), of scores and coefficients, and of prototypes."""
    values = np.fromfile(expected, np.float32)
    rows, prototypes = got
    wanted = values[: rows.size].reshape(rows.shape), values[rows.size :].reshape(prototypes.shape)
    apart = np.abs(rows - wanted[0])
    return [float(v) for v in (apart[:, :4].max(), apart[:, 4:].max(), np.abs(prototypes - wanted[1]).max())]


def count_tensors(path):
    from safetensors import safe_open

    with safe_open(path, "np") as opened:
        values = [opened.get_tensor(name) for name in opened.keys()]
    return {"fingerprint": [len(values), sum(v.size for v in values)]}


def main():
    spec = json.loads(sys.argv[1])
    path = Path(spec["exported"])
    if path.suffix == ".safetensors":
        import safetensors

        send({"ready": f"Python safetensors {safetensors.__version__}"})
    else:
        description, prepare, outputs = (onnx if path.suffix == ".onnx" else saved_model)(str(path))
        send({"ready": description})
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if path.suffix == ".safetensors":
            send(count_tensors(str(path)))
        elif request["do"] == "add":
            task = request["task"]
            pixels = np.fromfile(task["pixels"], np.uint8).reshape(1, task["height"], task["width"], 3)
            run = prepare(pixels.astype(np.float32) / np.float32(255))
            send({"fingerprint": differences(outputs(run()), spec["expected"])})
        else:
            start = time.perf_counter()
            run()
            send({"wall": (time.perf_counter() - start) * 1e3, "cpu": 0})


main()

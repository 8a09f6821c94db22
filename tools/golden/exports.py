"""Runs exports in their own runtimes and compares them: SavedModel in TensorFlow, safetensors in its Python library.

    npm run fastsam -- export demo --format saved_model,safetensors,onnx --imgsz 640 --out exports
    python tools/golden/exports.py exports/demo_saved_model --reference exports/demo.onnx
    python tools/golden/exports.py exports/demo.safetensors

Needs tensorflow-cpu 2.21 (an environment of its own is best), onnxruntime for --reference, safetensors.
Prints the size, the largest difference of boxes (pixels), scores and coefficients, prototypes, and the time of a run.
"""

import argparse
import pathlib
import time

import numpy as np


def picture(height: int, width: int) -> np.ndarray:
    """RGB 0...1, [1,H,W,3], the same each time."""
    return np.random.default_rng(7).random((1, height, width, 3), np.float32)


def median_ms(run, repeats: int) -> float:
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


def saved_model(folder: pathlib.Path, args: argparse.Namespace) -> None:
    import tensorflow as tf

    model = tf.saved_model.load(str(folder))
    signature = model.signatures["serving_default"]
    shape = signature.structured_input_signature[1]["images"].shape
    x = picture(shape[1] or args.size, shape[2] or args.size)
    given = tf.constant(x)
    out = signature(images=given)
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{folder.name}: {size / 1e6:.1f} MB, TensorFlow {tf.__version__}, input {x.shape}")
    print({name: tuple(value.shape) for name, value in sorted(out.items())})
    print(f"median of {args.repeats} runs: {median_ms(lambda: signature(images=given), args.repeats):.1f} ms")
    if args.reference:
        compare(out["output0"].numpy(), out["output1"].numpy(), args.reference, x)


def compare(rows: np.ndarray, prototypes: np.ndarray, reference: pathlib.Path, x: np.ndarray) -> None:
    if reference.suffix == ".npz":
        stored = np.load(reference)
        wanted = stored["output0"], stored["output1"]
    else:
        import onnxruntime

        session = onnxruntime.InferenceSession(str(reference), providers=["CPUExecutionProvider"])
        wanted = session.run(["output0", "output1"], {"images": x.transpose(0, 3, 1, 2)})
        wanted[1] = wanted[1].transpose(0, 2, 3, 1)
    difference = np.abs(rows - wanted[0])
    print(f"largest differences: boxes {difference[:, :4].max():.1e} px, other rows {difference[:, 4:].max():.1e}, "
          f"prototypes {np.abs(prototypes - wanted[1]).max():.1e}")  # fmt: skip


def safetensors(file: pathlib.Path) -> None:
    from safetensors import safe_open

    with safe_open(str(file), "np") as opened:
        names = list(opened.keys())
        count = sum(opened.get_tensor(name).size for name in names)
        print(f"{file.name}: {len(names)} tensors, {count} values, {opened.metadata()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exported", type=pathlib.Path, nargs="+")
    parser.add_argument("--reference", type=pathlib.Path, help="an ONNX export of the same model, or an .npz of outputs")
    parser.add_argument("--size", type=int, default=640, help="pixels, for exports of any size")
    parser.add_argument("--repeats", type=int, default=10)
    args = parser.parse_args()
    for exported in args.exported:
        safetensors(exported) if exported.suffix == ".safetensors" else saved_model(exported, args)


if __name__ == "__main__":
    main()

"""Ultralytics' `track` for tools/bench/track.ts: `track.py WEIGHTS CLIP IMGSZ RETINA THREADS`.

For each line on standard input it tracks the clip once and prints {"wall", "cpu": seconds, "frames", "objects"}.
"""

import json
import os
import resource
import sys
import time

os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False", YOLO_VERBOSE="False")
OUT = os.fdopen(os.dup(1), "w")  # libraries print to the usual one
os.dup2(2, 1)


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main():
    weights, clip, imgsz, retina, threads = sys.argv[1:]
    import torch
    from ultralytics import FastSAM

    torch.set_num_threads(int(threads))
    model = FastSAM(weights)
    options = dict(imgsz=int(imgsz), conf=0.1, iou=0.7, retina_masks=retina == "true", tracker="botsort.yaml")
    for _ in sys.stdin:
        wall, used, frames, objects = time.perf_counter(), cpu(), 0, 0
        for results in model.track(clip, stream=True, verbose=False, **options):
            frames += 1
            objects += len(results)
        spent = {"wall": time.perf_counter() - wall, "cpu": cpu() - used}
        OUT.write(json.dumps({**spent, "frames": frames, "objects": objects}) + "\n")
        OUT.flush()


main()

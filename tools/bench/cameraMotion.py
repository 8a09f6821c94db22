"""OpenCV's side of tools/bench/cameraMotion.ts, which calls this script: what Ultralytics' GMC does with a frame, on one thread.

    cameraMotion.py FRAMES.rgb WIDTH HEIGHT

For each line on standard input it goes through the frames, writes the milliseconds of CPU time of each as JSON, and waits.
"""

import json
import sys
import time

import cv2
import numpy as np
from ultralytics.trackers.utils.gmc import GMC

path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
frames = np.fromfile(path, np.uint8).reshape(-1, height, width, 3)
cv2.setNumThreads(1)

for _ in sys.stdin:
    estimator = GMC(method="sparseOptFlow", downscale=2)
    times = []
    for frame in frames:
        start = time.process_time()
        estimator.apply(frame)
        times.append(1000 * (time.process_time() - start))
    print(json.dumps(times[1:]), flush=True)

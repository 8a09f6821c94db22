"""Means and checksums of the frames of the lossless clip that test/source makes, as OpenCV reads them.

python tools/golden/frames.py > test/golden/source/frames.json
"""

import json
import subprocess
import tempfile
import zlib

import cv2

with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/clip.mkv"
    source = "testsrc=s=161x91:r=25,format=bgr0"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "40", "-c:v", "ffv1", "-g", "1", path]
    subprocess.run(command, check=True)
    video = cv2.VideoCapture(path)
    frames = []
    while True:
        ok, frame = video.read()
        if not ok:
            break
        rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        frames.append(
            {
                "crc32": zlib.crc32(rgb.tobytes()),
                "mean": [round(float(value), 4) for value in rgb.reshape(-1, 3).mean(axis=0)],
            }
        )
print(json.dumps({"width": rgb.shape[1], "height": rgb.shape[0], "frames": frames}))

"""Frames of the lossless clips that test/source makes, as OpenCV reads them: checksums and means of one of RGB, a grid of
pixels of others whose pixels are stored otherwise.

python tools/golden/frames.py > test/golden/source/frames.json
"""

import json
import subprocess
import tempfile
import zlib

import cv2

FORMATS = ["gray", "gray10le", "yuv420p", "yuv422p10le", "yuv444p", "bgra", "yuva420p"]
SOURCE = "testsrc2=s=322x242:r=25:alpha=128,format=bgra,crop=321:241:0:0"  # of itself it rounds sizes
STEP = 40


def read(source: str, count: int, pixels: str) -> list:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/clip.mkv"
        encode = ["-frames:v", str(count), "-pix_fmt", pixels, "-c:v", "ffv1", "-g", "1"]
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *encode, path], check=True)
        video = cv2.VideoCapture(path)
        frames = []
        while True:
            ok, frame = video.read()
            if not ok:
                return frames
            frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))


clip = read("testsrc=s=161x91:r=25,format=bgr0", 40, "bgr0")
formats = {
    pixels: [frame[::STEP, ::STEP].reshape(-1).tolist() for frame in read(SOURCE, 2, pixels)]
    for pixels in FORMATS
}
print(
    json.dumps(
        {
            "width": clip[0].shape[1],
            "height": clip[0].shape[0],
            "frames": [
                {
                    "crc32": zlib.crc32(frame.tobytes()),
                    "mean": [round(float(value), 4) for value in frame.reshape(-1, 3).mean(axis=0)],
                }
                for frame in clip
            ],
            "step": STEP,
            "formats": formats,
        }
    )
)

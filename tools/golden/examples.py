"""Writes the example images from the public-domain photographs in scikit-image's wheel.

    python tools/golden/examples.py

Makes examples/*.jpg (quality 95, 4:4:4) and examples/coins.png. Sources and licences: examples/SOURCES.md.
"""

from pathlib import Path

import skimage.data
from PIL import Image

OUT = Path(__file__).resolve().parents[2] / "examples"

for name in ("astronaut", "coffee", "rocket"):
    Image.fromarray(getattr(skimage.data, name)()).save(OUT / f"{name}.jpg", quality=95, subsampling=0)
Image.fromarray(skimage.data.coins()).save(OUT / "coins.png", optimize=True)

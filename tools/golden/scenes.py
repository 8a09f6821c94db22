"""Writes the photographs of the tests from the public-domain photographs in scikit-image's wheel.

    python tools/golden/scenes.py

Makes test/golden/scenes/*.jpg (quality 95, 4:4:4) and coins.png.
"""

from pathlib import Path

import skimage.data
from PIL import Image

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "scenes"

for name in ("astronaut", "coffee", "rocket"):
    Image.fromarray(getattr(skimage.data, name)()).save(OUT / f"{name}.jpg", quality=95, subsampling=0)
Image.fromarray(skimage.data.coins()).save(OUT / "coins.png", optimize=True)

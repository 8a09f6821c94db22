"""Writes the example pictures, and two more for the tests, from the packages that hold the originals.

    pip download --no-deps scikit-image==0.26.0 && unzip -d x scikit_image-*.whl
    apt-get download palapeli-data gcompris-qt-data && for p in *.deb; do dpkg-deb -x "$p" x; done
    npm pack @wp-playground/wordpress-builds@0.9.19 && tar -C x -xzf wp-playground-*.tgz
    python tools/demoModel/pictures.py x

Makes examples/*.jpg and coins.png, and test/golden/scenes/{bridge,galaxies}.jpg: on those the shipped model is poor. Longest
side at most 768 pixels, JPEG quality 90, no chroma subsampling; scikit-image's own at 95 and full size, as the tests have
them. Sources and licences: examples/SOURCES.md. Needs Pillow.
"""

import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SCENES = ROOT / "test" / "golden" / "scenes"
LONGEST = 768

GCOMPRIS = "usr/share/gcompris-qt/rcc/explore_{0}.rcc:/gcompris/src/activities/explore_{0}/resource/{1}"
THEME = "package/public/wp-nightly/wp-content/themes/twentyfourteen/images/"
PICTURES = {
    EXAMPLES / "citrus.jpg": "usr/share/palapeli/collection/citrus-fruits.jpg",
    EXAMPLES / "colosseum.jpg": GCOMPRIS.format("monuments", "wonders/colosseum.webp"),
    EXAMPLES / "lemurs.jpg": GCOMPRIS.format("world_animals", "animals/lemur.webp"),
    EXAMPLES / "street.jpg": THEME + "street.jpg",
    SCENES / "bridge.jpg": THEME + "bridge.jpg",
    SCENES / "galaxies.jpg": "skimage/data/hubble_deep_field.jpg",
}
WHOLE = {"astronaut.jpg": "astronaut.png", "coffee.jpg": "coffee.png", "coins.png": "coins.png", "rocket.jpg": "rocket.jpg"}


def qt_resource(data: bytes, wanted: str) -> bytes:
    """A file inside a Qt resource file of format 1 to 3 (`rcc --format-version`)."""
    magic, version, tree, files, names = struct.unpack(">4s4I", data[:20])
    assert magic == b"qres"
    size = 14 if version < 2 else 22
    node = 0
    for part in wanted.strip("/").split("/"):
        children, first = struct.unpack(">II", data[tree + node * size + 6 :][:8])
        for node in range(first, first + children):
            name_at = names + struct.unpack(">I", data[tree + node * size :][:4])[0]
            (length,) = struct.unpack(">H", data[name_at:][:2])
            if data[name_at + 6 :][: 2 * length].decode("utf-16-be") == part:
                break
        else:
            raise KeyError(wanted)
    (flags,) = struct.unpack(">H", data[tree + node * size + 4 :][:2])
    at = files + struct.unpack(">I", data[tree + node * size + 10 :][:4])[0]
    (length,) = struct.unpack(">I", data[at:][:4])
    content = data[at + 4 :][:length]
    return zlib.decompress(content[4:]) if flags & 1 else content


def original(folder: Path, source: str) -> Image.Image:
    path, _, inside = source.partition(":")
    data = (folder / path).read_bytes()
    return Image.open(BytesIO(qt_resource(data, inside) if inside else data)).convert("RGB")


def main(folder: Path) -> None:
    for path, source in PICTURES.items():
        image = original(folder, source)
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        image.save(path, quality=90, subsampling=0)
        print(path.relative_to(ROOT), *image.size, path.stat().st_size)
    for name, source in WHOLE.items():
        found = Image.open(folder / "skimage" / "data" / source)
        image = Image.new(found.mode, found.size)  # without the file's comments
        image.paste(found)
        image.save(EXAMPLES / name, **({"optimize": True} if name.endswith("png") else {"quality": 95, "subsampling": 0}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Images in every format that the package reads, and the pixels that OpenCV (or Pillow) sees in them.

Run:  python tools/golden/images.py        (opencv-python 5.0, Pillow 13.0, numpy; seed 7; a second)
Makes test/golden/images/: the images, `expected.bin` (RGB bytes, one image after the other) and `manifest.json`
(per image: width, height, offset into expected.bin, who read it, and the tolerance with its reason).

The reference is `cv2.imread(path)`, which is what Ultralytics feeds its network. Pillow takes its place where OpenCV
cannot read the file or departs from the stored pixels; `why` says so.
"""

import io
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

OUT = Path(__file__).parents[2] / "test" / "golden" / "images"
ORIENTATION = 0x112
HEIGHT, WIDTH = 23, 37  # odd, so that subsampled chroma has an edge


def scene(rng: np.random.Generator) -> np.ndarray:
    """An image without any symmetry: gradients, a block of colour, a corner of noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([x * 6, y * 10, (x * 3 + y * 5) % 256], -1).astype(np.uint8)
    rgb[3:9, 5:15] = [250, 30, 10]
    rgb[12:, 25:] = rng.integers(0, 256, (HEIGHT - 12, WIDTH - 25, 3))
    return rgb


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def jpeg(image: Image.Image, **options) -> bytearray:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return bytearray(stream.getvalue())


def swapped_profile() -> bytes:
    """An sRGB profile with the red and the blue primary exchanged: whoever applies it turns red into blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {bytes(profile[p : p + 4]): p for p in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12)}
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


def write_images() -> None:
    rng = np.random.default_rng(7)
    rgb = scene(rng)
    image = Image.fromarray(rgb)
    alpha = (np.arange(WIDTH)[None, :] * 7 % 256 * np.ones((HEIGHT, 1))).astype(np.uint8)
    rgba = Image.fromarray(np.dstack([rgb, alpha]))
    ink = Image.fromarray(rng.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8), "CMYK")
    palette, other = image.quantize(64), Image.fromarray(255 - rgb)
    grey16 = rng.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)
    colour16 = rng.integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    rgba16 = rng.integers(0, 65536, (HEIGHT, WIDTH, 4), dtype=np.uint16)

    def save(name: str, photo: Image.Image, **options) -> None:
        photo.save(OUT / name, **options)

    for value in range(1, 9):
        save(f"exif{value}.jpg", image, exif=orientation(value), quality=90)
    for value in (6, 7):
        save(f"exif{value}.png", image, exif=orientation(value))
    save("exif6.webp", image, exif=orientation(6), lossless=True)
    save("exif6.tif", image, tiffinfo={ORIENTATION: 6})
    save("exif6.avif", image, exif=orientation(6), quality=90, subsampling="4:4:4")

    save("progressive.jpg", image, progressive=True, quality=75)
    save("grey.jpg", image.convert("L"))
    save("444.jpg", image, subsampling=0, quality=95)
    save("422.jpg", image, subsampling=1)
    save("profile.jpg", image, quality=90, icc_profile=swapped_profile())
    cmyk = jpeg(ink, quality=95, subsampling=0)
    (OUT / "cmyk.jpg").write_bytes(cmyk)
    # The last byte of the Adobe segment (FF EE, length, 'Adobe', version, two flags) says how ink is coded: 2 is YCCK.
    cmyk[cmyk.index(b"Adobe") + 11] = 2
    (OUT / "ycck.jpg").write_bytes(cmyk)

    save("rgb.png", image)
    save("palette.png", image.quantize(32))
    save("paletteTransparent.png", image.quantize(32), transparency=3)
    save("bilevel.png", image.convert("1"))
    save("grey.png", image.convert("L"))
    save("rgba.png", rgba)
    save("greyAlpha.png", rgba.convert("LA"))
    save("profile.png", image, icc_profile=swapped_profile())
    cv2.imwrite(str(OUT / "grey16.png"), grey16)
    cv2.imwrite(str(OUT / "rgb16.png"), colour16)
    cv2.imwrite(str(OUT / "rgba16.png"), rgba16)

    save("lossy.webp", image, quality=80)
    save("lossless.webp", image, lossless=True)
    save("rgba.webp", rgba, lossless=True, exact=True)
    save("rgbaLossy.webp", rgba, quality=80)
    save("animated.webp", image, save_all=True, append_images=[other], duration=100, lossless=True)

    save("rgb.tif", image)
    save("lzw.tif", image, compression="tiff_lzw")
    save("jpeg.tif", image, compression="jpeg")
    save("fax.tif", image.convert("1"), compression="group4")
    save("grey.tif", image.convert("L"))
    save("rgba.tif", rgba)
    save("cmyk.tif", ink)
    save("palette.tif", image.quantize(32))
    save("pages.tif", image, save_all=True, append_images=[other])
    cv2.imwrite(str(OUT / "grey16.tif"), grey16)
    cv2.imwrite(str(OUT / "rgb16.tif"), colour16)

    save("still.gif", palette)
    save("animated.gif", palette, save_all=True, append_images=[other.quantize(64)], duration=100)

    save("444.avif", image, quality=95, subsampling="4:4:4")
    save("420.avif", Image.fromarray(cv2.GaussianBlur(rgb, (9, 9), 0)), quality=90, subsampling="4:2:0")
    save("rgba.avif", rgba, quality=95, subsampling="4:4:4")

    save("single.png", Image.new("RGB", (1, 1), (1, 2, 3)))
    save("single.jpg", Image.new("RGB", (1, 1), (200, 100, 50)))


# Where the pixels come from Pillow.
PILLOW = {
    "exif6.tif": "OpenCV 5.0 cannot read a TIFF with an orientation",
    "exif6.avif": "OpenCV ignores the orientation of AVIF",
    "rgba.tif": "OpenCV multiplies the colours of a TIFF by their alpha",
}
# Where two decoders legitimately differ, in grey levels.
TOLERANCE = {
    "444.avif": (1, "libheif and libavif round YUV to RGB differently"),
    "rgba.avif": (1, "libheif and libavif round YUV to RGB differently"),
    "exif6.avif": (1, "libheif and libavif round YUV to RGB differently"),
    "420.avif": (32, "libheif repeats subsampled chroma, libavif interpolates it"),
    "cmyk.tif": (2, "OpenCV divides by 255 in TIFF and by 256 in JPEG; here it is 256 in both"),
    "rgb16.tif": (1, "OpenCV rounds 16-bit colour TIFF, everything else is cut to the upper 8 bits"),
}


def reference(path: Path) -> tuple[np.ndarray, str]:
    if path.name in PILLOW:
        return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")), "Pillow"
    return cv2.imread(str(path))[:, :, ::-1], "cv2"


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    write_images()
    manifest, pixels = {}, bytearray()
    for path in sorted(OUT.iterdir()):
        rgb, source = reference(path)
        tolerance, why = TOLERANCE.get(path.name, (0, PILLOW.get(path.name)))
        entry = {"width": rgb.shape[1], "height": rgb.shape[0], "offset": len(pixels), "source": source}
        manifest[path.name] = entry | {"tolerance": tolerance} | ({"why": why} if why else {})
        pixels += np.ascontiguousarray(rgb).tobytes()
    (OUT / "expected.bin").write_bytes(pixels)
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{len(manifest)} images, {sum(p.stat().st_size for p in OUT.iterdir()):,} bytes")


if __name__ == "__main__":
    main()

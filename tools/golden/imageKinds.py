"""Bitmaps and TIFFs of many kinds, and the pixels that other libraries see in them.

Run:  python tools/golden/imageKinds.py      (opencv-python 5.0, Pillow 13.0, tifffile, numpy; seed 11; a second)
Makes test/golden/source/imageKinds.json: for each file its bytes (base64) and either the RGB bytes with who read them, or
the words that its refusal must hold; and 16-bit and float images with the bytes that numpy makes of them by window.

Bitmaps are written here by hand, from Microsoft's description of the format, since no library writes all kinds.
"""

import base64
import io
import json
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

OUT = Path(__file__).parents[2] / "test" / "golden" / "source" / "imageKinds.json"
HEIGHT, WIDTH = 9, 13
rng = np.random.default_rng(11)
RGB = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
b64 = lambda data: base64.b64encode(bytes(data)).decode()


# --- bitmaps -------------------------------------------------------------------------------------------------------


def rows(packed: list[bytes], top_down: bool) -> bytes:
    """Rows from the bottom, each padded to four bytes."""
    padded = [row + b"\0" * (-len(row) % 4) for row in packed]
    return b"".join(padded if top_down else padded[::-1])


def bmp(bits, body, palette=b"", compression=0, top_down=False, header=40, masks=(), used=0):
    """A file with a header of 12 (OS/2), 40 (Windows 3) or 124 bytes (version 5)."""
    height = -HEIGHT if top_down else HEIGHT
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, WIDTH, height, 1, bits, compression, len(body), 2835, 2835, used, 0)
    fields = struct.pack(f"<{len(masks)}I", *masks)
    info += fields + b"\0" * (header - len(info) - len(fields)) if header > 40 else fields
    offset = 14 + len(info) + len(palette)
    return struct.pack("<2sIHHI", b"BM", offset + len(body), 0, 0, offset) + info + palette + body


def pack_bits(indices, bits):
    out = []
    for row in indices:
        text = "".join(format(int(v), f"0{bits}b") for v in row)
        text += "0" * (-len(text) % 8)
        out.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return out


def palette_of(colours, entry=4):
    return b"".join(bytes([b, g, r] + [0] * (entry - 3)) for r, g, b in colours)


def rle8(indices):
    """Runs, literal runs of odd length, a jump over pixels that are 0, ends of lines."""
    out = bytearray()
    for y, row in enumerate(indices[::-1]):
        if y == 1:
            out += bytes([0, 2, 3, 0])  # three to the right
            row = row[3:]
        out += bytes([0, len(row[:5])]) + bytes(row[:5].tolist()) + b"\0"
        out += b"".join(bytes([1, int(v)]) for v in row[5:])
        out += b"\0\0"
    return bytes(out + b"\0\1")


def rle4(indices):
    out = bytearray()
    for row in indices[::-1]:
        literal = row[:6].tolist()
        out += bytes([0, 6]) + bytes(literal[i] << 4 | literal[i + 1] for i in (0, 2, 4)) + b"\0"
        pair = row[6:].tolist()
        for i in range(0, len(pair), 2):
            two = pair[i : i + 2] + [0]
            out += bytes([len(pair[i : i + 2]), two[0] << 4 | two[1]])
        out += b"\0\0"
    return bytes(out + b"\0\1")


def bitmaps():
    bgr = RGB[:, :, ::-1]
    i256 = rng.integers(0, 256, (HEIGHT, WIDTH))
    i16, i2 = i256 % 16, i256 % 2
    p256, p16, p2 = (rng.integers(0, 256, (n, 3)) for n in (256, 16, 2))
    skipped = i256.copy()
    skipped[HEIGHT - 2, :3] = 0
    alpha = rng.integers(0, 256, (HEIGHT, WIDTH, 1), dtype=np.uint8)
    bgra = np.concatenate([bgr, alpha], 2)
    w16 = rng.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)
    rows16 = [row.astype("<u2").tobytes() for row in w16]
    rows24, rows32 = [row.tobytes() for row in bgr], [row.tobytes() for row in bgra]
    swapped = [row.tobytes() for row in np.concatenate([RGB, alpha], 2)]  # R G B A in memory
    ten = rng.integers(0, 2**30, (HEIGHT, WIDTH), dtype=np.uint32)
    rows10 = [row.astype("<u4").tobytes() for row in ten]
    m565, m888 = (0xF800, 0x7E0, 0x1F), (0xFF0000, 0xFF00, 0xFF)
    yield "1bit.bmp", bmp(1, rows(pack_bits(i2, 1), False), palette_of(p2))
    yield "4bit.bmp", bmp(4, rows(pack_bits(i16, 4), False), palette_of(p16))
    yield "8bit.bmp", bmp(8, rows(pack_bits(i256, 8), False), palette_of(p256))
    yield "8bitFewColours.bmp", bmp(8, rows(pack_bits(i16, 8), False), palette_of(p16), used=16)
    yield "8bitTopDown.bmp", bmp(8, rows(pack_bits(i256, 8), True), palette_of(p256), top_down=True)
    yield "8bitOs2.bmp", bmp(8, rows(pack_bits(i256, 8), False), palette_of(p256, 3), header=12)
    yield "rle8.bmp", bmp(8, rle8(skipped), palette_of(p256), compression=1)
    yield "rle4.bmp", bmp(4, rle4(i16), palette_of(p16), compression=2)
    yield "16bit.bmp", bmp(16, rows(rows16, False))
    yield "565.bmp", bmp(16, rows(rows16, False), compression=3, masks=m565)
    yield "24bit.bmp", bmp(24, rows(rows24, False))
    yield "24bitTopDown.bmp", bmp(24, rows(rows24, True), top_down=True)
    yield "24bitOs2.bmp", bmp(24, rows(rows24, False), header=12)
    yield "32bit.bmp", bmp(32, rows(rows32, False))
    yield "32bitFields.bmp", bmp(32, rows(rows32, False), compression=3, masks=m888)
    yield "32bitV5.bmp", bmp(32, rows(rows32, False), compression=3, masks=(*m888, 0xFF000000), header=124)
    yield "32bitSwapped.bmp", bmp(32, rows(swapped, False), compression=3, masks=(0xFF, 0xFF00, 0xFF0000, 0xFF000000), header=124)
    yield "10bitFields.bmp", bmp(32, rows(rows10, False), compression=3, masks=(0x3FF00000, 0xFFC00, 0x3FF))


# --- TIFFs ---------------------------------------------------------------------------------------------------------


def tiff(array, **options) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


def patched(data: bytes, tag: int, values: list[int]) -> bytes:
    """The little-endian file with other SHORT values of a tag that has at most two, or an array elsewhere."""
    out = bytearray(data)
    at = struct.unpack_from("<I", data, 4)[0]
    for i in range(struct.unpack_from("<H", data, at)[0]):
        entry = at + 2 + 12 * i
        found, kind, count = struct.unpack_from("<HHI", data, entry)
        if found != tag:
            continue
        size = 2 if kind == 3 else 4
        place = entry + 8 if size * count <= 4 else struct.unpack_from("<I", data, entry + 8)[0]
        for n, value in enumerate(values):
            struct.pack_into("<H" if kind == 3 else "<I", out, place + size * n, value)
        return bytes(out)
    raise KeyError(tag)


def tiffs():
    ycc = cv2.cvtColor(RGB, cv2.COLOR_RGB2YCrCb)[:, :, [0, 2, 1]]
    deep = rng.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)
    yield "ycbcr.tif", tiff(ycc, photometric="ycbcr")
    yield "ycbcrDeflate.tif", tiff(ycc, photometric="ycbcr", compression="deflate")
    yield "ycbcrBigEndian.tif", tiff(ycc, photometric="ycbcr", byteorder=">")
    yield "planar.tif", tiff(np.moveaxis(RGB, -1, 0).copy(), photometric="rgb", planarconfig="separate")
    yield "bigTiff.tif", tiff(RGB, photometric="rgb", bigtiff=True)
    yield "whiteIsZero.tif", tiff(RGB[:, :, 0].copy(), photometric="miniswhite")
    yield "whiteIsZero16.tif", tiff(deep, photometric="miniswhite")


def refusals():
    plain, big = tiff(RGB, photometric="rgb"), np.repeat(RGB[:, :, :1], 10, 2)
    square = np.zeros((3, 32, 32), np.uint8)
    yield "cielab.tif", tiff(RGB, photometric="cielab"), "CIELab"
    yield "icclab.tif", tiff(RGB, photometric="icclab"), "ICCLab"
    yield "itulab.tif", patched(tiff(RGB, photometric="icclab"), 262, [10]), "ITULab"
    yield "cfa.tif", tiff(RGB[:, :, 0].copy(), photometric="cfa"), "CFA"
    yield "linearRaw.tif", tiff(RGB, photometric=34892), "LinearRaw"
    yield "mask.tif", tiff(RGB[:, :, 0] > 99, photometric="mask"), "mask"
    yield "logluv.tif", patched(plain, 262, [32845]), "LogLuv"
    yield "unknownColours.tif", patched(plain, 262, [77]), "unknown kind 77"
    yield "tenBands.tif", tiff(big, photometric="minisblack", planarconfig="contig"), "10 channels"
    yield "tiledPlanar.tif", tiff(square, photometric="rgb", planarconfig="separate", tile=(16, 16)), "separate planes in tiles"
    yield "12bit.tif", patched(tiff(np.zeros((9, 13), np.uint16)), 258, [12]), "12 bits"
    yield "mixedBits.tif", patched(plain, 258, [5, 6, 5]), "5, 6, 5 bits"
    yield "float64.tif", tiff(np.zeros((9, 13))), "64 float bits"
    yield "signed16.tif", tiff(np.zeros((9, 13), np.int16)), "16 signed bits"
    yield "uint32.tif", tiff(np.zeros((9, 13), np.uint32)), "32 bits"
    yield "lzma.tif", patched(plain, 259, [34925]), "LZMA"
    yield "zstd.tif", patched(plain, 259, [50000]), "Zstandard"
    yield "oldJpeg.tif", patched(plain, 259, [6]), "old-style JPEG"
    yield "ycbcrHalved.tif", patched(tiff(RGB, photometric="ycbcr"), 530, [2, 2]), "YCbCr colours at 2 x 2"
    yield "float32.tif", tiff(np.zeros((9, 13), np.float32)), "float values"
    jpeg_inside = bytearray(dict(bitmaps())["24bit.bmp"])
    struct.pack_into("<I", jpeg_inside, 30, 4)
    yield "jpegInside.bmp", bytes(jpeg_inside), "JPEG or PNG inside"
    odd = bytearray(dict(bitmaps())["24bit.bmp"])
    struct.pack_into("<H", odd, 28, 23)
    yield "23bit.bmp", bytes(odd), "23 bits a pixel"


# --- windows -------------------------------------------------------------------------------------------------------


def mapped(values, low, high):
    out = np.clip(np.rint((values.astype(np.float64) - float(low)) * 255 / (float(high) - float(low))), 0, 255)
    out = out.astype(np.uint8)
    return out if out.ndim == 3 else np.repeat(out[:, :, None], 3, 2)


def windows():
    grey = (1000 + rng.integers(0, 4096, (HEIGHT, WIDTH))).astype(np.uint16)
    colour = rng.integers(200, 30_000, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    floats = rng.normal(20, 5, (HEIGHT, WIDTH)).astype(np.float32)
    colour_floats = rng.random((HEIGHT, WIDTH, 3), dtype=np.float32)
    png = lambda array: cv2.imencode(".png", array)[1].tobytes()
    files = {
        "grey16.png": (png(grey), grey, (1000, 5095)),
        "colour16.png": (png(colour[:, :, ::-1]), colour, (0, 20_000)),
        "grey16.tif": (tiff(grey), grey, (1500, 4000)),
        "greyFloat.tif": (tiff(floats), floats, (5, 35)),
        "colourFloat.tif": (tiff(colour_floats, photometric="rgb"), colour_floats, (0.25, 0.75)),
    }
    for name, (data, values, chosen) in files.items():
        low, high = (np.percentile(values, p, method="lower") for p in (0.5, 99.5))
        yield {
            "name": name,
            "file": b64(data),
            "window": list(chosen),
            "rgb": b64(mapped(values, *chosen).tobytes()),
            "percentiles": [float(low), float(high)],
            "percentilesRgb": b64(mapped(values, low, high).tobytes()),
        }


def reading(name: str, data: bytes) -> tuple[np.ndarray, str]:
    """OpenCV's pixels, which are Ultralytics'; Pillow's where OpenCV departs from the stored values."""
    if name == "10bitFields.bmp":  # OpenCV takes the lower eight bits
        start = struct.unpack_from("<I", data, 10)[0]
        values = np.frombuffer(data[start:], "<u4").reshape(HEIGHT, WIDTH)[::-1]
        return np.stack([values >> shift & 0x3FF for shift in (20, 10, 0)], -1).astype(np.uint16) >> 2, "numpy"
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    try:
        other = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    except Exception:
        other = None
    if seen is not None and other is not None and seen.shape == other.shape:
        worst = int(np.abs(seen[:, :, ::-1].astype(int) - other).max())
        if worst > 0:
            print(f"{name}: OpenCV and Pillow differ by {worst}", file=sys.stderr)
    if seen is None:
        print(f"{name}: OpenCV cannot read it", file=sys.stderr)
    return (seen[:, :, ::-1], "cv2") if seen is not None else (other, "Pillow")


def main() -> None:
    readable = []
    for name, data in [*bitmaps(), *tiffs()]:
        pixels, by = reading(name, data)
        if pixels is None:
            print(name, "by nobody", file=sys.stderr)
            continue
        readable.append({"name": name, "file": b64(data), "rgb": b64(np.ascontiguousarray(pixels, np.uint8).tobytes()), "by": by})
    refused = [{"name": name, "file": b64(data), "says": says} for name, data, says in refusals()]
    result = {"width": WIDTH, "height": HEIGHT, "readable": readable, "refused": refused, "windows": list(windows())}
    OUT.write_text(json.dumps(result, indent=1) + "\n")


main()

"""What both peers choose for text prompts on ten images, with a small CLIP of seeded random weights.

Writes test/golden/textPrompts/cases.json: masks (COCO run lengths), boxes, and for each text the scores and the choice.
Ultralytics' answers come from FastSAMPredictor.prompt itself; those of the original repository from the few lines below,
which do the same steps. The weights are a function of names and places (`weight`), so that tests make the same ones and no
file of them is needed; so are the images that are no photographs of test/golden/scenes (`pixels`).

    python tools/golden/textPrompts.py

Needs requirements.txt and open_clip_torch.
"""

import json
import os
import sys
import types
from pathlib import Path

os.environ["YOLO_OFFLINE"] = "1"

import cv2
import numpy as np
import open_clip
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from PIL import Image
from pycocotools import mask as coco
from torchvision.transforms import Compose, CenterCrop, InterpolationMode, Normalize, Resize, ToTensor
from ultralytics.engine.results import Results
from ultralytics.models.fastsam import FastSAMPredictor

torch.set_num_threads(1)
ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "golden" / "textPrompts"
rng = np.random.default_rng(20230623)
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
# Less than float32 arithmetic in another order may turn round is no choice.
CLEAR = 1e-4


def noise(count, seed):
    """Numbers from -1 to 1, the same in every language: a mix of 32-bit multiplications and shifts."""
    h = np.arange(count, dtype=np.uint32) + np.uint32(seed)
    for factor, shift in ((0x85EBCA6B, 16), (0xC2B2AE35, 13), (0x27D4EB2F, 15)):
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2**23 - 1


def seed_of(name):
    """FNV-1a."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def weight(name, shape):
    """The tensor of that name. Features hang on the images: patches weigh more than their places."""
    values = noise(int(np.prod(shape)), seed_of(name)).reshape(shape)
    if name == "logit_scale":
        return np.float32(np.log(100))
    if "ln_" in name or name.endswith("bias"):
        values = values * 0.2 + (1 if name.endswith("weight") else 0)
    elif "positional" in name or "class_embedding" in name:
        values = values * 0.1
    elif "embedding" in name:
        values = values * 1.5
    elif name == "visual.conv1.weight":
        values = values * 0.1
    else:
        values = values * 0.25
    return values.astype(np.float32)


def model():
    tiny = CLIP(
        16,
        CLIPVisionCfg(layers=2, width=64, head_width=64, patch_size=32, image_size=224),
        CLIPTextCfg(context_length=77, vocab_size=49408, width=64, heads=1, layers=2),
        quick_gelu=True,
    ).eval()
    state = {name: torch.from_numpy(np.asarray(weight(name, tuple(v.shape)))) for name, v in tiny.state_dict().items()}
    tiny.load_state_dict(state)
    return tiny


def pixels(width, height, seed):
    """An image of patches in some colours, with grain; RGB."""
    ys, xs = np.mgrid[:height, :width]
    patch = (xs // 23 + 40 * (ys // 19)).astype(np.int64)
    tints = noise(3 * 4000, seed).reshape(-1, 3)[patch % 4000]
    grain = noise(width * height * 3, seed + 7).reshape(height, width, 3)
    return np.clip(np.floor(128 + 110 * tints + 15 * grain), 0, 255).astype(np.uint8)


TINY = model()
PREPROCESS = Compose(
    [Resize(224, interpolation=InterpolationMode.BICUBIC), CenterCrop(224), ToTensor(), Normalize(MEAN, STD)]
)

# Ultralytics' wrapper of OpenAI's package gets the small model.
stub = types.ModuleType("clip")
stub.load = lambda *_, **__: (TINY, PREPROCESS)
stub.tokenize = lambda texts, truncate=False: open_clip.tokenize(texts, context_length=77)
sys.modules["clip"] = stub


class Predictor(FastSAMPredictor):
    def _clip_inference(self, images, texts):
        self.similarity = super()._clip_inference(images, texts)
        return self.similarity


predictor = Predictor(overrides={"device": "cpu"})
predictor.device = torch.device("cpu")


def blob(width, height):
    """A box, an ellipse or noise in a box; now and then of at most 101 pixels."""
    small = rng.random() < 0.3
    w = int(rng.integers(3, 11)) if small else int(rng.integers(width // 6, width // 2 + 1))
    h = int(rng.integers(3, 11)) if small else int(rng.integers(height // 6, height // 2 + 1))
    x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    ys, xs = np.mgrid[:height, :width]
    mask = (xs >= x) & (xs < x + w) & (ys >= y) & (ys < y + h)
    kind = rng.integers(3)
    if kind == 1:
        mask &= ((xs + 0.5 - x - w / 2) / w) ** 2 + ((ys + 0.5 - y - h / 2) / h) ** 2 < 0.25
    if kind == 2:
        mask &= rng.random((height, width)) < 0.8
    return mask


def exactly(width, height, area):
    """A mask of so many pixels: the border of what is looked at."""
    mask = np.zeros((height, width), bool)
    mask[2:12, 3:13] = True
    if area > 100:
        mask[12, 3 : 3 + area - 100] = True
    return mask


def box_of(mask, grid, size):
    """The mask's tight box in pixels of the image, its sides moved by up to 2.5 pixels."""
    ys, xs = np.nonzero(mask)
    box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float)
    box *= np.array([size[0] / grid[0], size[1] / grid[1]] * 2)
    box += rng.uniform(-2.5, 2.5, 4)
    box[2:] = np.maximum(box[2:], box[:2] + 3)
    box = np.clip(box, 0, np.array(size * 2))
    return [float(np.float32(round(v, 3))) for v in box]


def ultralytics(photo, masks, boxes, texts):
    """Cosines of those looked at for each text, and the places that the peer returns."""
    rows = torch.tensor([[*box, 0.9 - i / 100, 0] for i, box in enumerate(boxes)], dtype=torch.float32)
    data = torch.from_numpy(np.array(masks)).byte()
    bgr = np.ascontiguousarray(photo[:, :, ::-1])
    result = Results(bgr, path="", names={0: "object"}, boxes=rows, masks=data)
    (found,) = predictor.prompt(result, texts=texts)
    chosen = [round((0.9 - float(score)) * 100) for score in found.boxes.conf]
    return predictor.similarity.tolist(), chosen


def casia(photo, masks, text):
    """Shares of those looked at, and the place of the mask that the peer returns."""
    grid = (masks[0].shape[1], masks[0].shape[0])
    image = Image.fromarray(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB))
    if image.size != grid:
        image = image.resize(grid)
    looked, left = [], []
    for i, mask in enumerate(masks):
        if mask.sum() <= 100:
            left.append(i)
            continue
        outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        sides = [cv2.boundingRect(outline) for outline in outlines]
        x1, y1 = min(s[0] for s in sides), min(s[1] for s in sides)
        x2, y2 = max(s[0] + s[2] for s in sides), max(s[1] + s[3] for s in sides)
        canvas = Image.new("RGB", grid, (255, 255, 255))
        canvas.paste(image.crop((x1, y1, x2, y2)), (x1, y1))
        looked.append(PREPROCESS(canvas))
    with torch.no_grad():
        images = torch.nn.functional.normalize(TINY.encode_image(torch.stack(looked)), dim=-1)
        words = torch.nn.functional.normalize(TINY.encode_text(open_clip.tokenize([text])), dim=-1)
        shares = (100 * images @ words.T)[:, 0].softmax(0)
    place = int(shares.argsort()[-1])
    place += sum(np.array(left) <= place)
    return shares.tolist(), int(place)


def clear(scores):
    ordered = sorted(scores)
    return len(ordered) < 2 or ordered[-1] - ordered[-2] > CLEAR


TEXTS = ["a yellow dog", "the rocket", "a cup of coffee on a table", "a smiling woman", "Old coins, seen from above!"]
LONG = "a very long text " * 40


def main():
    examples = ["astronaut.jpg", "coffee.jpg", "coins.png", "rocket.jpg"]
    scenes = [{"example": name} for name in examples]
    for i, (size, grid) in enumerate(
        [((300, 120), None), ((90, 260), None), ((64, 64), None), ((200, 150), (224, 160)), ((101, 333), (64, 192)), ((211, 97), None)]
    ):
        scenes.append({"size": size, "seed": 1000 * i + 5, **({"grid": grid} if grid else {})})
    cases = []
    for number, scene in enumerate(scenes):
        if "example" in scene:
            photo = cv2.imread(str(ROOT / "test" / "golden" / "scenes" / scene["example"]))[:, :, ::-1].copy()
            scene["size"] = (photo.shape[1], photo.shape[0])
        else:
            photo = pixels(*scene["size"], scene["seed"])
        grid = scene.get("grid", scene["size"])
        masks = [blob(*grid) for _ in range(7)] + [exactly(*grid, 100), exactly(*grid, 101)]
        masks = [masks[i] for i in rng.permutation(len(masks))]
        boxes = [box_of(mask, grid, scene["size"]) for mask in masks]
        texts = [TEXTS[(number + k) % len(TEXTS)] for k in range(3)] + ([LONG] if number == 2 else [])
        similarity, chosen = ultralytics(photo, masks, boxes, texts)
        texts_casia = [(text, *casia(photo, masks, text)) for text in texts if text != LONG]
        clearly = [clear(row) for row in similarity] + [clear(row[1]) for row in texts_casia]
        print(scene, chosen, [row[2] for row in texts_casia], clearly, [round(max(r) - min(r), 3) for r in similarity])
        cases.append(
            {
                **scene,
                "masks": [coco.encode(np.asfortranarray(m.astype(np.uint8)))["counts"].decode() for m in masks],
                "boxes": boxes,
                "texts": texts,
                "ultralytics": {"cosines": [[round(v, 6) for v in row] for row in similarity], "chosen": chosen},
                "casia": [{"shares": [round(v, 6) for v in shares], "chosen": place} for _, shares, place in texts_casia],
            }
        )
        assert all(clearly)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "cases.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()

"""CLIP weights in the four layouts in which they are published, and the features that reference libraries compute.

Run:  python tools/golden/clip.py
          the tiny models of test/golden/clip/ (seeded; some seconds)
      python tools/golden/clip.py --model ViT-B-32 --out out/clip
          the same files at full size with random weights (also ViT-B-16, ViT-L-14, ViT-L-14-336; --layouts openai,hf,bin,openclip)
Needs requirements.txt, transformers and open_clip_torch.

Files of each model, all with the same weights:
  NAME.pt            OpenAI: a TorchScript archive; matrices float16, layer norms and embeddings float32
  NAME.safetensors   Hugging Face transformers, float16
  NAME.bin           the same as pytorch_model.bin with the old position_ids
  NAME-openclip.bin  an OpenCLIP state dict, float16
  NAME.json          the configuration, and features: `images` and `texts` as lists of unit vectors, for quick_gelu and gelu
  NAME.inputs.safetensors  `pixels` uint8 [n,S,S,3] RGB and `tokens` int32 [m,L]
Features are computed in float64 from weights rounded to float16, so that every file gives the same; OpenCLIP's and
transformers' agree to 1e-9 or the script fails.
"""

import argparse
import json
from collections import OrderedDict
from pathlib import Path

import open_clip
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

GOLDEN = Path(__file__).parents[2] / "test" / "golden" / "clip"
SEED = 20210226
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)

TINY = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 24, "layers": 2, "width": 24, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 48, "width": 16, "heads": 2, "layers": 2},
}


def config_of(name):
    return TINY if name == "tiny" else open_clip.get_model_config(name)


def open_clip_model(config, quick_gelu):
    return CLIP(
        config["embed_dim"],
        CLIPVisionCfg(**config["vision_cfg"]),
        CLIPTextCfg(**config["text_cfg"]),
        quick_gelu=quick_gelu,
    ).eval()


def random_weights(model):
    """Weights that make attention choose and activations bend, rounded to half precision."""
    torch.manual_seed(SEED)
    state = OrderedDict()
    for name, old in model.state_dict().items():
        if name == "logit_scale":
            new = torch.tensor(4.6052)
        elif ".ln_" in name or name.startswith("ln_") or name.endswith(".bias") or name.endswith("_bias"):
            new = torch.randn(old.shape) * 0.1 + (1 if name.endswith("weight") else 0)
        elif "positional" in name or "embedding" in name:
            new = torch.randn(old.shape) * 0.5
        else:
            fan_in = old.shape[0] if name in ("visual.proj", "text_projection") else old[0].numel()
            new = torch.randn(old.shape) * fan_in**-0.5
        state[name] = new.half().float()
    return state


def hugging_face(config, state, activation):
    """The same model in transformers, by its names."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    shared = {"hidden_act": activation, "projection_dim": config["embed_dim"], "attn_implementation": "eager"}
    model = CLIPModel(
        CLIPConfig(
            projection_dim=config["embed_dim"],
            vision_config=dict(
                hidden_size=vision["width"],
                intermediate_size=4 * vision["width"],
                num_hidden_layers=vision["layers"],
                num_attention_heads=vision["width"] // vision.get("head_width", 64),
                image_size=vision["image_size"],
                patch_size=vision["patch_size"],
                **shared,
            ),
            text_config=dict(
                hidden_size=text["width"],
                intermediate_size=4 * text["width"],
                num_hidden_layers=text["layers"],
                num_attention_heads=text["heads"],
                max_position_embeddings=text["context_length"],
                vocab_size=text["vocab_size"],
                eos_token_id=2,
                **shared,
            ),
        )
    ).eval()
    names = OrderedDict()
    for name, value in state.items():
        for key, part in renamed(name, value):
            names[key] = part.contiguous()
    model.load_state_dict(names, strict=True)
    return model, names


def renamed(name, value):
    """transformers' names and values of an OpenAI tensor."""
    fixed = {
        "logit_scale": "logit_scale",
        "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
        "positional_embedding": "text_model.embeddings.position_embedding.weight",
        "visual.class_embedding": "vision_model.embeddings.class_embedding",
        "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
        "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    }
    if name in fixed:
        return [(fixed[name], value)]
    if name in ("visual.proj", "text_projection"):
        return [(("visual" if "visual" in name else "text") + "_projection.weight", value.T)]
    for ours, theirs in {
        "visual.ln_pre": "vision_model.pre_layrnorm",
        "visual.ln_post": "vision_model.post_layernorm",
        "ln_final": "text_model.final_layer_norm",
    }.items():
        if name.startswith(ours):
            return [(name.replace(ours, theirs), value)]
    tower = "vision_model" if name.startswith("visual.") else "text_model"
    _, rest = name.split("resblocks.")
    rest = rest.replace("attn.out_proj", "self_attn.out_proj").replace("mlp.c_fc", "mlp.fc1")
    rest = rest.replace("mlp.c_proj", "mlp.fc2").replace("ln_1", "layer_norm1").replace("ln_2", "layer_norm2")
    prefix = f"{tower}.encoder.layers."
    if "in_proj_" in rest:
        layer, kind = rest.split(".attn.in_proj_")
        return [(f"{prefix}{layer}.self_attn.{p}_proj.{kind}", v) for p, v in zip("qkv", value.chunk(3))]
    return [(prefix + rest, value)]


class Holder(torch.nn.Module):
    """A module with nothing but named tensors in it, as a script sees OpenAI's."""

    def __init__(self, tensors):
        super().__init__()
        children = OrderedDict()
        for name, value in tensors.items():
            head, _, rest = name.partition(".")
            if rest:
                children.setdefault(head, OrderedDict())[rest] = value
            elif value.dim() == 0 and head != "logit_scale":
                self.register_buffer(head, value)
            else:
                self.register_parameter(head, torch.nn.Parameter(value, requires_grad=False))
        for head, inner in children.items():
            self.add_module(head, Holder(inner))

    def forward(self):
        return 0


def as_published(name, value):
    """OpenAI's mixture: matrices, convolutions and projections half, the rest float32."""
    half = any(part in name for part in ("attn.", "mlp.", "conv1", "visual.proj", "text_projection"))
    return value.half() if half else value


def save_openai(path, config, state):
    tensors = OrderedDict((name, as_published(name, value)) for name, value in state.items())
    tensors["input_resolution"] = torch.tensor(config["vision_cfg"]["image_size"])
    tensors["context_length"] = torch.tensor(config["text_cfg"]["context_length"])
    tensors["vocab_size"] = torch.tensor(config["text_cfg"]["vocab_size"])
    torch.jit.save(torch.jit.script(Holder(tensors)), path)


def position_ids(config):
    vision, text = config["vision_cfg"], config["text_cfg"]
    tokens = (vision["image_size"] // vision["patch_size"]) ** 2 + 1
    return {
        "text_model.embeddings.position_ids": torch.arange(text["context_length"])[None],
        "vision_model.embeddings.position_ids": torch.arange(tokens)[None],
    }


def inputs_of(config, images, texts):
    torch.manual_seed(SEED + 1)
    size, context, vocab = (
        config["vision_cfg"]["image_size"],
        config["text_cfg"]["context_length"],
        config["text_cfg"]["vocab_size"],
    )
    coarse = torch.rand(images, 3, 6, 6) * 255
    pixels = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").permute(0, 2, 3, 1)
    pixels = (pixels + torch.randn(pixels.shape) * 20).clamp(0, 255).to(torch.uint8).contiguous()
    tokens = torch.zeros(texts, context, dtype=torch.int32)
    for i in range(texts):
        # the shortest has one token between start and end, the last one fills the context
        length = 1 if i == 0 else context - 2 if i == texts - 1 else int(torch.randint(1, context - 1, ()))
        tokens[i, 0], tokens[i, length + 1] = vocab - 2, vocab - 1
        tokens[i, 1 : length + 1] = torch.randint(1, vocab - 2, (length,), dtype=torch.int32)
    return pixels, tokens


def normalised(pixels, dtype):
    x = pixels.permute(0, 3, 1, 2).to(dtype) / 255
    return (x - torch.tensor(MEAN, dtype=dtype)[:, None, None]) / torch.tensor(STD, dtype=dtype)[:, None, None]


def features(config, state, activation, pixels, tokens):
    """Unit vectors of transformers, held to OpenCLIP's."""
    theirs, _ = hugging_face(config, state, activation)
    other = open_clip_model(config, activation == "quick_gelu")
    other.load_state_dict(state, strict=True)
    found = []
    with torch.no_grad():
        theirs, other = theirs.double(), other.double()
        x = normalised(pixels, torch.float64)
        for ours, reference in (
            (theirs.get_image_features(pixel_values=x), other.encode_image(x)),
            (theirs.get_text_features(input_ids=tokens.long()), other.encode_text(tokens.long())),
        ):
            ours = getattr(ours, "pooler_output", ours)
            a, b = (torch.nn.functional.normalize(v, dim=-1) for v in (ours, reference))
            assert (a - b).abs().max() < 1e-9, (a - b).abs().max()
            found.append(a)
    return found


def write(name, folder, layouts, images, texts):
    config = config_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    state = random_weights(open_clip_model(config, True))
    pixels, tokens = inputs_of(config, images, texts)
    expected = {}
    for activation in ("quick_gelu", "gelu") if name == "tiny" else ("quick_gelu",):
        image, text = features(config, state, activation, pixels, tokens)
        expected[activation] = {
            "images": [[float(f"{v:.9g}") for v in row] for row in image.tolist()],
            "texts": [[float(f"{v:.9g}") for v in row] for row in text.tolist()],
        }
    (folder / f"{name}.json").write_text(json.dumps({"config": config, **expected}) + "\n")
    save_file({"pixels": pixels, "tokens": tokens}, folder / f"{name}.inputs.safetensors")
    half = OrderedDict((key, value.half()) for key, value in state.items())
    if "openai" in layouts:
        save_openai(folder / f"{name}.pt", config, state)
    if "openclip" in layouts:
        torch.save(half, folder / f"{name}-openclip.bin")
    _, theirs = hugging_face(config, state, "quick_gelu")
    theirs = {key: value.half() for key, value in theirs.items()}
    if "hf" in layouts:
        save_file(theirs, folder / f"{name}.safetensors", {"format": "pt"})
    if "bin" in layouts:
        torch.save(OrderedDict({**position_ids(config), **theirs}), folder / f"{name}.bin")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--out", type=Path, default=GOLDEN)
    parser.add_argument("--layouts", default="openai,hf,bin,openclip")
    parser.add_argument("--images", type=int, default=5)
    parser.add_argument("--texts", type=int, default=6)
    args = parser.parse_args()
    torch.set_num_threads(2)
    write(args.model, args.out, args.layouts.split(","), args.images, args.texts)


if __name__ == "__main__":
    main()

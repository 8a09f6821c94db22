"""The network of a checkpoint as LiteRT runs it: tflite.py NAME.pt NAME-640.tflite 640 (input [1, 640, 640, 3], 0 to 1).

The checkpoint is what tools/bench/peers.py exports. tools/bench/setup.sh --pages makes the environment."""

import os
import sys

os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False", YOLO_VERBOSE="False")

import litert_torch
import torch
from ultralytics import YOLO


class ChannelsLast(torch.nn.Module):
    """TensorFlow Lite's convolutions have channels last, so the image comes so as well."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        return tuple(self.network(images.permute(0, 3, 1, 2)))


checkpoint, target, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
network = YOLO(checkpoint).model.float().eval().fuse()
network.requires_grad_(False)
network.model[-1].export = True
network.model[-1].format = "tflite"
images = torch.zeros(1, size, size, 3)
network(images.permute(0, 3, 1, 2))
litert_torch.convert(ChannelsLast(network).eval(), (images,)).export(target)

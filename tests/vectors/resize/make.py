#!/usr/bin/env python3
"""Makes the test vectors of resampling with Pillow and OpenCV.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 pillow==13.0.0 opencv-python-headless==5.0.0.93
    venv/bin/python make.py            # writes peers.txt beside this file

A line is `peer filter channels source-width source-height width height` and the result's samples in hex. Sources are
bytes (x >> 33) & 255 of x' = 6364136223846793005·x + 1442695040888963407 mod 2^64, from x = 1.
"""

import pathlib

import cv2
import numpy as np
from PIL import Image

PILLOW = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
OPENCV = {"linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}
DOWN, UP = ((64, 48), (29, 21)), ((24, 20), (55, 47))
CASES = [
    *(("pillow", name, channels, *sizes) for name in PILLOW for channels, sizes in ((3, DOWN), (1, UP))),
    *(("opencv", "linear", channels, *sizes) for channels, sizes in ((3, DOWN), (1, UP), (1, ((64, 48), (32, 24))))),
    *(("opencv", "area", channels, *sizes) for channels, sizes in ((3, DOWN), (1, ((64, 48), (16, 12))))),
]


def noise(size):
    x, out = 1, bytearray()
    for _ in range(size):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(x >> 33 & 255)
    return np.frombuffer(out, np.uint8)


lines = []
for peer, name, channels, (width, height), target in CASES:
    source = noise(width * height * channels).reshape(height, width, channels)
    if peer == "pillow":
        image = Image.fromarray(source if channels == 3 else source[:, :, 0])
        result = np.asarray(image.resize(target, PILLOW[name]))
    else:
        result = cv2.resize(source, target, interpolation=OPENCV[name])
    lines.append(f"{peer} {name} {channels} {width} {height} {target[0]} {target[1]} {result.tobytes().hex()}\n")
(pathlib.Path(__file__).parent / "peers.txt").write_text("".join(lines))

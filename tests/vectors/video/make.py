#!/usr/bin/env python3
"""Makes the vectors that conversion, resizing and blending are compared with: FFmpeg's swscale and zimg, libyuv, Pillow.

    apt-get install ffmpeg libyuv0                                     # 5.1.9 and 0.0~git20230123 made these
    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 pillow==13.0.0
    venv/bin/python make.py            # writes peers.txt beside this file

A line is a job, its arguments and the result in hex. Inputs are samples of x >> 33 of x' = 6364136223846793005·x +
1442695040888963407 mod 2^64, from x = 1: `noise(n, low, span)` is low + (x >> 33) mod span. Pictures are their planes
without gaps. What each job is made by:

    convert PEER FROM MATRIX RANGE TO MATRIX RANGE W H     one of the two commands of `convert`
    resize PEER FORMAT FILTER W H TARGET-W TARGET-H        the commands of `peer_resize`, or libyuv's ScalePlane
    blend MODE W H                                         Pillow's ImageChops, `over` is alpha_composite
"""

import ctypes
import pathlib
import subprocess

import numpy as np
from PIL import Image, ImageChops

SUBSAMPLED = {"i420": (2, 2), "nv12": (2, 2), "i422": (2, 1), "i444": (1, 1), "i420p10": (2, 2), "i444p10": (1, 1)}
FFMPEG = {
    "i420": "yuv420p", "nv12": "nv12", "i422": "yuv422p", "i444": "yuv444p", "i420p10": "yuv420p10le",
    "i444p10": "yuv444p10le", "gray8": "gray", "rgba": "rgba", "bgra": "bgra", "rgb24": "rgb24",
}
PACKED = {"gray8": 1, "rgb24": 3, "rgba": 4, "bgra": 4}
EXACT = "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"


def noise(count, low=0, span=256):
    x, out = 1, np.empty(count, np.int64)
    for index in range(count):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out[index] = low + (x >> 33) % span
    return out


def picture(kind, width, height, low=0, span=256):
    if kind in PACKED:
        return noise(width * height * PACKED[kind], low, span).astype(np.uint8).tobytes()
    right, down = SUBSAMPLED[kind]
    count = width * height + 2 * -(-width // right) * -(-height // down)
    if kind.endswith("p10"):
        return noise(count, 4 * low, 4 * span).astype("<u2").tobytes()
    return noise(count, low, span).astype(np.uint8).tobytes()


def ffmpeg(kind, width, height, filters, to, source):
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", FFMPEG[kind], "-s", f"{width}x{height}", "-i", "-",
               "-vf", f"{filters},format={FFMPEG[to]}", "-f", "rawvideo", "-"]
    return subprocess.run(command, input=source, stdout=subprocess.PIPE, check=True).stdout


def convert(peer, kind, matrix, span, to, to_matrix, to_span, width, height):
    """swscale: chroma by area where it shrinks and by the nearest sample where it grows, as ours. It overflows where
    colours lie far outside R'G'B', so Y'CbCr has half the contrast."""
    low, contrast = (0, 256) if kind in PACKED else (64, 128)
    source = picture(kind, width, height, low, contrast)
    if peer == "zimg":
        names = {"bt601": "170m", "bt709": "709", "bt2020": "2020_ncl"}
        filters = (f"zscale=matrixin={names[matrix]}:rangein={span}:matrix={names[to_matrix]}:range={to_span}"
                   ":dither=none:primariesin=709:primaries=709:transferin=709:transfer=709")
    else:
        names = {"limited": "tv", "full": "pc"}
        shrinks = kind in PACKED and to in SUBSAMPLED and SUBSAMPLED[to] != (1, 1)
        filters = (f"scale=in_color_matrix={matrix}:in_range={names[span]}:out_color_matrix={to_matrix}"
                   f":out_range={names[to_span]}:sws_dither=none:flags={'area' if shrinks else 'neighbor'}+{EXACT}")
    return ffmpeg(kind, width, height, filters, to, source)


def peer_resize(peer, kind, name, width, height, target_width, target_height):
    """Chroma sited left, as ours. swscale's nearest sample is another where it makes smaller or larger, and it does not
    take the parameters that make its bicubic Catmull-Rom."""
    if peer == "pillow":
        image = Image.frombytes("L", (width, height), picture(kind, width, height, 64, 128))
        return image.resize((target_width, target_height), Image.NEAREST).tobytes()
    if peer == "zimg":
        filters = f"zscale=w={target_width}:h={target_height}:filter=bicubic:param_a=0:param_b=0.5:dither=none"
    else:
        flags = {"bilinear": "bilinear", "lanczos": "lanczos", "box": "area"}[name]
        filters = (f"scale=w={target_width}:h={target_height}:in_h_chr_pos=0:in_v_chr_pos=128:out_h_chr_pos=0"
                   f":out_v_chr_pos=128:sws_dither=none:flags={flags}+{EXACT}")
    return ffmpeg(kind, width, height, filters, kind, picture(kind, width, height, 64, 128))


def libyuv_resize(width, height, target_width, target_height):
    """ScalePlane, kFilterBilinear."""
    source = noise(width * height, 64, 128).astype(np.uint8)
    out = np.zeros(target_width * target_height, np.uint8)
    pointer = ctypes.c_void_p
    ctypes.CDLL("libyuv.so.0").ScalePlane(source.ctypes.data_as(pointer), width, width, height,
                                          out.ctypes.data_as(pointer), target_width, target_width, target_height, 2)
    return out.tobytes()


def libyuv_convert(name, width, height):
    """I420ToABGR and ABGRToI420; `ABGR` lies in memory as R, G, B, A."""
    yuv, pointer = ctypes.CDLL("libyuv.so.0"), ctypes.c_void_p
    at = lambda array, offset=0: ctypes.cast(array.ctypes.data + offset, pointer)
    chroma, luma, quarter = width // 2, width * height, width * height // 4
    if name == "I420ToABGR":
        source = np.frombuffer(picture("i420", width, height, 64, 128), np.uint8)
        out = np.zeros(4 * luma, np.uint8)
        yuv.I420ToABGR(at(source), width, at(source, luma), chroma, at(source, luma + quarter), chroma, at(out),
                       4 * width, width, height)
    else:
        source = np.frombuffer(picture("rgba", width, height), np.uint8)
        out = np.zeros(luma + 2 * quarter, np.uint8)
        yuv.ABGRToI420(at(source), 4 * width, at(out), width, at(out, luma), chroma, at(out, luma + quarter), chroma,
                       width, height)
    return out.tobytes()


def blend(mode, width, height):
    """The picture is the first half of the noise, the canvas the second, both RGBA."""
    both = noise(2 * width * height * 4).astype(np.uint8).reshape(2, height, width, 4)
    if mode == "over":
        both[1, :, :, 3] = 255
        above, below = (Image.fromarray(pixels, "RGBA") for pixels in both)
        return Image.alpha_composite(below, above).tobytes()
    above, below = (Image.fromarray(pixels[:, :, :3].copy(), "RGB") for pixels in both)
    operations = {"multiply": ImageChops.multiply, "screen": ImageChops.screen, "overlay": ImageChops.overlay,
                  "darken": ImageChops.darker, "lighten": ImageChops.lighter, "difference": ImageChops.difference,
                  "add": ImageChops.add}
    return operations[mode](below, above).tobytes()


def lines():
    size, half = (18, 8), (16, 8)
    for matrix in ("bt601", "bt709", "bt2020"):
        for span in ("limited", "full"):
            for job in (("i444", matrix, span, "rgba", matrix, "full"), ("rgba", matrix, "full", "i444", matrix, span)):
                yield ("convert", "swscale", *job, *size), convert("swscale", *job, *size)
    for kind in ("i420", "nv12", "i422", "i420p10", "i444p10"):
        job = (kind, "bt709", "limited", "bgra", "bt709", "full")
        yield ("convert", "swscale", *job, *size), convert("swscale", *job, *size)
    for kind in ("i420", "nv12", "i422"):
        job = ("rgb24", "bt709", "full", kind, "bt709", "limited")
        yield ("convert", "swscale", *job, *size), convert("swscale", *job, *size)
    for there, back in (("bt601 limited", "bt709 limited"), ("bt709 full", "bt709 limited"), ("bt601 full", "bt2020 full")):
        job = ("i444", *there.split(), "i444", *back.split())
        yield ("convert", "zimg", *job, *size), convert("zimg", *job, *size)
    for name, kind, to in (("I420ToABGR", "i420", "rgba"), ("ABGRToI420", "rgba", "i420")):
        yield ("convert", "libyuv", kind, "bt601", "limited", to, "bt601", "limited", *half), libyuv_convert(name, *half)
    for name in ("bilinear", "catmull-rom", "lanczos", "nearest", "box"):
        # From odd to even sizes no position lies just between two samples, where the nearest is a matter of taste.
        sides = ((41, 25, 18, 14), (21, 13, 46, 30)) if name == "nearest" else ((40, 24, 18, 14), (20, 12, 46, 30))
        for sizes in sides:
            if name == "box" and sizes[0] < sizes[2]:
                continue  # swscale's area filter is bilinear where it makes larger
            peer = {"catmull-rom": "zimg", "nearest": "pillow"}.get(name, "swscale")
            job = (peer, "gray8", name, *sizes)
            yield ("resize", *job), peer_resize(*job)
    for sizes in ((40, 24, 20, 12), (40, 24, 18, 14), (20, 12, 46, 30)):
        job = ("swscale", "i420", "bilinear", *sizes)
        yield ("resize", *job), peer_resize(*job)
    for sizes in ((20, 12, 40, 24), (40, 24, 20, 12), (20, 12, 30, 18)):
        yield ("resize", "libyuv", "gray8", "bilinear", *sizes), libyuv_resize(*sizes)
    for mode in ("over", "multiply", "screen", "overlay", "darken", "lighten", "difference", "add"):
        yield ("blend", mode, *half), blend(mode, *half)


text = "".join(" ".join(map(str, job)) + " " + result.hex() + "\n" for job, result in lines())
(pathlib.Path(__file__).parent / "peers.txt").write_text(text)

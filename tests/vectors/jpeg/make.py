#!/usr/bin/env python3
"""Makes `libjpeg-turbo.txt`: what files libjpeg-turbo writes for pictures that both sides make up alike.

    apt-get install libturbojpeg0 libjpeg-turbo-progs    # Debian 12: 2.1.5
    python3 make.py > libjpeg-turbo.txt

A line for each picture: format, width, height, quality, kind of content, restart interval in MCUs, and the first 16 digits
of the SHA-256 of three files: TurboJPEG's own from the planes with the accurate integer DCT (libjpeg's default), that file
after `jpegtran -optimize`, and after `jpegtran -restart INTERVALB`.
"""

import ctypes
import hashlib
import subprocess

TURBO = ctypes.CDLL("libturbojpeg.so.0")
TURBO.tjInitCompress.restype = ctypes.c_void_p
TURBO.tjGetErrorStr2.restype = ctypes.c_char_p
ACCURATE_DCT = 4096
# Name: TurboJPEG's number, chroma shifts, planes.
FORMATS = {"i444": (0, 0, 0, 3), "i422": (1, 1, 0, 3), "i420": (2, 1, 1, 3), "gray8": (3, 0, 0, 1)}


def content(kind, width, height, state):
    """A plane of noise (0), of a ramp with a little noise (1) or of extremes (2), and the generator's state after it."""
    out = bytearray()
    for y in range(height):
        for x in range(width):
            state = (state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
            noise = state >> 56
            ramp = (3 * x + 5 * y) % 256
            smooth = 64 + (ramp if ramp < 128 else 255 - ramp) + noise % 8
            out.append([noise, smooth, 255 * (noise & 1)][kind])
    return bytes(out), state


def padded(plane, width, height, to_width, to_height):
    """TurboJPEG reads whole cells of chroma: the last column and row once more where a side is odd."""
    rows = [plane[y * width : (y + 1) * width] for y in range(height)]
    rows = [row + row[-1:] * (to_width - width) for row in rows]
    return b"".join(rows + rows[-1:] * (to_height - height))


def file_of(name, width, height, quality, kind):
    number, shift_x, shift_y, planes = FORMATS[name]
    state = width * 1000003 + height * 1009 + quality
    data, strides = [], []
    for plane in range(planes):
        x, y = (shift_x, shift_y) if plane else (0, 0)
        own = ((width + x) >> x, (height + y) >> y)
        cells = (own[0], own[1]) if plane else (((width + shift_x) >> shift_x) << shift_x, ((height + shift_y) >> shift_y) << shift_y)
        samples, state = content(kind, *own, state)
        data.append(padded(samples, *own, *cells))
        strides.append(cells[0])
    pointers = (ctypes.c_char_p * 3)(*data)
    out, size = ctypes.c_void_p(), ctypes.c_ulong(0)
    handle = ctypes.c_void_p(TURBO.tjInitCompress())
    failed = TURBO.tjCompressFromYUVPlanes(
        handle, pointers, width, (ctypes.c_int * 3)(*strides), height, number,
        ctypes.byref(out), ctypes.byref(size), quality, ACCURATE_DCT,
    )  # fmt: skip
    if failed:
        raise SystemExit(TURBO.tjGetErrorStr2(handle))
    file = ctypes.string_at(out, size.value)
    TURBO.tjFree(out)
    TURBO.tjDestroy(handle)
    return file


def jpegtran(file, *options):
    return subprocess.run(["jpegtran", "-copy", "none", *options], input=file, capture_output=True, check=True).stdout


for name in FORMATS:
    for case in range(100):
        width, height = 1 + case * 23 % 67, 1 + case * 41 % 61
        quality, kind, interval = 1 + case, case % 3, 1 + case % 9
        file = file_of(name, width, height, quality, kind)
        files = [file, jpegtran(file, "-optimize"), jpegtran(file, "-restart", f"{interval}B")]
        print(name, width, height, quality, kind, interval, *(hashlib.sha256(f).hexdigest()[:16] for f in files))

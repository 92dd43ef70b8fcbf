"""OpenCV, Pillow and Skia as peers: a line is [job, …], the answer a JSON object. One thread.

["version"]                                              versions of all
["load", file, width, height, channels]                  raw bytes that the next jobs work on
["opencv", width, height, filter, times]                 cv2.resize into the same memory; linear, area, cubic
["pillow", width, height, filter, times]                 Image.resize of the same; bilinear, bicubic, lanczos
["tensor", width, height, times]                         I420 to RGB, resize, scale, [1, 3, height, width]: cv2's usual way
["canvas", file, width, height]                          raw RGBA that pictures are drawn over
["over", "skia" or "pillow", x, y, times]                the RGBA picture over the canvas: premultiplied for Skia, straight for Pillow
["mouth", tensor, background, width, height, rect, feather]  what the next job makes frames of: f32 [3, n, n], raw RGB
["lipsync", quality, times]                              tensor to picture, resized into the rectangle, feathered, to JPEG
["save", file]                                           the last result, raw
Timed jobs answer {"seconds": …}.
"""

import json
import sys
import time

import cv2
import numpy
import PIL
import skia
from PIL import Image

cv2.setNumThreads(1)
cv2.ocl.setUseOpenCL(False)
source = canvas = mouth = out = None


def timed(times, work):
    global out
    begin = time.perf_counter()
    for _ in range(times):
        out = work()
    return {"seconds": time.perf_counter() - begin}


def skia_over(x, y):
    # Its fastest pixels are B, G, R, A; drawing treats all channels alike.
    def info(pixels):
        kind = (skia.kBGRA_8888_ColorType, skia.kPremul_AlphaType)
        return skia.ImageInfo.Make(pixels.shape[1], pixels.shape[0], *kind)

    surface = skia.Surface.MakeRasterDirect(info(canvas), canvas, canvas.shape[1] * 4)
    image = skia.Image.MakeRasterCopy(skia.Pixmap(info(source), source, source.shape[1] * 4))
    drawn = surface.getCanvas()
    return lambda: (surface, drawn.drawImage(image, x, y))[0]


def pillow_over(x, y):
    image, below = (Image.frombytes("RGBA", (p.shape[1], p.shape[0]), p.tobytes()) for p in (source, canvas))
    return lambda: (below, below.alpha_composite(image, (x, y)))[0]


def lipsync(quality):
    tensor, frame, background, (x, y, width, height), weights, rest = mouth
    pixels = numpy.clip(tensor[::-1] * 255 + 0.5, 0, 255).astype(numpy.uint8).transpose(1, 2, 0)
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    place = numpy.s_[y : y + height, x : x + width]
    frame[place] = cv2.blendLinear(small, background[place].copy(), weights, rest)
    return cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]


def answer(job, *args):
    global source, canvas, mouth, out
    if job == "version":
        features = cv2.getBuildInformation().split("CPU/HW features:")[1].split("\n\n")[0]
        return {"opencv": cv2.__version__, "pillow": PIL.__version__, "skia": skia.__version__, "features": features}
    if job == "load":
        file, width, height, channels = args
        source = numpy.fromfile(file, numpy.uint8).reshape(height, width, channels)
        return {}
    if job == "opencv":
        width, height, name, times = args
        kind = {"linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "cubic": cv2.INTER_CUBIC}[name]
        into = numpy.empty((height, width, source.shape[2]), numpy.uint8)
        return timed(times, lambda: cv2.resize(source, (width, height), dst=into, interpolation=kind))
    if job == "pillow":
        width, height, name, times = args
        kind = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}[name]
        # CMYK has four channels of which none is alpha.
        mode = {1: "L", 3: "RGB", 4: "CMYK"}[source.shape[2]]
        pixels = source[:, :, 0] if source.shape[2] == 1 else source
        image = Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())
        return timed(times, lambda: image.resize((width, height), kind))
    if job == "tensor":
        width, height, times = args

        def tensor():
            rgb = cv2.cvtColor(source[:, :, 0], cv2.COLOR_YUV2RGB_I420)
            small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR)
            return cv2.dnn.blobFromImage(small, 1 / 255)

        return timed(times, tensor)
    if job == "canvas":
        file, width, height = args
        canvas = numpy.fromfile(file, numpy.uint8).reshape(height, width, 4)
        return {}
    if job == "over":
        whose, x, y, times = args
        answer = timed(times, skia_over(x, y) if whose == "skia" else pillow_over(x, y))
        # Pillow draws on a picture of its own.
        out = canvas if whose == "skia" else numpy.array(out)
        return answer
    if job == "mouth":
        tensor, background, width, height, rect, feather = args
        side = rect[2]
        # How far a pixel is inside, in units of the feather.
        inside = numpy.minimum((numpy.minimum(range(side), range(side - 1, -1, -1)) + 0.5) / feather, 1).astype("f4")
        weights = numpy.minimum.outer(inside, inside)
        pixels = numpy.fromfile(tensor, "<f4").reshape(3, -1)
        n = int(pixels.shape[1] ** 0.5)
        # OpenCV's order of colours is B, G, R.
        frame = numpy.fromfile(background, numpy.uint8).reshape(height, width, 3)[:, :, ::-1].copy()
        mouth = (pixels.reshape(3, n, n), frame, frame.copy(), rect, weights, 1 - weights)
        return {}
    if job == "lipsync":
        quality, times = args
        return timed(times, lambda: lipsync(quality))
    if job == "save":
        data = out.tobytes()
        with open(args[0], "wb") as file:
            file.write(data)
        return {}
    return {"error": f"no job {job}"}


for line in sys.stdin:
    try:
        print(json.dumps(answer(*json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"error": repr(error)}), flush=True)

"""OpenCV and Pillow as peers: a line is [job, …], the answer a JSON object. One thread.

["version"]                                              versions of both
["load", file, width, height, channels]                  raw bytes that the next jobs work on
["opencv", width, height, filter, times]                 cv2.resize into the same memory; linear, area, cubic
["pillow", width, height, filter, times]                 Image.resize of the same; bilinear, bicubic, lanczos
["tensor", width, height, times]                         I420 to RGB, resize, scale, [1, 3, height, width]: cv2's usual way
["save", file]                                           the last result, raw
Timed jobs answer {"seconds": …}.
"""

import json
import sys
import time

import cv2
import numpy
import PIL
from PIL import Image

cv2.setNumThreads(1)
cv2.ocl.setUseOpenCL(False)
source = out = None


def timed(times, work):
    global out
    begin = time.perf_counter()
    for _ in range(times):
        out = work()
    return {"seconds": time.perf_counter() - begin}


def answer(job, *args):
    global source
    if job == "version":
        features = cv2.getBuildInformation().split("CPU/HW features:")[1].split("\n\n")[0]
        return {"opencv": cv2.__version__, "pillow": PIL.__version__, "features": features}
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

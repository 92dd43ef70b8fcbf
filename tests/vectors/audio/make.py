#!/usr/bin/env python3
"""Makes the reference vectors of the audio profiles and the resampler; README.md says how to run it and what it writes."""

import gzip
import hashlib
import importlib.metadata
import json
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np
import scipy.signal
import soxr

from formulas import FORMULAS, band_limited_at
from programs import PROGRAMS

HERE = pathlib.Path(__file__).parent
RATE = 16000
SENTENCE = "The mill pond is still; a wheel turns, and sixty sacks of flour go out."
# The sound of 2/3 s of Big Buck Bunny's centre channel as 16-bit integers, as it is (48 kHz): only its features are kept.
CLIP = ["ffmpeg", "-v", "error", "-i", "bigbuckbunny.mp4", "-map", "0:a:0", "-af"]
CLIP += ["pan=mono|c0=FC,atrim=start_sample=96000:end_sample=128000", "-f", "s16le", "-"]


def quantised(samples):
    return np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")


def espeak():
    """1.5 s of speech, from espeak-ng's rate to 16 kHz by soxr."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "speech.wav"
        subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(path), SENTENCE], check=True)
        with wave.open(str(path)) as file:
            rate, pcm = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return quantised(soxr.resample(pcm / 32768.0, rate, RATE)[: 24000 + 37])


def inputs():
    impulse = np.zeros(2000)
    impulse[777] = 1.0
    seconds = np.arange(6000) / RATE
    noise = np.random.Generator(np.random.PCG64(7)).standard_normal(6000)
    return {
        "silence": quantised(np.zeros(2000)),
        "impulse": quantised(impulse),
        "chirp": quantised(0.5 * scipy.signal.chirp(seconds, 50.0, seconds[-1], 7900.0)),
        "noise": quantised(0.3 * noise.clip(-3, 3)),
        "speech": espeak(),
    }


def clip(folder):
    pcm = subprocess.run(CLIP, check=True, stdout=subprocess.PIPE, cwd=folder).stdout
    return np.frombuffer(pcm, "<i2")


def kept(frames):
    """All of a few frames, else the first five, the last five and six in between."""
    if frames <= 16:
        return list(range(frames))
    between = np.linspace(5, frames - 6, 8)[1:-1].round().astype(int).tolist()
    return [0, 1, 2, 3, 4, *between, *range(frames - 5, frames)]


def compressed(name, arrays):
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    # No time and no name inside: the same data is the same file.
    (HERE / name).write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{name}: {len(data)} bytes, {(HERE / name).stat().st_size} compressed")


def cases(pcm, window):
    """Every input, and beginnings of the noise: as long as the window, one less, and so on."""
    for name in pcm:
        yield name, len(pcm[name])
    for length in [0, 1, window - 1, window, window + 1, 2 * window + 77]:
        yield "noise", length


def profile(name, pcm):
    window, formula = FORMULAS[name]
    index, arrays, worst = [], [], 0.0
    for source, length in cases(pcm, window):
        samples = pcm[source][:length] / 32768.0
        bands, features = formula(samples)
        case = {"input": source, "samples": length, "frames": bands.shape[1], "kept": kept(bands.shape[1])}
        kinds = [bands, features]
        try:
            theirs = PROGRAMS[name](samples.astype(np.float32))
        except Exception as refused:  # each program has its own kinds of error
            case["refused"] = f"{type(refused).__name__}: {refused}".splitlines()[0]
        else:
            # An empty clip has no frames here; librosa makes one of its padding.
            theirs = theirs if length > 0 else theirs[:, :0]
            assert theirs.shape == features.shape, (name, source, length, theirs.shape, features.shape)
            assert np.isfinite(theirs).all()
            kinds.append(theirs)
            scale = 1.0 if name != "torchaudio" else max(features.max(), 1e-30)
            worst = max(worst, np.abs(theirs - features).max(initial=0.0) / scale)
        index.append(case)
        arrays += [kind[:, case["kept"]].astype("<f4") for kind in kinds]
    compressed(f"{name}.f32.gz", arrays)
    print(f"  program and formula differ by {worst:.1e}")
    return index


def band_limited(samples, low, high):
    """Noise between two frequencies, as parts of half the rate; faded in and out, or its ends would be in every band."""
    noise = np.random.Generator(np.random.PCG64(samples)).standard_normal(samples)
    band = scipy.signal.firwin(2047, [low, high] if low > 0 else high, window=("kaiser", 14.0), pass_zero=low == 0)
    faded = scipy.signal.oaconvolve(noise, band, mode="same") * np.kaiser(samples, 20.0)
    return (0.2 * faded).astype("<f4")


def power_db(a, b):
    return 10.0 * np.log10(np.sum(a.astype(np.float64) ** 2) / np.sum(b.astype(np.float64) ** 2))


def resampled():
    """Noise in 0.85 of the lower band from rate to rate, by formula and by soxr at its best quality, both in f64; and how
    far below it soxr leaves noise that the lower rate cannot hold."""
    arrays, index = [], []
    for source, target in [(44100, 16000), (48000, 16000), (22050, 16000), (16000, 48000), (44100, 48000)]:
        samples = band_limited(source // 10, 0, 0.85 * min(source, target) / source)
        exact = samples.astype(np.float64)
        ideal = band_limited_at(exact, np.arange(-(-len(samples) * target // source)) * source / target)
        out = soxr.resample(exact, source, target, quality="VHQ")
        assert len(out) == len(ideal)
        case = {"from": source, "to": target, "samples": len(samples), "out": len(out)}
        case["soxr_error_db"] = round(power_db(out - ideal, ideal), 1)
        arrays += [samples, ideal.astype("<f4"), out.astype("<f4")]
        if target < source:
            stopped = band_limited(source // 5, 1.02 * target / source, 0.99)
            case["stopped"] = len(stopped)
            out = soxr.resample(stopped.astype(np.float64), source, target, quality="VHQ")
            case["soxr_stop_db"] = round(power_db(out, stopped), 1)
            arrays.append(stopped)
        index.append(case)
    compressed("resampled.f32.gz", arrays)
    return index


def laid_out(value, indent="", deep=0):
    """JSON with a line for each case."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if deep > 2 or not any(isinstance(item, (dict, list)) for item in items):
        return json.dumps(value)
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {laid_out(item, inner, deep + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    return "[\n" + ",\n".join(inner + laid_out(item, inner, deep + 1) for item in value) + "\n" + indent + "]"


def main():
    pcm = inputs()
    compressed("inputs.s16.gz", pcm.values())
    index = {
        "made_with": {
            package: importlib.metadata.version(package)
            for package in (line.split("==")[0] for line in (HERE / "requirements.txt").read_text().split())
        },
        "inputs": [{"name": name, "samples": len(samples)} for name, samples in pcm.items()],
    }
    pcm["clip"] = clip(sys.argv[1])
    index["clip"] = {
        "command": CLIP,
        "samples": len(pcm["clip"]),
        "sha256": hashlib.sha256(pcm["clip"].tobytes()).hexdigest(),
    }
    index["profiles"] = {name: profile(name, pcm) for name in FORMULAS}
    index["resampled"] = resampled()
    (HERE / "index.json").write_text(laid_out(index) + "\n")


main()

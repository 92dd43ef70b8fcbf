#!/usr/bin/env python3
"""Makes the test vectors of the `lipsync` log-mel profile, independently of millpond: numpy and scipy in f64.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    venv/bin/python make.py            # writes *.wav, *.energy.f32 and *.mel.f32 beside this file
    venv/bin/pip install librosa==0.11.0
    venv/bin/python make.py --librosa  # writes nothing: says how far librosa is from what is written

For each clip: `NAME.wav` (16 kHz, mono, 16 bits), `NAME.energy.f32` (mel band energies) and `NAME.mel.f32` (features),
both f32 little-endian, row-major [80, frames]. `sha256.json` (features by clip) and `resampled.json` (speech.wav by new
rate) are not made here: they hold the SHA-256 of millpond's own output, f32 little-endian, the same on every target.
"""

import pathlib
import sys
import wave

import numpy as np
import scipy.fft
import scipy.signal

HERE = pathlib.Path(__file__).parent
RATE, N_FFT, WIN, HOP, N_MELS, LOW, HIGH = 16000, 1024, 640, 200, 80, 55.0, 7600.0


def clips():
    noise = np.random.Generator(np.random.PCG64(7))
    impulse = np.zeros(2000)
    impulse[777] = 1.0
    seconds = np.arange(6000) / RATE
    sweep = 0.5 * scipy.signal.chirp(seconds, 50.0, seconds[-1], 7900.0)
    return {
        "silence": np.zeros(2000),
        "impulse": impulse,
        "chirp": sweep,
        "noise": 0.3 * noise.standard_normal(6000).clip(-3, 3),
        "speech": speech(16000 + 37, noise),
        "len1": np.array([0.25]),
        "len639": 0.2 * noise.standard_normal(639).clip(-3, 3),
        "len640": 0.2 * noise.standard_normal(640).clip(-3, 3),
    }


def speech(n, noise):
    """Glottal pulses and breath through the formants of three vowels, with pauses: sounds like a robot's "a-i-u"."""
    t = np.arange(n) / RATE
    pitch = 120.0 + 20.0 * np.sin(2 * np.pi * 3.0 * t)
    phase = np.cumsum(pitch) / RATE
    source = (np.diff(np.floor(phase), prepend=0.0) > 0).astype(float) + 0.01 * noise.standard_normal(n)
    out = np.zeros(n)
    for i, formants in enumerate([(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240)]):
        sound = source
        for hz in formants:
            r = np.exp(-np.pi * 90.0 / RATE)
            a = [1.0, -2.0 * r * np.cos(2 * np.pi * hz / RATE), r * r]
            sound = scipy.signal.lfilter([sum(a)], a, sound)
        gate = np.zeros(n)
        gate[1000 + i * 5000 : 5000 + i * 5000] = scipy.signal.windows.tukey(4000, 0.3)
        out += gate * sound
    return 0.7 * out / np.abs(out).max()


def slaney_filters():
    """[80, 513] triangles, librosa's default scale and normalisation."""
    step = np.log(6.4) / 27.0
    to_mel = lambda hz: 3.0 * hz / 200.0 if hz < 1000.0 else 15.0 + np.log(hz / 1000.0) / step
    to_hz = lambda mel: np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp(step * (mel - 15.0)))
    edges = to_hz(np.linspace(to_mel(LOW), to_mel(HIGH), N_MELS + 2))
    hz = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    filters = [np.interp(hz, edges[m : m + 3], [0.0, 2.0 / (edges[m + 2] - edges[m]), 0.0]) for m in range(N_MELS)]
    return np.array(filters)


def mel(samples):
    """(energies, features), both [80, frames], of f64 samples."""
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    padded = np.pad(emphasised, N_FFT // 2, mode="reflect")
    window = np.zeros(N_FFT)
    window[(N_FFT - WIN) // 2 :][:WIN] = scipy.signal.windows.hann(WIN, sym=True)
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    power = np.abs(scipy.fft.rfft(frames * window)) ** 2
    energies = slaney_filters() @ power.T
    decibels = 10.0 * np.log10(np.maximum(energies, 1e-10)) - 20.0
    return energies, np.clip(8.0 * (decibels + 100.0) / 100.0 - 4.0, -4.0, 4.0)


def librosa_mel(samples):
    import librosa

    emphasised = librosa.effects.preemphasis(samples, coef=0.97, zi=[0.0])
    spectrum = librosa.stft(
        emphasised, n_fft=N_FFT, win_length=WIN, hop_length=HOP, window=scipy.signal.windows.hann(WIN, sym=True), pad_mode="reflect"
    )
    filters = librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=N_MELS, fmin=LOW, fmax=HIGH, dtype=np.float64)
    return filters @ (np.abs(spectrum) ** 2)


def main():
    for name, samples in clips().items():
        pcm = np.round(samples * 32767.0).astype("<i2")
        exact = pcm / 32768.0
        energies, features = mel(exact)
        if "--librosa" in sys.argv:
            theirs = librosa_mel(exact)
            worst = np.abs(theirs - energies).max() / max(energies.max(), 1e-30)
            print(f"{name}: {energies.shape}, librosa differs by {worst:.1e} of the largest energy")
            continue
        with wave.open(str(HERE / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(pcm.tobytes())
        energies.astype("<f4").tofile(HERE / f"{name}.energy.f32")
        features.astype("<f4").tofile(HERE / f"{name}.mel.f32")
        print(f"{name}: {len(pcm)} samples, {energies.shape[1]} frames")


main()

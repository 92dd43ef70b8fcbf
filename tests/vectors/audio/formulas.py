"""The same profiles as formulas in f64, with nothing but numpy: the second reference, which has no noise of its own."""

import numpy as np


def hann(length, periodic):
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / (length if periodic else length - 1))


def slaney_mel(hz):
    step = np.log(6.4) / 27.0
    return np.where(hz < 1000.0, 3.0 * hz / 200.0, 15.0 + np.log(np.maximum(hz, 1000.0) / 1000.0) / step)


def slaney_hz(mel):
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp(np.log(6.4) / 27.0 * (mel - 15.0)))


def htk_mel(hz):
    return 2595.0 * np.log10(1.0 + hz / 700.0)


def htk_hz(mel):
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def kaldi_mel(hz):
    return 1127.0 * np.log(1.0 + hz / 700.0)


def triangles(x, edges):
    """Band m rises over edges m to m + 1 and falls to m + 2, with height 1: [n_mels, len(x)]."""
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(0.0, np.minimum((x - left) / (centre - left), (right - x) / (right - centre)))


def filters(scale, rate, n_fft, n_mels, low, high):
    hz = np.arange(n_fft // 2 + 1) * rate / n_fft
    if scale == "kaldi":
        # Triangles in mel; the last bin, at half the rate, is left out.
        edges = np.linspace(kaldi_mel(low), kaldi_mel(high), n_mels + 2)
        bands = triangles(kaldi_mel(hz), edges)
        bands[:, -1] = 0.0
        return bands
    to_mel, to_hz = (slaney_mel, slaney_hz) if scale == "slaney" else (htk_mel, htk_hz)
    edges = to_hz(np.linspace(to_mel(low), to_mel(high), n_mels + 2))
    areas = 2.0 / (edges[2:, None] - edges[:-2, None]) if scale == "slaney" else 1.0
    return areas * triangles(hz, edges)


def windowed_sum(samples, n_fft, hop, window, pad_mode, power=2.0):
    """|STFT|^power, centred: [n_fft // 2 + 1, 1 + len(samples) // hop]."""
    if len(samples) == 0:
        return np.zeros((n_fft // 2 + 1, 0))
    padded = np.pad(samples, n_fft // 2, mode=pad_mode)
    full = np.zeros(n_fft)
    full[(n_fft - len(window)) // 2 :][: len(window)] = window
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    return np.abs(np.fft.rfft(frames * full)).T ** power


def emphasised(samples):
    return np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])


def lip(db, bands):
    return bands, np.clip(8.0 * (db - 20.0 + 100.0) / 100.0 - 4.0, -4.0, 4.0)


def lipsync(samples):
    spectrum = windowed_sum(emphasised(samples), 1024, 200, hann(640, False), "reflect")
    bands = filters("slaney", 16000, 1024, 80, 55.0, 7600.0) @ spectrum
    return lip(10.0 * np.log10(np.maximum(bands, 1e-10)), bands)


def wav2lip(samples):
    spectrum = windowed_sum(emphasised(samples), 800, 200, hann(800, True), "reflect", power=1.0)
    bands = filters("slaney", 16000, 800, 80, 55.0, 7600.0) @ spectrum
    return lip(20.0 * np.log10(np.maximum(bands, 1e-5)), bands)


def whisper(n_mels):
    def features(samples):
        # Whisper leaves the last frame out.
        spectrum = windowed_sum(samples, 400, 160, hann(400, True), "reflect")[:, :-1]
        bands = filters("slaney", 16000, 400, n_mels, 0.0, 8000.0) @ spectrum
        logs = np.log10(np.maximum(bands, 1e-10))
        return bands, (np.maximum(logs, logs.max(initial=-10.0) - 8.0) + 4.0) / 4.0

    return features


def librosa(samples):
    spectrum = windowed_sum(samples, 2048, 512, hann(2048, True), "constant")
    bands = filters("slaney", 22050, 2048, 128, 0.0, 11025.0) @ spectrum
    db = 10.0 * np.log10(np.maximum(bands, 1e-10))
    return bands, np.maximum(db, db.max(initial=-100.0) - 80.0)


def torchaudio(samples):
    spectrum = windowed_sum(samples, 400, 200, hann(400, True), "reflect")
    bands = filters("htk", 16000, 400, 128, 0.0, 8000.0) @ spectrum
    return bands, bands


def kaldi_fbank_80(samples):
    scaled = samples * 32768.0
    if len(scaled) < 400:
        return np.zeros((80, 0)), np.zeros((80, 0))
    frames = np.lib.stride_tricks.sliding_window_view(scaled, 400)[::160]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.abs(np.fft.rfft(frames * hann(400, False) ** 0.85, 512)).T ** 2
    bands = filters("kaldi", 16000, 512, 80, 20.0, 8000.0) @ spectrum
    return bands, np.log(np.maximum(bands, np.finfo(np.float32).eps))


def band_limited_at(samples, times, half_width=1000):
    """A signal without its highest 1 % of frequencies at any times, in samples: sinc under a Kaiser window, zeros around."""
    padded = np.pad(samples, half_width + 1)
    taps = np.arange(-half_width, half_width + 1)
    whole = np.floor(times).astype(int)
    away = taps - (times - whole)[:, None]
    window = np.i0(14.0 * np.sqrt(np.maximum(0.0, 1.0 - (away / half_width) ** 2))) / np.i0(14.0)
    return np.sum(padded[whole[:, None] + taps + half_width + 1] * np.sinc(away) * window, axis=1)


# Profile: (window length, function from f64 samples to band values and features, both [n_mels, n_frames]).
FORMULAS = {
    "lipsync": (640, lipsync),
    "wav2lip": (800, wav2lip),
    "whisper-80": (400, whisper(80)),
    "whisper-128": (400, whisper(128)),
    "librosa": (2048, librosa),
    "torchaudio": (400, torchaudio),
    "kaldi-fbank-80": (400, kaldi_fbank_80),
}

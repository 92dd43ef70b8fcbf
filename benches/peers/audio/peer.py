"""The Python peers, in one process and one thread: answers lines of JSON until its input ends.

    ["versions"]                 {"librosa": "…", …}
    ["open", PATH]               {}; the samples of all jobs, f32 mono
    ["output", JOB, PATH]        {"rows": …, "columns": …}; writes f32, row-major
    ["time", JOB, TIMES]         {"seconds": …}

What depends on the configuration alone (windows, filterbanks, modules) is made before the clock starts, unless the
program's own function makes it each time.
"""

import importlib.metadata
import json
import sys
import time
import warnings

import kaldi_native_fbank
import librosa
import numpy as np
import scipy.fft
import scipy.signal
import torch
import torchaudio
import whisper.audio

warnings.simplefilter("ignore")
torch.set_num_threads(1)

HOP = 160
HANN_640 = scipy.signal.windows.hann(640, sym=True).astype(np.float32)
LIP_FILTERS = librosa.filters.mel(sr=16000, n_fft=1024, n_mels=80, fmin=55, fmax=7600)
WHISPER_FILTERS = librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)
LIP_TORCH = torchaudio.transforms.MelSpectrogram(
    n_fft=1024,
    win_length=640,
    hop_length=HOP,
    f_min=55.0,
    f_max=7600.0,
    n_mels=80,
    window_fn=lambda length: torch.hann_window(length, periodic=False),
    norm="slaney",
    mel_scale="slaney",
)
TORCHAUDIO = torchaudio.transforms.MelSpectrogram()

numpy_clip = tensor_clip = list_clip = scaled_list_clip = None


def lip_librosa():
    emphasised = librosa.effects.preemphasis(numpy_clip, coef=0.97, zi=[0.0])
    spectrum = librosa.stft(
        emphasised, n_fft=1024, hop_length=HOP, win_length=640, window=HANN_640, pad_mode="reflect"
    )
    db = 10.0 * np.log10(np.maximum(1e-10, LIP_FILTERS @ np.abs(spectrum) ** 2))
    return np.clip(8.0 * (db + 80.0) / 100.0 - 4.0, -4.0, 4.0)


def lip_torchaudio():
    mel = LIP_TORCH(torchaudio.functional.preemphasis(tensor_clip, 0.97))
    db = 10.0 * torch.log10(mel.clamp(min=1e-10))
    return (8.0 * (db + 80.0) / 100.0 - 4.0).clamp(-4.0, 4.0).numpy()


def power(samples, n_fft, window):
    padded = np.pad(samples, n_fft // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::HOP]
    spectrum = scipy.fft.rfft(frames * window)
    return spectrum.real**2 + spectrum.imag**2


LIP_WINDOW = np.pad(HANN_640, (1024 - 640) // 2)
HANN_400 = scipy.signal.windows.hann(400, sym=False).astype(np.float32)


def lip_scipy():
    emphasised = numpy_clip.copy()
    emphasised[1:] -= np.float32(0.97) * numpy_clip[:-1]
    bands = LIP_FILTERS @ power(emphasised, 1024, LIP_WINDOW).T
    db = np.float32(10.0) * np.log10(np.maximum(np.float32(1e-10), bands))
    return np.clip(np.float32(0.08) * (db + np.float32(80.0)) - np.float32(4.0), -4.0, 4.0)


def whispered(bands):
    logs = np.log10(np.maximum(np.float32(1e-10), bands))
    return (np.maximum(logs, logs.max() - np.float32(8.0)) + np.float32(4.0)) * np.float32(0.25)


def whisper_torch():
    return whisper.audio.log_mel_spectrogram(tensor_clip).numpy()


def whisper_scipy():
    return whispered(WHISPER_FILTERS @ power(numpy_clip, 400, HANN_400)[:-1].T)


def kaldi(extractor, samples):
    extractor.accept_waveform(16000.0, samples)
    extractor.input_finished()
    return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).T


def whisper_kaldi():
    return whispered(kaldi(kaldi_native_fbank.OnlineWhisperFbank(kaldi_native_fbank.WhisperFeatureOptions()), list_clip))


def fbank_options():
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 80
    return options


def kaldi_kaldi():
    return kaldi(kaldi_native_fbank.OnlineFbank(fbank_options()), scaled_list_clip)


def kaldi_torchaudio():
    return torchaudio.compliance.kaldi.fbank(tensor_clip[None] * 32768.0, num_mel_bins=80).numpy().T


JOBS = {
    "lipsync librosa": lip_librosa,
    "lipsync torchaudio": lip_torchaudio,
    "lipsync scipy": lip_scipy,
    "whisper-80 torch": whisper_torch,
    "whisper-80 scipy": whisper_scipy,
    "whisper-80 kaldi-native-fbank": whisper_kaldi,
    "kaldi-fbank-80 kaldi-native-fbank": kaldi_kaldi,
    "kaldi-fbank-80 torchaudio": kaldi_torchaudio,
    "librosa librosa": lambda: librosa.power_to_db(librosa.feature.melspectrogram(y=numpy_clip)),
    "torchaudio torchaudio": lambda: TORCHAUDIO(tensor_clip).numpy(),
}


def open_clip(path):
    global numpy_clip, tensor_clip, list_clip, scaled_list_clip
    numpy_clip = np.fromfile(path, np.float32)
    tensor_clip = torch.from_numpy(numpy_clip)
    # Its binding wants a list, which it reads faster than an array.
    list_clip = numpy_clip.tolist()
    scaled_list_clip = (numpy_clip * np.float32(32768.0)).tolist()
    return {}


def output(job, path):
    values = np.ascontiguousarray(JOBS[job](), np.float32)
    values.tofile(path)
    return {"rows": values.shape[0], "columns": values.shape[1]}


def timed(job, times):
    work = JOBS[job]
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return {"seconds": time.perf_counter() - begin}


def versions():
    # torchaudio is a layer on torch, whisper one on torch, librosa one on numpy and scipy: the row names what computes.
    assert torch.get_num_threads() == 1
    names = ["kaldi-native-fbank", "librosa", "numpy", "openai-whisper", "scipy", "torch", "torchaudio"]
    said = {name: importlib.metadata.version(name) for name in names}
    return {**said, "capability": torch.backends.cpu.get_cpu_capability()}


COMMANDS = {"versions": versions, "open": open_clip, "output": output, "time": timed}

for line in sys.stdin:
    command, *arguments = json.loads(line)
    try:
        answer = COMMANDS[command](*arguments)
    except Exception as error:  # the row says why
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

"""The programs whose features millpond reproduces: each profile's function takes 16-bit samples / 32768 (f32) and returns
what the program hands its user, [n_mels, n_frames] f32. What a program refuses raises."""

import kaldi_native_fbank
import librosa
import numpy as np
import scipy.signal
import torch
import torchaudio
import whisper.audio

torch.set_num_threads(1)


def normalised(decibels):
    """dB below a reference of 20, of which -100 to 0 become -4 to 4: `_normalize(_amp_to_db(…) - ref_level_db)`."""
    return np.clip(8.0 * (decibels - 20.0 + 100.0) / 100.0 - 4.0, -4.0, 4.0)


def lipsync(samples):
    emphasised = scipy.signal.lfilter([1.0, -0.97], [1.0], samples).astype(np.float32)
    window = scipy.signal.windows.hann(640, sym=True)
    spectrum = librosa.stft(
        emphasised, n_fft=1024, hop_length=200, win_length=640, window=window, center=True, pad_mode="reflect"
    )
    filters = librosa.filters.mel(sr=16000, n_fft=1024, n_mels=80, fmin=55, fmax=7600)
    return normalised(10.0 * np.log10(np.maximum(1e-10, filters @ np.abs(spectrum) ** 2)))


def wav2lip(samples):
    """Wav2Lip's `audio.melspectrogram`, whose librosa padded by reflection unless told otherwise."""
    emphasised = scipy.signal.lfilter([1.0, -0.97], [1.0], samples).astype(np.float32)
    spectrum = librosa.stft(emphasised, n_fft=800, hop_length=200, win_length=800, pad_mode="reflect")
    filters = librosa.filters.mel(sr=16000, n_fft=800, n_mels=80, fmin=55, fmax=7600)
    return normalised(20.0 * np.log10(np.maximum(1e-5, filters @ np.abs(spectrum))))


def whisper_80(samples):
    return whisper.audio.log_mel_spectrogram(torch.from_numpy(samples), n_mels=80).numpy()


def whisper_128(samples):
    return whisper.audio.log_mel_spectrogram(torch.from_numpy(samples), n_mels=128).numpy()


def librosa_defaults(samples):
    return librosa.power_to_db(librosa.feature.melspectrogram(y=samples))


def torchaudio_defaults(samples):
    return torchaudio.transforms.MelSpectrogram()(torch.from_numpy(samples)).numpy()


def kaldi_fbank_80(samples):
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 80
    fbank = kaldi_native_fbank.OnlineFbank(options)
    # Kaldi reads 16-bit files as numbers up to 32768.
    fbank.accept_waveform(16000.0, (samples * 32768.0).tolist())
    fbank.input_finished()
    frames = [fbank.get_frame(i) for i in range(fbank.num_frames_ready)]
    return np.array(frames, np.float32).reshape(-1, 80).T


PROGRAMS = {
    "lipsync": lipsync,
    "wav2lip": wav2lip,
    "whisper-80": whisper_80,
    "whisper-128": whisper_128,
    "librosa": librosa_defaults,
    "torchaudio": torchaudio_defaults,
    "kaldi-fbank-80": kaldi_fbank_80,
}

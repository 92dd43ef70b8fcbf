/** The log-mel picture of the scene's sound. */

import { Mel, Mixer } from "millpond";
import type { SoundTrack } from "./sound_track.js";

/** The longest piece that is drawn, in seconds. */
const LONGEST = 120;

/**
 * Mixes the scene's sound to its end and draws its features.
 *
 * @returns the seconds that the picture covers.
 */
export async function drawMel(track: SoundTrack, seconds: number, canvas: HTMLCanvasElement): Promise<number> {
  const covered = Math.min(seconds, LONGEST);
  const mono = new Float32Array(Math.ceil(covered * Mixer.RATE));
  for (let at = 0; at < mono.length; at += Mixer.MOST_FRAMES) {
    const frames = Math.min(Mixer.MOST_FRAMES, mono.length - at);
    const [left, right] = await track.mix(frames);
    for (let i = 0; i < frames; i++) mono[at + i] = (left[i]! + right[i]!) / 2;
  }
  const mel = new Mel("lipsync", Mixer.RATE);
  mel.process(mono, new Float32Array(mel.outputLength(mono.length)));
  const picture = mel.picture(canvas.width, canvas.height);
  canvas.getContext("2d")!.putImageData(new ImageData(picture, canvas.width, canvas.height), 0, 0);
  mel.close();
  return covered;
}

/** What a file holds: the size and length of its pictures and its sound, read once. */

import type { Input } from "mediabunny";
import type { OpenedAsset } from "../assets.js";

/** Sizes are upright and in square pixels; ends in seconds. */
export interface Description {
  picture?: { width: number; height: number; end?: number };
  sound?: { end: number };
}

const known = new WeakMap<OpenedAsset, Promise<Description>>();

/** Describes a file; what was found is kept as long as the file is. */
export function describe(asset: OpenedAsset): Promise<Description> {
  let described = known.get(asset);
  if (described === undefined) {
    described = asset.kind === "still" ? describeStill(asset.encoded) : describeMedia(asset.input);
    known.set(asset, described);
  }
  return described;
}

async function describeStill(encoded: Uint8Array<ArrayBuffer>): Promise<Description> {
  // The size as stored: millpond does not turn photographs either.
  const bitmap = await createImageBitmap(new Blob([encoded]), { imageOrientation: "none" });
  const { width, height } = bitmap;
  bitmap.close();
  return { picture: { width, height } };
}

async function describeMedia(input: Input): Promise<Description> {
  const description: Description = {};
  const video = await input.getPrimaryVideoTrack();
  if (video !== null) {
    const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
    description.picture = { width, height, end: await video.computeDuration() };
  }
  const audio = await input.getPrimaryAudioTrack();
  if (audio !== null) description.sound = { end: await audio.computeDuration() };
  return description;
}

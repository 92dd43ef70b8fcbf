/**
 * Files that were dropped on the page: each is opened and tried before a scene may name it, so that one that cannot be
 * used is refused here and not in the middle of playing.
 */

import { EncodedPacketSink, type Input, type InputTrack, type InputVideoTrack } from "mediabunny";
import { Scene } from "millpond";
import { closeAsset, openBlob, type OpenedAsset } from "../assets.js";
import { ClipFeed } from "../clip_feed.js";
import { release } from "../decoding.js";
import type { FileSummary } from "../protocol.js";
import { SoundFeed } from "../sound_feed.js";
import { describe } from "./describe.js";
import { failure, problemOf } from "./problem.js";

/** Tries a file. The asset is undefined if it is refused. */
export async function tryFile(name: string, file: Blob): Promise<{ summary: FileSummary; asset?: OpenedAsset }> {
  let asset: OpenedAsset | undefined;
  try {
    if (file.size === 0) throw refusal("the file is empty");
    asset = await openBlob(file);
    if (asset === undefined) throw refusal("this is neither a picture, nor a clip, nor sound that can be read here");
    return { summary: await summaryOf(name, asset), asset };
  } catch (error) {
    if (asset !== undefined) closeAsset(asset);
    return { summary: { name, kind: "refused", problem: problemOf(error) } };
  }
}

async function summaryOf(name: string, asset: OpenedAsset): Promise<FileSummary> {
  if (asset.kind === "still") {
    decodeStill(asset.encoded);
    const { picture } = await describe(asset);
    return { name, kind: "still", width: picture!.width, height: picture!.height };
  }
  const { input } = asset;
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  for (const track of [video, audio]) if (track !== null) await readToTheEnd(track);
  if (video !== null) {
    await decodePicture(input);
    // A clip is of use without its sound.
    const hasSound = audio !== null && (await decodeSound(input).then(() => true, () => false));
    const { picture } = await describe(asset);
    const { width, height, end } = picture!;
    const frameRate = await frameRateOf(video);
    return { name, kind: "clip", width, height, duration: end!, frameRate, hasSound };
  }
  if (audio === null) throw refusal("there are neither pictures nor sound in it");
  await decodeSound(input);
  const { sound } = await describe(asset);
  return { name, kind: "sound", duration: sound!.end };
}

/** A file that was cut off lacks what its index, at its beginning, promises at its end. */
async function readToTheEnd(track: InputTrack): Promise<void> {
  const sink = new EncodedPacketSink(track);
  if ((await sink.getPacket(Infinity)) !== null) return;
  const isPromised = (await sink.getPacket(Infinity, { metadataOnly: true })) !== null;
  throw refusal(isPromised ? "the file was cut off: its end is missing" : "there is nothing in it");
}

/** millpond's own decoder must take it, whatever the browser's says. */
function decodeStill(encoded: Uint8Array): void {
  const canvas = { width: 2, height: 2, frame_rate: 1 };
  const scene = new Scene(JSON.stringify({ version: 1, canvas, assets: { a: { src: "a" } }, layers: [{ asset: "a" }], duration: 1 }));
  try {
    scene.openStill(0, encoded);
  } finally {
    scene.close();
  }
}

async function decodePicture(input: Input): Promise<void> {
  const feed = await ClipFeed.open(input);
  try {
    await feed.seek(-Infinity);
    await feed.info();
    const next = await feed.next();
    if (!("frame" in next)) throw refusal("none of its pictures can be decoded");
    release(next.frame);
  } finally {
    feed.close();
  }
}

async function decodeSound(input: Input): Promise<void> {
  const feed = await SoundFeed.open(input);
  try {
    await feed?.seek(0);
    await feed?.peek();
  } finally {
    feed?.close();
  }
}

/** As a fraction: a whole number, or one of NTSC's; what is neither, with three decimals. */
async function frameRateOf(track: InputVideoTrack): Promise<string> {
  const { averagePacketRate: rate } = await track.computePacketStats(120);
  const whole = Math.round(rate);
  const isNear = (known: number) => Math.abs(rate - known) < 0.0004 * rate;
  if (isNear(whole)) return `${whole}/1`;
  if (isNear((whole * 1000) / 1001)) return `${whole * 1000}/1001`;
  return `${Math.round(rate * 1000)}/1000`;
}

function refusal(message: string): Error {
  return failure("E_BAD_FILE", message);
}

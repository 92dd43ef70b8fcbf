/** Changes of a scene: each takes one and gives another, and leaves alone what it does not name. */

import { exact, type Json } from "./exact_json.js";
import { canvasSize, isKeyed, keyframesOf, rational, rectOf, sourceOf, type Fields, type Rect, type SceneFile } from "./scene_file.js";

/** Which of the two lists of a scene. */
export type List = "layers" | "audio";

/** Something of the timeline. */
export interface Place {
  list: List;
  index: number;
}

/** A file that may be added, as the worker described it. */
export interface Added {
  name: string;
  kind: "clip" | "still" | "sound";
  width?: number;
  height?: number;
  frameRate?: string;
  hasSound?: boolean;
}

const items = (scene: SceneFile, list: List): Fields[] => scene[list] ?? [];

/** Puts values into an object; undefined takes a field away. */
function put(fields: Fields, values: Record<string, Json | undefined>): Fields {
  const entries = Object.entries({ ...fields, ...values }).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** Sets fields of a layer or a sound. */
export function setFields(scene: SceneFile, { list, index }: Place, values: Record<string, Json | undefined>): SceneFile {
  return { ...scene, [list]: items(scene, list).map((item, at) => (at === index ? put(item, values) : item)) };
}

/** Sets fields of the canvas. */
export function setCanvas(scene: SceneFile, values: Record<string, Json | undefined>): SceneFile {
  return { ...scene, canvas: put(scene.canvas, values) };
}

/** Sets the length in seconds, or lets the layers decide. */
export function setDuration(scene: SceneFile, duration: Json | undefined): SceneFile {
  return put(scene as unknown as Fields, { duration }) as unknown as SceneFile;
}

const written = (rect: Rect): Json => rect.map((side) => exact(Math.round(side)));

/** Puts a layer somewhere. One that keyframes move takes its whole way along, and keeps its sizes. */
export function setRect(scene: SceneFile, index: number, from: Rect, to: Rect): SceneFile {
  const layer = scene.layers![index]!;
  if (!isKeyed(layer, "rect")) return setFields(scene, { list: "layers", index }, { rect: written(to) });
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const keyframes = keyframesOf(layer).map((keyframe) => {
    const rect = rectOf(keyframe.rect);
    return rect === undefined ? keyframe : { ...keyframe, rect: written([rect[0] + dx, rect[1] + dy, rect[2], rect[3]]) };
  });
  return setFields(scene, { list: "layers", index }, { keyframes });
}

/** Takes something away; assets that nothing uses any more go as well. */
export function remove(scene: SceneFile, { list, index }: Place): SceneFile {
  const used = items(scene, list)[index]?.asset;
  const left = { ...scene, [list]: items(scene, list).filter((_, at) => at !== index) };
  const isUsed = [...items(left, "layers"), ...items(left, "audio")].some(({ asset }) => asset === used);
  if (isUsed) return left;
  return { ...left, assets: Object.fromEntries(Object.entries(left.assets).filter(([name]) => name !== used)) };
}

/** Puts a copy right behind something: of a layer, above it. */
export function duplicate(scene: SceneFile, { list, index }: Place): SceneFile {
  const copy = items(scene, list)[index]!;
  const rect = list === "layers" ? rectOf(copy.rect) : undefined;
  // A copy that lies exactly on its original looks like nothing happened.
  const shifted = rect === undefined ? copy : put(copy, { rect: written([rect[0] + 16, rect[1] + 16, rect[2], rect[3]]) });
  return { ...scene, [list]: items(scene, list).toSpliced(index + 1, 0, shifted) };
}

/** Moves something within its list: a layer upwards or downwards. */
export function reorder(scene: SceneFile, { list, index }: Place, to: number): SceneFile {
  const moved = items(scene, list)[index]!;
  return { ...scene, [list]: items(scene, list).toSpliced(index, 1).toSpliced(to, 0, moved) };
}

/** Moves a layer or a sound in time, or one of its ends; times are scene seconds. */
export function setTimes(scene: SceneFile, place: Place, start: number, end: number | undefined): SceneFile {
  const item = items(scene, place.list)[place.index]!;
  const change: Record<string, Json | undefined> = {};
  // A start of 0 is what absence says; ends that were open stay open.
  if (start !== (rational(item.start) ?? 0)) change.start = start > 0 ? exact(start) : undefined;
  if (end !== rational(item.end)) change.end = end === undefined ? undefined : exact(end);
  return setFields(scene, place, change);
}

/** Pictures that stand still have nothing to cut off at their start. */
const STILL = /\.(png|jpe?g|webp)$/i;

/**
 * Moves the start of a layer or a sound and leaves what it shows then as it was: the in-point goes along, as far as the
 * asset begins.
 *
 * @param item - What it was when its start was taken hold of: a hundred steps from there round once.
 */
export function trimStart(scene: SceneFile, place: Place, start: number, item = items(scene, place.list)[place.index]!): SceneFile {
  const end = rational(item.end);
  const src = sourceOf(scene, item.asset);
  if (src === undefined || STILL.test(src)) return setTimes(scene, place, start, end);
  const [before, offset, speed] = [rational(item.start) ?? 0, rational(item.offset) ?? 0, rational(item.speed) ?? 1];
  const earliest = Math.max(start, before - offset / speed, 0);
  const inPoint = offset + (earliest - before) * speed;
  const trimmed = setFields(scene, place, { offset: inPoint > 0.0005 ? exact(inPoint) : undefined });
  return setTimes(trimmed, place, earliest, end);
}

/** A scene without layers, in the shape of its first file. */
export function sceneFor(added: Added): SceneFile {
  const [width, height] = added.kind === "sound" ? [1280, 720] : [added.width!, added.height!];
  const canvas = { width: exact(width), height: exact(height), frame_rate: added.frameRate ?? "25/1", background: "#000000", format: "i420" };
  // A still alone would never end.
  const scene = { version: exact(1), canvas, assets: {}, layers: [], audio: [] } as unknown as SceneFile;
  return added.kind === "still" ? { ...scene, duration: exact(5) } : scene;
}

/** Shows an asset of the scene once more, on top, from a scene time in seconds on. */
export function addLayer(scene: SceneFile, asset: string, seconds: number): SceneFile {
  const layer: Fields = { asset, ...(seconds > 0 && { start: exact(seconds) }) };
  return { ...scene, layers: [...items(scene, "layers"), layer] };
}

/**
 * Adds a file as asset, and what it is as layer, sound or both, at a scene time in seconds.
 *
 * @param centre - Of a picture that is smaller than the canvas, in its pixels; that of the canvas if undefined.
 */
export function addFile(scene: SceneFile, added: Added, seconds: number, centre?: [x: number, y: number]): SceneFile {
  const known = Object.entries(scene.assets).find(([, asset]) => asset.src === added.name)?.[0];
  const asset = known ?? freeName(scene, added.name.replace(/^.*\//, "").replace(/\.[^.]*$/, ""));
  const start: Fields = seconds > 0 ? { start: exact(seconds) } : {};
  const rect = added.kind === "sound" ? undefined : firstRect(scene, added.width!, added.height!, centre);
  const layer: Fields = { asset, ...(rect && { rect: written(rect) }), ...start };
  return {
    ...scene,
    assets: known === undefined ? { ...scene.assets, [asset]: { src: added.name } } : scene.assets,
    ...(added.kind !== "sound" && { layers: [...items(scene, "layers"), layer] }),
    ...((added.kind === "sound" || added.hasSound) && { audio: [...items(scene, "audio"), { asset, ...start }] }),
  };
}

/** A picture smaller than the canvas is shown pixel for pixel; a larger one fills it. */
function firstRect(scene: SceneFile, width: number, height: number, centre?: [number, number]): Rect | undefined {
  const [w, h] = canvasSize(scene);
  if (width > w || height > h || (width === w && height === h)) return undefined;
  const [x, y] = centre ?? [w / 2, h / 2];
  return [Math.floor(x - width / 2), Math.floor(y - height / 2), width, height];
}

function freeName(scene: SceneFile, wish: string): string {
  let name = wish || "asset";
  for (let n = 2; Object.hasOwn(scene.assets, name); n++) name = `${wish}-${n}`;
  return name;
}

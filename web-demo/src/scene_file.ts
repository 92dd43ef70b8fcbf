/**
 * What the page reads in a scene file. The worker checks scenes; here they are only looked at, so that layers can be shown
 * and edited: a value of the wrong kind counts as absent.
 */

import { Exact, type Json } from "./exact_json.js";

/** A scene file. Fields that this page does not know stay in it. */
export type SceneFile = { canvas: Fields; assets: Record<string, Fields>; layers?: Fields[]; audio?: Fields[]; duration?: Json };

/** An object of a scene file. */
export type Fields = { [key: string]: Json };

/** x, y, width, height in canvas pixels. */
export type Rect = [x: number, y: number, width: number, height: number];

const isObject = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Exact);

/** @throws Error if the page could not even show its lists. */
export function asScene(value: Json): SceneFile {
  const lists = isObject(value) ? [value.layers ?? [], value.audio ?? []] : [];
  const whole =
    isObject(value) &&
    isObject(value.canvas) &&
    isObject(value.assets) &&
    Object.values(value.assets).every(isObject) &&
    lists.every((list) => Array.isArray(list) && list.every(isObject));
  if (!whole) throw new Error("this JSON is not a scene: it needs a canvas, assets, layers");
  return value as SceneFile;
}

/** A number, or undefined. */
export function numberOf(value: Json | undefined): number | undefined {
  return value instanceof Exact ? value.value : undefined;
}

/** A time or a rate: a number, or a string with a number or a fraction. */
export function rational(value: Json | undefined): number | undefined {
  if (typeof value !== "string") return numberOf(value);
  const [numerator, denominator = 1] = value.split("/").map(Number);
  const quotient = numerator! / denominator;
  return Number.isFinite(quotient) ? quotient : undefined;
}

/** Width and height of the canvas. */
export function canvasSize(scene: SceneFile): [width: number, height: number] {
  return [numberOf(scene.canvas.width) ?? 0, numberOf(scene.canvas.height) ?? 0];
}

/** A rectangle, or undefined. */
export function rectOf(value: Json | undefined): Rect | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const sides = value.map(numberOf);
  return sides.every((side) => side !== undefined) ? (sides as Rect) : undefined;
}

/** Keyframes of a layer. */
export function keyframesOf(layer: Fields): Fields[] {
  return Array.isArray(layer.keyframes) ? layer.keyframes.filter(isObject) : [];
}

/** Whether keyframes say where the layer is. */
export function isKeyed(layer: Fields, field: "rect" | "opacity"): boolean {
  return keyframesOf(layer).some((keyframe) => keyframe[field] !== undefined);
}

/** Name of the file of an asset; undefined for a pushed picture. */
export function sourceOf(scene: SceneFile, asset: Json | undefined): string | undefined {
  const src = typeof asset === "string" ? scene.assets[asset]?.src : undefined;
  return typeof src === "string" ? src : undefined;
}

/** Files that the scene names. */
export function sources(scene: SceneFile): string[] {
  const names = Object.keys(scene.assets).map((asset) => sourceOf(scene, asset));
  return [...new Set(names.filter((src) => src !== undefined))];
}

/** Where a layer is at a scene time in seconds: its rectangle, that of its keyframes, or the canvas. */
export function placeOf(scene: SceneFile, layer: Fields, seconds: number): Rect {
  return keyedRect(layer, seconds - (rational(layer.start) ?? 0)) ?? rectOf(layer.rect) ?? [0, 0, ...canvasSize(scene)];
}

const EASES: Record<string, (p: number) => number> = {
  linear: (p) => p,
  "ease-in": (p) => p * p,
  "ease-out": (p) => 1 - (1 - p) ** 2,
  "ease-in-out": (p) => p * p * (3 - 2 * p),
  hold: () => 0,
};

/** Between keyframes, to the pixel: only what is drawn over the picture hangs on it. */
function keyedRect(layer: Fields, seconds: number): Rect | undefined {
  const keyed = keyframesOf(layer).flatMap((keyframe) => {
    const [at, rect] = [rational(keyframe.at), rectOf(keyframe.rect)];
    return at === undefined || rect === undefined ? [] : [{ at, rect, ease: keyframe.ease }];
  });
  const behind = keyed.findLast(({ at }) => at <= seconds);
  const ahead = keyed.find(({ at }) => at > seconds);
  if (behind === undefined || ahead === undefined) return (behind ?? ahead)?.rect;
  const ease = EASES[String(behind.ease ?? "linear")] ?? EASES.linear!;
  const p = ease((seconds - behind.at) / (ahead.at - behind.at));
  return behind.rect.map((from, side) => Math.floor(from + (ahead.rect[side]! - from) * p + 0.5)) as Rect;
}

/**
 * The part of a place that a picture covers.
 *
 * @param size - Of the upright picture, or undefined where it is not known: then it covers all.
 */
export function coveredBy(layer: Fields, [x, y, width, height]: Rect, size: { width: number; height: number } | undefined): Rect {
  const fit = layer.fit ?? "contain";
  if (size === undefined || fit !== "contain") return [x, y, width, height];
  const [, , w, h] = rectOf(layer.crop) ?? [0, 0, size.width, size.height];
  const scale = Math.min(width / w, height / h);
  const [fittedWidth, fittedHeight] = [Math.round(w * scale), Math.round(h * scale)];
  return [x + Math.floor((width - fittedWidth) / 2), y + Math.floor((height - fittedHeight) / 2), fittedWidth, fittedHeight];
}

/** Time of a canvas frame in seconds with three decimals, at which this frame is the first that is seen. */
export function timeOfFrame(scene: SceneFile, frame: number): number {
  const rate = scene.canvas.frame_rate;
  const [numerator, denominator = 1] = rate instanceof Exact ? [rate.value] : String(rate).split("/").map(Number);
  // A hair of mercy for rates that are no whole numbers.
  return Math.floor((frame * 1000 * denominator) / numerator! + 1e-6) / 1000;
}

/** What the page is told about a scene that is open. */

import type { SceneSummary } from "../protocol.js";
import type { Player } from "../player.js";
import { describe, type Description } from "./describe.js";

/** Times of a layer or a sound as the file has them: numbers or fractions. */
interface Times {
  start?: number | string;
  end?: number | string;
  offset?: number | string;
  speed?: number | string;
  after?: string;
}

/**
 * Describes a scene.
 *
 * @param json - Its text, which is known to be valid.
 */
export async function summaryOf(player: Player, json: string): Promise<SceneSummary> {
  const { scene, frameCount, frameRate } = player;
  const { canvas, assets, layers, sounds } = scene.info;
  const file = JSON.parse(json) as { layers?: Times[]; audio?: Times[] };
  const found = await Promise.all(assets.map(({ src }) => descriptionOf(player, src)));
  const { duration } = scene;
  const sizes: SceneSummary["sizes"] = {};
  assets.forEach(({ name, input }, asset) => {
    const picture = input ?? found[asset]!.picture;
    if (picture !== undefined) sizes[name] = { width: picture.width, height: picture.height };
  });
  const spans = (entries: readonly { asset: number }[], times: Times[] = [], medium: "picture" | "sound") =>
    entries.map(({ asset }, index) => ({
      asset: assets[asset]!.name,
      ...span(times[index] ?? {}, found[asset]![medium]?.end, duration),
    }));
  return {
    width: canvas.width,
    height: canvas.height,
    format: canvas.format,
    frameRate,
    frameCount,
    duration,
    layers: spans(layers, file.layers, "picture"),
    sounds: spans(sounds, file.audio, "sound"),
    sizes,
    missingInputs: player.missingInputs,
  };
}

/** A file that cannot be opened has no description: showing it says why. */
async function descriptionOf({ assets }: Player, src: string | undefined): Promise<Description> {
  if (src === undefined) return {};
  return assets.open(src).then(describe).catch(() => ({}));
}

/** Where it begins and ends on the canvas's clock. `end` is that of its file. */
function span({ start, end, offset, speed, after }: Times, fileEnd: number | undefined, duration: number) {
  const from = seconds(start, 0);
  let to = Math.min(seconds(end, duration), duration);
  if (fileEnd !== undefined && (after ?? "hide") === "hide") {
    to = Math.min(to, from + Math.max(fileEnd - seconds(offset, 0), 0) / seconds(speed, 1));
  }
  return { start: from, end: Math.max(to, from) };
}

function seconds(time: number | string | undefined, missing: number): number {
  if (time === undefined) return missing;
  const [numerator, denominator = 1] = String(time).split("/").map(Number);
  return numerator! / denominator;
}

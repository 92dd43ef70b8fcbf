/**
 * The page of the conformance check: the demo's own player without its worker, so that the harness can count what the
 * decoders give. `?scene=URL` and `?input=NAME=URL` for each pushed picture; nothing is shown.
 */

import { Assets } from "./assets.js";
import { fetchInputFile } from "./input_file.js";
import { Player } from "./player.js";

const query = new URLSearchParams(location.search);

async function open(): Promise<{ player: Player }> {
  const scene = new URL(query.get("scene") ?? "scene/scene.json", location.href);
  const response = await fetch(scene);
  if (!response.ok) throw new Error(`${scene} answers ${response.status}`);
  const inputs = query.getAll("input").map(async (pair): Promise<[string, Blob]> => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), await fetchInputFile(new URL(pair.slice(equals + 1), location.href))];
  });
  const player = await Player.open(await response.text(), new Assets(scene), new Map(await Promise.all(inputs)));
  return { player };
}

// What the harness drives.
Object.assign(globalThis, { millpondDemo: open() });

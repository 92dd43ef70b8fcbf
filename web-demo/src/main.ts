/** The page: `?scene=URL` (a demo scene if missing) and `?input=NAME=URL` for each pushed picture. */

import { Assets } from "./assets.js";
import { fetchInputFile } from "./input_file.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";
import { Transport } from "./transport.js";

const query = new URLSearchParams(location.search);
const scene = query.get("scene") ?? "scene/scene.json";
const inputs = query.getAll("input").map((pair): [string, URL] => {
  const equals = pair.indexOf("=");
  return [pair.slice(0, equals), new URL(pair.slice(equals + 1), location.href)];
});

const panel = new Panel(scene);
const missing = ["VideoDecoder", "VideoFrame", "AudioDecoder"].filter((name) => !(name in globalThis));

async function start(): Promise<Transport> {
  if (missing.length > 0) {
    throw new Error(`This browser has no WebCodecs (${missing.join(", ")}); a page needs https or localhost for them.`);
  }
  const url = new URL(scene, location.href);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const files = inputs.map(async ([name, url]): Promise<[string, Blob]> => [name, await fetchInputFile(url)]);
  const player = await Player.open(await response.text(), new Assets(url), new Map(await Promise.all(files)));
  const transport = new Transport(player, panel);
  const [name] = player.missingInputs;
  if (name !== undefined) panel.warn(`Nothing is pushed to the input ${name}: add &input=${name}=URL to the address.`);
  await transport.goTo(0);
  transport.drawSound().catch((error: unknown) => panel.fail(error));
  return transport;
}

const started = start();
started.catch((error: unknown) => panel.fail(error));

// What the page's tests drive; they use the same code as the buttons.
Object.assign(globalThis, { millpondDemo: started });

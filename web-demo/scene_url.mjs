// What a server must serve for a scene, and the query that shows it.
import { basename, dirname, resolve } from "node:path";

/** @param inputs - `NAME=FILE` for each pushed picture. */
export function pageOf(site, scene, inputs) {
  const file = resolve(scene);
  const mounts = { "/": resolve(site) + "/", "/scene/": dirname(file) + "/" };
  const query = new URLSearchParams({ scene: `scene/${encodeURIComponent(basename(file))}` });
  for (const pair of inputs) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    mounts[`/input/${name}`] = resolve(pair.slice(equals + 1));
    query.append("input", `${name}=input/${encodeURIComponent(name)}`);
  }
  return { mounts, query };
}

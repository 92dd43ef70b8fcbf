// What the tarball holds, and what of it a bundler leaves out.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { build } from "esbuild";
import { install } from "./installed.mjs";

let project, folder;
before(() => {
  project = install();
  folder = join(project, "node_modules/millpond");
});

const json = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));

test("the tarball has what is run and what is read, and nothing else", () => {
  const names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "package.json"]) assert.ok(names.includes(name), name);
  const others = names.filter((name) => !/^dist\/(esm|cjs)\/\w+(\.d\.ts|\.js)$|^dist\/[\w-]+\.wasm$|^(README\.md|LICENSE-\w+)$|(^|\/)package\.json$/.test(name));
  assert.deepEqual(others, []);
  // Without a file of the source there is nothing that a map could show.
  for (const name of names.filter((name) => name.endsWith(".js"))) assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /sourceMappingURL/, name);
});

test("each entry has its files, in both formats and in a folder of its own", () => {
  const { exports } = json("package.json");
  const exists = (path) => assert.ok(statSync(join(folder, path), { throwIfNoEntry: false })?.isFile(), path);
  for (const [name, entry] of Object.entries(exports)) {
    if (typeof entry === "string") {
      exists(entry);
      continue;
    }
    for (const { types, default: file } of Object.values(entry)) [types, file].forEach(exists);
    if (name === ".") continue;
    const stub = json(`${name}/package.json`);
    const up = (path) => path.replace("./", "../");
    assert.deepEqual(stub, { types: up(entry.require.types), main: up(entry.require.default), module: up(entry.import.default) }, name);
  }
});

test("an entry of which nothing is used costs nothing, and the worker's script is kept", async () => {
  const size = async (contents) => {
    const options = { bundle: true, format: "esm", write: false, logLevel: "silent" };
    const { outputFiles } = await build({ stdin: { contents, resolveDir: project }, ...options });
    return outputFiles[0].contents.length;
  };
  const entries = ["millpond", "millpond/audio", "millpond/video", "millpond/slim", "millpond/worker"];
  for (const entry of entries) {
    assert.ok((await size(`import * as all from "${entry}"; console.log(1);`)) < 200, entry);
    assert.ok((await size(`import * as all from "${entry}"; console.log(all);`)) > 20_000, entry);
  }
  assert.ok((await size('import "millpond/worker-thread";')) > 20_000);
});

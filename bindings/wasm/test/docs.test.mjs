// The API pages: everything that the entries export is documented, and every link in the comments leads somewhere.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

test("TypeDoc has nothing to complain about", () => {
  const said = spawnSync("npm", ["run", "--silent", "docs", "--", "--emit", "none"], { cwd: root, encoding: "utf8" });
  assert.equal(said.status, 0, said.stdout + said.stderr);
  // `using` needs no words, nor do the fields of unnamed objects, whose owner's comment has them.
  const complaints = (said.stdout + said.stderr).split("\n").filter((line) => /warning|error/.test(line) && !/\.\[dispose\]|\.__type\.|Found 0 errors/.test(line));
  assert.deepEqual(complaints, []);
});

test("every entry with types has its page", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const types = Object.values(exports).map((entry) => entry.import?.types).filter((path) => path !== undefined);
  const { entryPoints } = JSON.parse(readFileSync(join(root, "typedoc/typedoc.json"), "utf8"));
  const names = (paths) => [...new Set(paths.map((path) => basename(path)))].sort();
  // The worker's own script exports nothing.
  assert.deepEqual(names(entryPoints), names(types).filter((name) => name !== "worker_thread.d.ts"));
});

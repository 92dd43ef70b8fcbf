import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { install, runIn } from "./installed.mjs";

const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");

let project;
before(() => (project = install()));

test("the README's example for npm runs and makes the frame that its Rust example makes", () => {
  const [, example] = /```js\n([^]*?)```/.exec(readme);
  // White over #101820, as `cargo test -p millpond --doc` computes it natively.
  const hash = "c56ea0f7639b3a0404372748c6748d9081e89c306bbb01c350e22917de74b881";
  assert.equal(runIn(project, "readme.mjs", example).trim(), hash);
  assert.ok(readme.includes("frame_hash(&canvas.view())"));
});

// The page's own modules, for tests that need no page.
import { join } from "node:path";
import { build } from "esbuild";

/** Imports modules of `src` by name; what they hold is one object. */
export async function importSource(...names) {
  const resolveDir = join(import.meta.dirname, "../src");
  const contents = names.map((name) => `export * from "./${name}.ts";`).join("\n");
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, format: "esm", target: "es2022", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

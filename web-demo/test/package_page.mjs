// The page of `package_page/`, with the built package beside it in a file of its own, in headless Chromium.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { serve } from "../server.mjs";
import { withPage } from "./browser.mjs";

const folder = join(import.meta.dirname, "package_page");

/** Hands `work` the page and a session of the developer tools' protocol. */
export async function withPackage(work) {
  const site = await mkdtemp(join(tmpdir(), "millpond-package-"));
  try {
    const options = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" };
    const entry = { contents: 'export * from "millpond";', resolveDir: folder };
    await build({ ...options, stdin: entry, outfile: join(site, "millpond.js") });
    await build({ ...options, entryPoints: [join(folder, "main.js")], external: ["./millpond.js"], outfile: join(site, "main.js") });
    const page = '<!doctype html><link rel="icon" href="data:," /><canvas></canvas><script type="module" src="main.js"></script>';
    await writeFile(join(site, "index.html"), page);
    const server = await serve({ "/": `${site}/` });
    try {
      return await withPage(server.origin, undefined, async (page) => {
        await page.waitForFunction(() => globalThis.kit !== undefined);
        return work(page, await page.context().newCDPSession(page));
      });
    } finally {
      await server.close();
    }
  } finally {
    await rm(site, { recursive: true, force: true });
  }
}

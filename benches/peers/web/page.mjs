// The jobs of a page in headless Chromium: bundles them, serves them beside the files of a folder, passes lines on.
//   node page.mjs FOLDER
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { serve } from "../../../web-demo/server.mjs";
import { converse } from "./lines.mjs";

const folder = process.argv[2];
const site = join(folder, "page");
mkdirSync(site, { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, "js/page.js")],
  bundle: true,
  format: "esm",
  target: "es2022",
  outdir: site,
  logLevel: "warning",
});
writeFileSync(join(site, "index.html"), '<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="page.js"></script>');
const opencv = createRequire(import.meta.url).resolve("@techstark/opencv-js");
const server = await serve({ "/": `${site}/`, "/files/": `${folder}/`, "/opencv.js": opencv });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  page.on("pageerror", (error) => console.error(`page: ${error}`));
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => globalThis.answer !== undefined);
  await converse(async (line) => {
    const [command, part] = line;
    if (command === "versions") return { chromium: browser.version() };
    if (command === "open" && part === "opencv") await page.addScriptTag({ url: "/opencv.js" });
    return page.evaluate((line) => globalThis.answer(line), line);
  });
} finally {
  await browser.close();
  await server.close();
}

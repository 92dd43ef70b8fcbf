// Headless Chromium with the page open.
import { chromium } from "playwright-core";
import { CHROMIUM_OPTIONS } from "./launch.mjs";

const OPTIONS = [
  ...CHROMIUM_OPTIONS,
  "--autoplay-policy=no-user-gesture-required",
  "--mute-audio",
  // A microphone that beeps once a second, and is allowed.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** Starts a headless Chromium; whoever does closes it. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: OPTIONS });
}

/**
 * Opens a page and hands it to `work`, with the URLs that it asked for.
 *
 * @param init - A script that runs before the page's own, or undefined.
 * @param running - A browser to open it in, if not one of its own.
 */
export async function withPage(url, init, work, running) {
  const browser = running ?? (await launch());
  let page;
  try {
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    const requests = new Set();
    const origin = new URL(url).origin;
    page.on("request", (request) => {
      const asked = new URL(request.url());
      requests.add(asked.origin === origin ? asked.pathname : request.url());
    });
    page.on("pageerror", (error) => console.error(`page: ${error}`));
    page.on("console", (message) => message.type() === "error" && console.error(`page: ${message.text()}`));
    if (init !== undefined) await page.addInitScript(init.script, init.argument);
    await page.goto(url);
    return await work(page, requests);
  } finally {
    await (running === undefined ? browser : page)?.close();
  }
}

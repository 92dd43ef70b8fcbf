// Starts an installed browser, headless and with a profile of its own, on an address. Nothing drives it: the page itself
// does what there is to do, which works in every browser.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What every Chromium of the tests is started with: no sandbox (they may run as root), no graphics card, no calls home. */
export const CHROMIUM_OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--no-default-browser-check",
  // Some machines give a container only 64 MB there.
  "--disable-dev-shm-usage",
];

/** No first-run page, no updates, no reports: a fresh profile must open the address and nothing else. */
const FIREFOX_PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.enabled": false,
};

/**
 * As installed, Firefox decodes in a process of its own whose pictures reach the page as BGRX: converted by the browser, on
 * its way from one process to the other. Decoded in the page's process they stay what the decoder made.
 */
const PLANAR_PREFERENCES = {
  "media.allow-audio-non-utility": true,
  "media.rdd-process.enabled": false,
};

const firefox = (preferences) => ({
  program: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
  options: (profile) => ["--headless", "--no-remote", "--profile", profile],
  preferences: { ...FIREFOX_PREFERENCES, ...preferences },
});

const BROWSERS = {
  chromium: {
    program: process.env.CHROMIUM ?? "/usr/bin/chromium",
    options: (profile) => ["--headless", ...CHROMIUM_OPTIONS, `--user-data-dir=${profile}`],
  },
  firefox: firefox({}),
  "firefox-planar": firefox(PLANAR_PREFERENCES),
};

/**
 * @param name - `chromium`, `firefox` or `firefox-planar`. The environment variables CHROMIUM and FIREFOX name other programs.
 * @returns `gone`, a promise that tells how the browser ended by itself, and `close()`.
 */
export async function launch(name, url) {
  const { program, options, preferences } = BROWSERS[name];
  const profile = await mkdtemp(join(tmpdir(), `millpond-${name}-`));
  if (preferences !== undefined) {
    const lines = Object.entries(preferences).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`);
    await writeFile(join(profile, "user.js"), lines.join(""));
  }
  // Browsers say much on standard error that means nothing.
  const child = spawn(program, [...options(profile), url], { stdio: "ignore" });
  const gone = new Promise((resolve) => {
    child.on("error", (error) => resolve(String(error)));
    child.on("exit", (code, signal) => resolve(`${program} ended with ${signal ?? code}`));
  });
  const close = async () => {
    child.kill();
    const killing = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(killing);
    // Its last helper processes may still write.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  return { gone, close };
}

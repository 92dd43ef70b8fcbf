// Runs the module of millpond-bits:
//   node run.mjs hashes node|chromium MODULE   every level's hashes as JSON: [["name hash", …], …]
//   node run.mjs allocating MODULE             ["allocations counted", "kernel that allocates while it runs", …]
//   node run.mjs time MODULE                   answers lines ["name", times] with {"seconds": …} until its input ends
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

const [command, ...args] = process.argv.slice(2);

/** Needs nothing from outside, so that a page can run it too. */
async function start(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const wasm = instance.exports;
  const lines = (pointer) => {
    const text = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, pointer, wasm.text_len()));
    return text.trim().split("\n");
  };
  return { wasm, lines };
}

async function hashes(bytes, start) {
  const { wasm, lines } = await start(bytes);
  return Array.from({ length: wasm.levels() }, (_, level) => lines(wasm.show_hashes(level)));
}

async function inChromium(bytes) {
  const { withPage } = await import("../../web-demo/test/browser.mjs");
  return withPage("about:blank", undefined, (page) =>
    page.evaluate(
      `(async () => {
        const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString("base64"))}), (c) => c.charCodeAt(0));
        return (${hashes})(bytes, ${start});
      })()`,
    ),
  );
}

if (command === "hashes") {
  const bytes = await readFile(args[1]);
  console.log(JSON.stringify(args[0] === "chromium" ? await inChromium(bytes) : await hashes(bytes, start)));
} else if (command === "allocating") {
  const { wasm, lines } = await start(await readFile(args[0]));
  console.log(JSON.stringify(lines(wasm.show_allocating())));
} else {
  const { wasm, lines } = await start(await readFile(args[0]));
  const names = lines(wasm.show_names());
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, times] = JSON.parse(line);
    const index = names.indexOf(name);
    if (index < 0) {
      console.log(JSON.stringify({ error: `no case ${name}` }));
      continue;
    }
    const begin = performance.now();
    wasm.run(index, times);
    console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000 }));
  }
}

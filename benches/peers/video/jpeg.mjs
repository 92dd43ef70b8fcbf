// JPEG in node: answers lines ["jsquash" | "sharp" | "tuned", times] with {"seconds": …, "bytes": …} until its input ends.
//   node jpeg.mjs RGBA WIDTH HEIGHT FOLDER
// Each answer also leaves the file in FOLDER, under the peer's name. `jsquash` is @jsquash/jpeg as it comes (MozJPEG:
// progressive, trellis), `tuned` the same with what baseline files need and no more, `sharp` is libvips with libjpeg-turbo.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

import encode, { init } from "@jsquash/jpeg/encode.js";
import sharp from "sharp";

const [file, width, height, folder] = process.argv.slice(2);
const data = await readFile(file);
const size = { width: Number(width), height: Number(height) };
const image = { data: new Uint8ClampedArray(data), ...size, colorSpace: "srgb" };

const wasm = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
await init(await WebAssembly.compile(await readFile(wasm)));
sharp.concurrency(1);
sharp.cache(false);

const quality = 80;
const plain = { baseline: true, progressive: false, optimize_coding: false, trellis_multipass: false, quant_table: 0 };
const peers = {
  jsquash: async () => new Uint8Array(await encode(image, { quality })),
  tuned: async () => new Uint8Array(await encode(image, { ...plain, quality })),
  sharp: () => sharp(data, { raw: { ...size, channels: 4 } }).jpeg({ quality }).toBuffer(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, times] = JSON.parse(line);
  try {
    let bytes;
    const begin = performance.now();
    for (let run = 0; run < times; run++) bytes = await peers[name]();
    const seconds = (performance.now() - begin) / 1000;
    await writeFile(join(folder, `${name}.jpg`), bytes);
    console.log(JSON.stringify({ seconds, bytes: bytes.length }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}

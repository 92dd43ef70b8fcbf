/**
 * The page: a small editor of scenes. `?scene=URL` opens one, with `?input=NAME=URL` for each pushed picture. A worker
 * decodes, composes, mixes and encodes; the page only shows and asks.
 */

import { Compare } from "./compare.js";
import { copy, listenToCopy } from "./copy_dialog.js";
import { element, text } from "./dom.js";
import { Drop } from "./drop.js";
import { Editor } from "./editor.js";
import { ExportDialog } from "./export_dialog.js";
import { Inspector } from "./inspector.js";
import { listenToKeys } from "./keys.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { Preview } from "./preview.js";
import { Stage } from "./stage.js";
import { listenToTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const SAMPLE = "scene/scene.json";

const query = new URLSearchParams(location.search);
const inputs = query.getAll("input").map((pair): [string, string] => {
  const equals = pair.indexOf("=");
  return [pair.slice(0, equals), new URL(pair.slice(equals + 1), location.href).href];
});

const notices = new Notices();
const editor = new Editor();
const panel = new Panel((what, name) => void copy(what, name, notices));
new Stage(editor);
new Inspector(editor);
const preview = new Preview(editor, notices, {
  stats: (stats, played) => panel.show(stats, played),
  progress: (progress) => exporting.progress(progress),
});
const exporting = new ExportDialog(editor, preview);
const transport = new Transport(editor, preview);
const timeline = new Timeline(editor, (frame) => void transport.goTo(frame));
const compare = new Compare(editor, preview, notices);
const drop = new Drop(editor, preview, compare, notices);
listenToKeys(editor, preview, transport);
listenToCopy(editor, notices);
listenToTheme(() => timeline.draw());

element("undo").addEventListener("click", () => editor.undo());
element("redo").addEventListener("click", () => editor.redo());
element("restart").addEventListener("click", () => void preview.restart());
editor.on(["document", "summary"], () => {
  element<HTMLButtonElement>("undo").disabled = !editor.document.canUndo;
  element<HTMLButtonElement>("redo").disabled = !editor.document.canRedo;
  element("welcome").hidden = editor.scene !== undefined;
  element("mel").hidden = editor.items("audio").length === 0;
  document.body.classList.toggle("empty", editor.scene === undefined);
  text("scene-name", editor.name);
});

/** Opens a scene that is served. */
async function open(url: string): Promise<void> {
  notices.say("Loading the scene …");
  editor.opened(url);
  await preview.load(new URL(url, location.href).href, inputs);
}

async function start(): Promise<void> {
  const missing = ["VideoDecoder", "VideoFrame", "AudioDecoder"].filter((name) => !(name in globalThis));
  if (missing.length > 0) {
    throw new Error(`This browser has no WebCodecs (${missing.join(", ")}); a page needs https or localhost for them.`);
  }
  const scene = query.get("scene");
  if (scene !== null) return open(scene);
  element("welcome").hidden = false;
  document.body.classList.add("empty");
  element("sample").addEventListener("click", () => void open(SAMPLE).catch((error: unknown) => notices.fail(error)));
  const found = await fetch(SAMPLE, { method: "HEAD" }).catch(() => undefined);
  element("sample").hidden = !found?.ok;
}

const started = start();
started.catch((error: unknown) => notices.fail(error));

// What the page's tests drive; they use the same code as the buttons.
const millpondDemo = started.then(() => ({ editor, preview, transport, drop }));
millpondDemo.catch(() => {});
Object.assign(globalThis, { millpondDemo });

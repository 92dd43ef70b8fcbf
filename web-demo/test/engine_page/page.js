// The demo's worker without the demo: `engine.ask(name, take)`, and what it told in `engine.events`.
const worker = new Worker(`worker.js${location.search}`, { type: "module" });
const waiting = new Map();
const events = [];
const listeners = new Set();
let asked = 0;

worker.onmessage = ({ data }) => {
  if ("event" in data) {
    events.push(data);
    for (const listener of listeners) listener(data);
  } else if ("probe" in data) {
    waiting.get("probe")?.resolve(data.probe);
  } else {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if ("problem" in data) reject(Object.assign(new Error(data.problem.message), data.problem));
    else resolve(data.give);
  }
};
worker.onerror = (event) => (globalThis.engineLost = event.message || "the worker's script cannot be loaded");

function ask(name, take, transfer = []) {
  return new Promise((resolve, reject) => {
    waiting.set((asked += 1), { resolve, reject });
    worker.postMessage({ id: asked, name, take }, transfer);
  });
}

/** Like `ask`, but gives what was wrong. */
const problem = (name, take) => ask(name, take).then(() => undefined, ({ code, message }) => ({ code, message }));

/** Waits for an event that there was since `from` events, or that comes. */
function until(wanted, from = 0) {
  return new Promise((resolve) => {
    const found = events.slice(from).find(wanted);
    if (found !== undefined) return resolve(found);
    const listener = (event) => {
      if (!wanted(event)) return;
      listeners.delete(listener);
      resolve(event);
    };
    listeners.add(listener);
  });
}

/** What the worker that the tests wrap around the engine does or counts; see worker.js. */
function probe(what) {
  return new Promise((resolve) => {
    waiting.set("probe", { resolve });
    worker.postMessage({ probe: what });
  });
}

const canvas = document.getElementById("canvas");
const transferred = [canvas, document.getElementById("mel")].map((element) => element.transferControlToOffscreen());
const started = await ask("start", { canvas: transferred[0], mel: transferred[1] }, transferred).catch((error) => error);
globalThis.engine = { started, ask, problem, until, probe, events, canvas };

/** Rendering the scene to a file in the browser: the wish, the progress, the file. */

import { element, make, round, text } from "./dom.js";
import type { Editor } from "./editor.js";
import { EngineError } from "./engine_client.js";
import { wordsOf } from "./notices.js";
import type { Preview } from "./preview.js";
import type { Exported } from "./protocol.js";

const NAMES: Record<string, string> = { avc: "H.264", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus", mp4: "MP4", webm: "WebM" };

/** The dialog. */
export class ExportDialog {
  readonly #editor: Editor;
  readonly #preview: Preview;
  readonly #dialog = element<HTMLDialogElement>("export-dialog");
  readonly #progress = element<HTMLProgressElement>("export-progress");
  readonly #link = element<HTMLAnchorElement>("export-link");
  #running = false;

  constructor(editor: Editor, preview: Preview) {
    [this.#editor, this.#preview] = [editor, preview];
    element("export").addEventListener("click", () => this.#open());
    element("export-start").addEventListener("click", () => void this.#export());
    element("export-cancel").addEventListener("click", () => void preview.cancel());
    element("export-close").addEventListener("click", () => this.#dialog.close());
    // What is closed in the middle is cancelled, and a file that was not taken is freed.
    this.#dialog.addEventListener("close", () => {
      if (this.#running) void preview.cancel();
      this.#offer(undefined);
    });
    editor.on(["document", "summary"], () => (element<HTMLButtonElement>("export").disabled = editor.summary === undefined));
  }

  /** Shows how far an export is. */
  progress({ done, frames }: { done: number; frames: number }): void {
    this.#progress.max = Math.max(frames, 1);
    this.#progress.value = done;
    if (this.#running) text("export-status", `${done} of ${frames} frames`);
  }

  #open(): void {
    const { summary } = this.#editor;
    text("export-status", `${summary!.width} × ${summary!.height}, ${summary!.frameCount} frames at ${round(summary!.frameRate, 3)} fps`);
    this.#progress.value = 0;
    this.#offer(undefined);
    this.#dialog.showModal();
  }

  async #export(): Promise<void> {
    const rate = element<HTMLSelectElement>("export-rate").value;
    this.#offer(undefined);
    this.#run(true);
    try {
      this.#offer(await this.#preview.export(rate === "" ? {} : { videoBitrate: Number(rate) }));
    } catch (error) {
      const isCancelled = error instanceof EngineError && error.code === "E_CANCELLED";
      text("export-status", isCancelled ? "Cancelled." : wordsOf(error));
      this.#progress.value = 0;
    } finally {
      this.#run(false);
    }
  }

  #run(running: boolean): void {
    this.#running = running;
    for (const id of ["export-start", "export-wish", "export-close"]) element(id).hidden = running;
    element("export-cancel").hidden = !running;
    this.#progress.hidden = !running;
    if (running) text("export-status", "Beginning …");
  }

  /** Offers a file, or none. */
  #offer(exported: Exported | undefined): void {
    URL.revokeObjectURL(this.#link.href);
    this.#link.hidden = exported === undefined;
    text("export-start", exported === undefined ? "Export" : "Export again");
    element("export-start").classList.toggle("primary", exported === undefined);
    this.#link.removeAttribute("href");
    element("export-notes").replaceChildren(...(exported?.notes ?? []).map((note) => make("li", {}, note)));
    if (exported === undefined) return;
    const { file, video, audio, container } = exported;
    this.#link.href = URL.createObjectURL(file);
    this.#link.download = `scene.${container}`;
    const codecs = [video, audio].filter((codec) => codec !== undefined).map((codec) => NAMES[codec] ?? codec);
    text("export-status", `${NAMES[container] ?? container} with ${codecs.join(" and ")}, ${round(file.size / 1e6, 2)} MB`);
    this.#link.focus();
  }
}

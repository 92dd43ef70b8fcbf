/** Comparing with a native render: what the list of hashes says of each frame that was shown. */

import { element, text } from "./dom.js";
import type { Editor } from "./editor.js";
import type { Notices } from "./notices.js";
import type { Preview } from "./preview.js";

/** The line above the timeline. */
export class Compare {
  readonly #editor: Editor;
  readonly #preview: Preview;
  readonly #notices: Notices;
  #checking = false;

  constructor(editor: Editor, preview: Preview, notices: Notices) {
    this.#editor = editor;
    this.#preview = preview;
    this.#notices = notices;
    element("compare-all").addEventListener("click", () => (this.#checking ? (this.#checking = false) : void this.#checkAll()));
    element("compare-end").addEventListener("click", () => void this.#end());
    editor.on(["verdicts"], () => this.#show());
  }

  /** Begins with the text of a `--hash` file, and compares the shown frame at once. */
  async begin(hashes: string): Promise<void> {
    await this.#preview.expect(hashes);
    if (this.#editor.frame >= 0) await this.#preview.seek(this.#editor.frame);
  }

  async #end(): Promise<void> {
    this.#checking = false;
    await this.#preview.expect(undefined);
  }

  /** Shows one frame after the other. */
  async #checkAll(): Promise<void> {
    const { frame, summary } = this.#editor;
    this.#checking = true;
    this.#show();
    for (let n = 0; this.#checking && n < summary!.frameCount && this.#editor.summary === summary; n++) await this.#preview.seek(n);
    this.#checking = false;
    await this.#preview.seek(frame);
    this.#show();
    const [equal, different] = [this.#count("equal"), this.#count("different")];
    this.#notices.toast(different === 0 ? `All ${equal} frames are equal.` : `${different} of ${equal + different} frames differ.`);
  }

  #count(wanted: "equal" | "different"): number {
    return (this.#editor.verdicts ?? []).filter((verdict) => verdict === wanted).length;
  }

  #show(): void {
    const { verdicts } = this.#editor;
    element("compare").hidden = verdicts === undefined;
    if (verdicts === undefined) return;
    text("compare-text", `Native render: ${this.#count("equal")} frames equal, ${this.#count("different")} different`);
    element("compare-text").classList.toggle("bad", this.#count("different") > 0);
    text("compare-all", this.#checking ? "Stop" : "Check every frame");
  }
}

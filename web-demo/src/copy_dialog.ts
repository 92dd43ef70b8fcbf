/** The scene as a file: copied, shown, and the command that renders it. */

import { element, text } from "./dom.js";
import type { Editor } from "./editor.js";
import type { Notices } from "./notices.js";

/** Puts text on the clipboard. */
export async function copy(what: string, name: string, notices: Notices): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(what);
    notices.toast(`${name} copied`);
    return true;
  } catch {
    notices.toast("This browser does not let the page copy: select the text and copy it.");
    return false;
  }
}

/** Lets the buttons copy. */
export function listenToCopy(editor: Editor, notices: Notices): void {
  const area = element<HTMLTextAreaElement>("copy-text");
  element("copy-scene").addEventListener("click", async () => {
    area.value = editor.document.json;
    element<HTMLDialogElement>("copy-dialog").showModal();
    const isCopied = await copy(area.value, "scene.json", notices);
    text("copy-status", isCopied ? "Copied." : "Copy it from here:");
    if (!isCopied) area.select();
  });
  element("copy-command-button").addEventListener("click", () => {
    void copy(element("copy-command").textContent ?? "", "Command", notices);
  });
  editor.on(["document"], () => (element<HTMLButtonElement>("copy-scene").disabled = editor.scene === undefined));
}

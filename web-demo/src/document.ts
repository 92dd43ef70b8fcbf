/** The scene that is edited, and the ways back: undo and redo. */

import { parseExact, writeExact, type Json } from "./exact_json.js";
import { asScene, type SceneFile } from "./scene_file.js";

/** Steps that can be undone. */
const MOST_STEPS = 200;

/** A scene document. Scenes in it are values: an edit makes a new one. */
export class SceneDocument {
  #scene: SceneFile | undefined;
  #undone: SceneFile[] = [];
  #done: SceneFile[] = [];
  /** What the last step was; edits of the same kind in a row, such as those of a drag, are one step. */
  #last: string | undefined;

  /** The scene, if there is one. */
  get scene(): SceneFile | undefined {
    return this.#scene;
  }

  /** The file as it is now. */
  get json(): string {
    return `${writeExact(this.#scene as unknown as Json)}\n`;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /**
   * Opens a file. There is no way back to the scene before.
   *
   * @throws SyntaxError if it is not JSON, Error if it is not a scene.
   */
  open(json: string): void {
    this.start(asScene(parseExact(json)));
  }

  /** Begins with a scene. There is no way back to the one before. */
  start(scene: SceneFile): void {
    this.#scene = scene;
    [this.#done, this.#undone, this.#last] = [[], [], undefined];
  }

  /**
   * Edits the scene.
   *
   * @param step - Edits in a row with the same name are undone together; undefined is a step of its own.
   */
  change(edit: (scene: SceneFile) => SceneFile, step?: string): void {
    if (this.#scene === undefined) return;
    const next = edit(this.#scene);
    if (step === undefined || step !== this.#last) this.#done.push(this.#scene);
    if (this.#done.length > MOST_STEPS) this.#done.shift();
    [this.#scene, this.#undone, this.#last] = [next, [], step];
  }

  /** The next edit is a step of its own, whatever its name: a drag is over. */
  settle(): void {
    this.#last = undefined;
  }

  /** Goes back a step; false if there is none. */
  undo(): boolean {
    return this.#swap(this.#done, this.#undone);
  }

  /** Takes back an undo; false if there is none. */
  redo(): boolean {
    return this.#swap(this.#undone, this.#done);
  }

  #swap(from: SceneFile[], to: SceneFile[]): boolean {
    const scene = from.pop();
    if (scene === undefined) return false;
    to.push(this.#scene!);
    [this.#scene, this.#last] = [scene, undefined];
    return true;
  }
}

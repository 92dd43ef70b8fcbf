/** Files that the worker has: dropped ones, and those beside a scene that was fetched. */

import type { Requests } from "./protocol.js";
import { sources, type SceneFile } from "./scene_file.js";

/** What a new worker must get again. */
export class GivenFiles {
  /** By the name that scenes use. */
  readonly dropped = new Map<string, File>();
  /** The scene file that was fetched, and its pushed pictures: what is beside it need not be dropped. */
  fetched: Requests["load"]["take"] | undefined;

  /** Files that the scene names and nobody has given. */
  missing(scene: SceneFile | undefined): string[] {
    if (scene === undefined || this.fetched !== undefined) return [];
    return sources(scene).filter((src) => !this.dropped.has(src));
  }

  /** Whether a name means a file already. */
  has(name: string, scene: SceneFile | undefined): boolean {
    return this.dropped.has(name) || (this.fetched !== undefined && scene !== undefined && sources(scene).includes(name));
  }
}

import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import { opening } from "./memory.js";
import { rawColor, type ColorFormat } from "./picture_options.js";

/**
 * Pictures of one format and colour as pictures of another, of the same size: exact integer arithmetic, the same bytes as
 * millpond's native build.
 *
 * ```js
 * using converter = new Converter({ format: "i420" }, { format: "rgba" });
 * converter.convert(decoded, shown); // two slots of FramePools
 * ```
 */
export class Converter extends Closable {
  readonly #raw: raw.Converter;

  /**
   * Plans a conversion. Every format can be converted from, every one of eight bits to.
   *
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_PARAMETER`.
   */
  constructor(from: ColorFormat, to: ColorFormat) {
    const inner = opening(() => new raw.Converter(from.format, ...rawColor(from), to.format, ...rawColor(to)));
    super("Converter", inner);
    this.#raw = inner;
  }

  /**
   * Converts a picture. Allocates nothing.
   *
   * @throws MillpondError `E_MISMATCH` if the slots are not of the formats planned for or differ in size,
   *   `E_SAME_PICTURE`, `E_CLOSED`; nothing is written then.
   */
  convert(from: FrameSlot, to: FrameSlot): void {
    this.opened(this.#raw).convert(from.raw, from.index, to.raw, to.index);
  }
}

import { MillpondError } from "./errors.js";

/** Whether the module that this entry is for uses SIMD; the build says so. */
declare const MILLPOND_SIMD128: boolean;

// A module of one function that splats a byte (i8x16.splat) and counts bits (i8x16.popcnt).
const PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** Refuses a browser that could not compile the module, by the name of what it lacks. */
export function demandSimd(): void {
  if (MILLPOND_SIMD128 && !WebAssembly.validate(Uint8Array.from(PROBE))) {
    const cure = "import millpond/scalar, or give millpond/slim the module millpond/wasm-scalar";
    throw new MillpondError("E_NO_SIMD128", `WebAssembly has no fixed-width SIMD (simd128) here: ${cure}`);
  }
}

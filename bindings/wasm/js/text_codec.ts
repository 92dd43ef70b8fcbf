// UTF-8 for the scopes that have no TextDecoder and TextEncoder, such as an AudioWorklet's in some browsers: wasm-bindgen's
// loader makes one of each when it starts. Only what it asks of them, and only where they are missing.

class Utf8Decoder {
  /** Text of well-formed UTF-8, which is what Rust's strings are. */
  decode(bytes: Uint8Array = new Uint8Array(0)): string {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at++]!;
      const more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let point = more === 0 ? first : first & (0x3f >> more);
      for (let i = 0; i < more; i++) point = (point << 6) | (bytes[at++]! & 0x3f);
      text += String.fromCodePoint(point);
    }
    return text;
  }
}

class Utf8Encoder {
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      const unit = character.codePointAt(0)!;
      // Half of a surrogate pair is no character.
      const point = unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit;
      const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      bytes.push(more === 0 ? point : ((0xff00 >> (more + 1)) & 0xff) | (point >> (6 * more)));
      for (let i = more - 1; i >= 0; i--) bytes.push(0x80 | ((point >> (6 * i)) & 0x3f));
    }
    return Uint8Array.from(bytes);
  }

  encodeInto(text: string, out: Uint8Array): { read: number; written: number } {
    const bytes = this.encode(text);
    out.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

const scope = globalThis as { TextDecoder?: unknown; TextEncoder?: unknown };
scope.TextDecoder ??= Utf8Decoder;
scope.TextEncoder ??= Utf8Encoder;
export {};

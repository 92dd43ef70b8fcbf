import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { buildSync } from "esbuild";

const TEXTS = ["", "lipsync", "größer als ½", "波紋", "🌊 a\u{10ffff}", "\ud800 half a pair", "\u0000\u007f\u0080\u07ff\u0800\uffff"];

test("UTF-8 in a scope without TextDecoder and TextEncoder is theirs", () => {
  const entryPoints = [join(import.meta.dirname, "../js/text_codec.ts")];
  const [{ text: code }] = buildSync({ entryPoints, bundle: true, format: "iife", write: false }).outputFiles;
  const scope = vm.createContext({ Uint8Array });
  vm.runInContext(code, scope);
  for (const text of TEXTS) {
    scope.text = text;
    scope.bytes = new TextEncoder().encode(text);
    assert.deepEqual(vm.runInContext("new TextEncoder().encode(text)", scope), scope.bytes, JSON.stringify(text));
    assert.equal(vm.runInContext("new TextDecoder().decode(bytes)", scope), new TextDecoder().decode(scope.bytes));
    scope.view = new Uint8Array(3 * text.length);
    const { written, read } = vm.runInContext("new TextEncoder().encodeInto(text, view)", scope);
    assert.deepEqual([written, read], [scope.bytes.length, text.length]);
    assert.deepEqual(scope.view.subarray(0, written), scope.bytes);
  }
});

test("where they are, they stay", () => {
  const entryPoints = [join(import.meta.dirname, "../js/text_codec.ts")];
  const [{ text: code }] = buildSync({ entryPoints, bundle: true, format: "iife", write: false }).outputFiles;
  const scope = vm.createContext({ TextDecoder, TextEncoder });
  vm.runInContext(code, scope);
  assert.equal(scope.TextDecoder, TextDecoder);
  assert.equal(scope.TextEncoder, TextEncoder);
});

declare module "*.wasm" {
  /** The module's bytes, put into the bundle by esbuild's `binary` loader. */
  const module: Uint8Array<ArrayBuffer>;
  export default module;
}

declare module "worker-thread-source" {
  /** The entry `millpond/worker-thread` as a script, put into the bundle by the build. */
  const source: string;
  export default source;
}

declare module "*.wasm" {
  /** The module's bytes, put into the bundle by esbuild's `binary` loader. */
  const module: Uint8Array<ArrayBuffer>;
  export default module;
}

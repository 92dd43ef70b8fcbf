declare module "*.wasm" {
  /** The compiled module, where the platform imports it as that. */
  const module: WebAssembly.Module;
  export default module;
}

declare module "worker-thread-source" {
  /** The entry `millpond/worker-thread` as a script, put into the bundle by the build. */
  const source: string;
  export default source;
}

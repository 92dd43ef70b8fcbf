import type * as raw from "../pkg/full/millpond_wasm.js";
import { FORMATS, type PixelFormat } from "./layout.js";

/** Something that layers show and sounds play. */
export interface AssetInfo {
  /** Its name in the scene file. */
  readonly name: string;
  /** Path of the file, relative to the scene file; missing for a pushed picture. */
  readonly src?: string;
  /** Kind of the pictures that {@link Scene.pushInput} takes; missing for a file. */
  readonly input?: { readonly width: number; readonly height: number; readonly format: PixelFormat };
}

/** What a scene file says, as far as a page must know it. Indices are those of `need`. */
export interface SceneInfo {
  /** What the frames are like. */
  readonly canvas: {
    /** Width in pixels. */
    readonly width: number;
    /** Height in pixels. */
    readonly height: number;
    /** `i420` or `rgba`. */
    readonly format: PixelFormat;
    /** Frames per second, exactly: numerator and denominator. */
    readonly frameRate: readonly [numerator: number, denominator: number];
  };
  /** All assets; layers and sounds refer to them by index. */
  readonly assets: readonly AssetInfo[];
  /** Layers, the first at the bottom; `asset` is an index. */
  readonly layers: readonly { readonly asset: number }[];
  /** Sounds; `asset` is an index. */
  readonly sounds: readonly { readonly asset: number }[];
}

/** @internal Reads what a scene file says out of the module. */
export function readSceneInfo(scene: raw.Scene): SceneInfo {
  const list = <T>(length: number, item: (index: number) => T) => Array.from({ length }, (_, index) => item(index));
  return {
    canvas: {
      width: scene.figure(0),
      height: scene.figure(1),
      format: scene.canvasFormat() as PixelFormat,
      frameRate: [scene.figure(2), scene.figure(3)],
    },
    assets: list(scene.figure(4), (asset) => {
      const name = scene.assetName(asset)!;
      const src = scene.assetSrc(asset);
      if (src !== undefined) return { name, src };
      const [width, height, format] = [0, 1, 2].map((figure) => scene.assetInput(asset, figure));
      return { name, input: { width: width!, height: height!, format: FORMATS[format!]! } };
    }),
    layers: list(scene.figure(5), (layer) => ({ asset: scene.layerAsset(layer)! })),
    sounds: list(scene.figure(6), (sound) => ({ asset: scene.soundAsset(sound)! })),
  };
}

import { readFile } from 'node:fs/promises';

/** The font that pictures are written in, metric-compatible with Helvetica, which Graphviz lays out for. */
export function readFont(): Promise<Uint8Array> {
  return readFile(new URL(import.meta.resolve('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf')));
}

/** The program that turns SVG into pixels. */
export function readResvg(): Promise<Uint8Array> {
  return readFile(new URL(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm')));
}

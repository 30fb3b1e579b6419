import { readFont, readResvg } from './assets.ts';

/** Pixels of one point of the drawing, where the picture does not become too large. */
const usualScale = 2;
/** Longest side: more is shown by few viewers. */
const mostPixels = 12_000;

/** A drawing as PNG. */
export async function png(svg: string): Promise<Uint8Array> {
  return (await render(svg)).asPng();
}

/** A drawing as JPEG of quality 90. */
export async function jpg(svg: string): Promise<Uint8Array> {
  const image = await render(svg);
  const { default: jpeg } = await import('jpeg-js');
  return jpeg.encode({ data: Buffer.from(image.pixels), width: image.width, height: image.height }, 90).data;
}

let loaded: Promise<void> | undefined;

async function render(svg: string) {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  // It may be loaded once only.
  loaded ??= readResvg().then(program => initWasm(program as Uint8Array<ArrayBuffer>));
  await loaded;
  const font = { fontBuffers: [await readFont()], defaultFontFamily: 'Arimo' };
  const { width, height } = new Resvg(svg, { font });
  const scale = Math.min(usualScale, mostPixels / Math.max(width, height, 1));
  return new Resvg(svg, { font, background: 'white', fitTo: { mode: 'zoom', value: scale } }).render();
}

import { buffer } from 'node:stream/consumers';
import { readFont } from './assets.ts';

/** A drawing as PDF of one page, as large as the drawing; the text stays text. */
export async function pdf(svg: string): Promise<Uint8Array> {
  const [{ default: PdfDocument }, { default: addSvg }] = await Promise.all([
    import('pdfkit'),
    import('svg-to-pdfkit'),
  ]);
  const [, width = '100', height = '100'] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? [];
  // Without a font of its own: those are files beside pdfkit, and all texts are in ours.
  const document = new PdfDocument({ size: [Number(width), Number(height)], margin: 0, font: '' });
  document.registerFont('Arimo', Buffer.from(await readFont()));
  addSvg(document, svg, 0, 0, { assumePt: true, fontCallback: () => 'Arimo' });
  document.end();
  return buffer(document);
}

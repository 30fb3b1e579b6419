import { CliError } from '../cli-error.ts';
import { dot } from './dot.ts';
import { drawWithin } from './drawing-thread.ts';
import type { Picture } from './picture.ts';

/** Milliseconds that a drawing may take: whoever waits longer is served better by a part of the map. */
const deadline = 10_000;

/** The drawing of a picture. Throws CliError when it is too large. */
export async function svg(picture: Picture): Promise<string> {
  const drawing = await drawWithin(dot(picture).join('\n'), { deadline });
  if (drawing !== undefined) return withFonts(drawing).trimEnd();
  const services = picture.namespaces.reduce((sum, namespace) => sum + namespace.services.length, 0);
  throw new CliError(
    `a picture of ${services} services and ${picture.arrows.length} arrows takes longer than ${deadline / 1000} s to ` +
      'lay out: narrow it with --namespaces or --server, or write --format html, which shows one namespace at a time',
  );
}

/** What stands in for Helvetica on other systems is as wide, so that texts keep within their boxes. */
function withFonts(drawing: string): string {
  return drawing.replaceAll(
    'font-family="Helvetica,sans-Serif"',
    'font-family="Helvetica,Arial,Arimo,Liberation Sans,sans-serif"',
  );
}

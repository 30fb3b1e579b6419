import { CliError } from '../cli-error.ts';
import { dot } from './dot.ts';
import { drawWithin } from './drawing-thread.ts';
import type { Picture } from './picture.ts';

/** Milliseconds that a drawing may take: whoever waits longer is served better by a part of the map. */
const usualDeadline = 10_000;

interface DrawingOptions {
  /** Milliseconds. */
  readonly deadline: number;
}

/** The drawing of a picture as SVG. Throws CliError when it is too large. */
export async function svg(
  picture: Picture,
  { deadline }: DrawingOptions = { deadline: usualDeadline },
): Promise<string> {
  const drawn = await drawing(picture, { deadline });
  if (drawn !== undefined) return drawn;
  const services = picture.namespaces.reduce((sum, namespace) => sum + namespace.services.length, 0);
  throw new CliError(
    `a picture of ${services} services and ${picture.arrows.length} arrows takes longer than ${deadline / 1000} s to ` +
      'lay out: narrow it with --namespaces or --server, or write --format html, which lists what it cannot draw',
  );
}

/** The same; undefined when it is too large. */
export async function drawing(
  picture: Picture,
  { deadline }: DrawingOptions = { deadline: usualDeadline },
): Promise<string | undefined> {
  const drawn = await drawWithin(dot(picture).join('\n'), { deadline });
  return drawn && withFonts(drawn).trimEnd();
}

/** What stands in for Helvetica on other systems is as wide, so that texts keep within their boxes. */
function withFonts(drawn: string): string {
  return drawn.replaceAll(
    'font-family="Helvetica,sans-Serif"',
    'font-family="Helvetica,Arial,Arimo,Liberation Sans,sans-serif"',
  );
}

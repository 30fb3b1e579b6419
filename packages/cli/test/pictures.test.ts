import { readFile } from 'node:fs/promises';
import PdfDocument from 'pdfkit';
import { expect, test } from 'vitest';
import type { NetworkMap } from '../src/network-map.ts';
import { toObservedIntents } from '../src/observed-intents.ts';
import { readFont } from '../src/pictures/assets.ts';
import { pictureOf } from '../src/pictures/picture.ts';
import { svg } from '../src/pictures/svg.ts';
import { call, mapOf, SnapshotFolder } from './known-map.ts';
import { run } from './run-command.ts';

/** So many services in namespaces of about fifteen, each of which calls some others, and all of which call two hubs. */
function largeMap(services: number): NetworkMap {
  const place = (at: number) =>
    `team-${at % Math.ceil(services / 15)}/${['cart', 'checkout', 'billing'][at % 3] ?? ''}-service-${at}`;
  const calls = Array.from({ length: services }, (_, at) => [
    call(`${place(at)} > ${place((at * 7 + 3) % services)}`),
    call(`${place(at)} > ${place((at * 13 + 5) % services)}`),
    call(`${place(at)} > kube-system/coredns`),
    call(`monitoring/prometheus > ${place(at)}`),
  ]).flat();
  return mapOf(calls.filter(({ client, server }) => client.name !== server.name));
}

async function drawn(map: NetworkMap, format: string, ...flags: readonly string[]) {
  await using folder = new SnapshotFolder();
  const path = await folder.write(map);
  const file = `${path}.${format}`;
  const result = await run(['visualize', '--format', format, '-o', file, '--from', path, ...flags]);
  return { ...result, content: result.code === 0 ? await readFile(file) : Buffer.of() };
}

interface Box {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The boxes of services in a drawing, with the width that their text has in our font. */
async function boxesOf(svg: string): Promise<readonly (Box & { readonly textWidth: number })[]> {
  const document = new PdfDocument({ font: '' });
  document.registerFont('Arimo', Buffer.from(await readFont()));
  return [
    ...svg.matchAll(
      /<g id="\w+" class="node">\s*<title>(.*?)<\/title>\s*<path[^>]* d="([^"]*)"[^>]*\/>\s*<text[^>]*font-size="([\d.]+)"[^>]*>(.*?)<\/text>/gs,
    ),
  ].map(([, name = '', path = '', size = '', text = '']) => {
    const numbers = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    const [xs, ys] = [numbers.map(([x]) => x), numbers.map(([, y]) => y)];
    const textWidth = document
      .font('Arimo', Number(size))
      .widthOfString(text.replaceAll('&#45;', '-').replaceAll('&#160;', ' '));
    return {
      name,
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: Math.min(...ys),
      bottom: Math.max(...ys),
      textWidth,
    };
  });
}

test('with 200 services no box lies over another, every name fits its box, and hubs are badges that are listed', async () => {
  const { code, content } = await drawn(largeMap(200), 'svg');
  expect(code).toBe(0);
  const text = content.toString();
  const boxes = await boxesOf(text);
  expect(boxes).toHaveLength(200);
  const overlaps = boxes.flatMap((a, at) =>
    boxes.slice(at + 1).filter(b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
  );
  expect(overlaps).toEqual([]);
  expect(boxes.filter(({ left, right, textWidth }) => textWidth > right - left)).toEqual([]);
  expect(text).toContain('H1 = coredns in kube&#45;system, called by 200');
  expect(text).toContain('H2 = prometheus in monitoring, calls 200');
  expect(text).not.toMatch(/<title>.*&gt;coredns/);
  const whole = await drawn(largeMap(60), 'dot', '--all-arrows');
  expect(whole.content.toString()).toContain('-> "coredns.kube-system"');
});

test('what takes too long to draw is refused with the flags that narrow it', async () => {
  const picture = pictureOf(
    toObservedIntents(largeMap(300).calls, {
      distinctByLabel: undefined,
      asKubernetesService: false,
      excludeServices: [],
    }),
    { fold: true },
  );
  // No machine starts a thread and Graphviz in a millisecond.
  await expect(svg(picture, { deadline: 1 })).rejects.toThrow(
    /a picture of 300 services .* takes longer than 0\.001 s to lay out: narrow it with --namespaces/,
  );
});

test.each([
  ['png', [0x89, 0x50, 0x4e, 0x47]],
  ['jpg', [0xff, 0xd8, 0xff]],
  ['pdf', [...Buffer.from('%PDF-')]],
])('a picture as %s is one', async (format, magic) => {
  const { content, stderr } = await drawn(largeMap(5), format);
  expect([...content.subarray(0, magic.length)]).toEqual(magic);
  expect(stderr).toContain(`Exported graph as ${format} format to path `);
  // Names are drawn: a picture in a font that is not there would be much smaller.
  expect(content.length).toBeGreaterThan(5000);
});

test('GraphML has every service and every arrow, also those of hubs', async () => {
  const text = (await drawn(largeMap(60), 'graphml')).content.toString();
  expect(text.match(/<node /g)).toHaveLength(62);
  expect(text.match(/<edge .*?<data key="types"><\/data><\/edge>/g)?.length).toBeGreaterThan(200);
});

test('an empty map is an empty picture', async () => {
  const { code, stderr, content } = await drawn(mapOf([]), 'png');
  expect(code).toBe(0);
  expect(stderr).toContain('No connections found.\n');
  expect(content.length).toBeGreaterThan(60);
});

test('the page forbids every request, and a name in it is no markup', async () => {
  const evil = mapOf([call('shop/<script>alert(1)</script> > shop/cart')]);
  const page = (await drawn(evil, 'html')).content.toString();
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-`);
  expect(page).not.toContain('<script>alert');
  expect(page).not.toMatch(/(src|href)="?(https?:)?\/\//);
});

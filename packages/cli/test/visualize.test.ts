import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { call, httpPath, mapOf, SnapshotFolder } from './known-map.ts';
import { run } from './run-command.ts';

const map = mapOf([
  call('shop/web > shop/cart'),
  call('shop/web > shop/cart', { type: 'HTTP', httpResources: [httpPath('/', { methods: ['GET'] })] }),
  call('shop/cart > data/re"dis'),
]);

async function drawn(format: string): Promise<string> {
  await using folder = new SnapshotFolder();
  const { stdout, stderr } = await run(['visualize', '--format', format, '--from', await folder.write(map)]);
  expect(stderr).toBe('');
  return stdout;
}

test('a picture has a box for each namespace and one arrow for each pair that calls', async () => {
  expect(await drawn('mermaid')).toBe(`flowchart LR
  subgraph n0["data"]
    s0["re#34;dis"]
  end
  subgraph n1["shop"]
    s1["cart"]
    s2["web"]
  end
  s1 --> s0
  s2 -->|"HTTP"| s1
`);
  expect(await drawn('dot')).toContain(
    '  "cart.shop" -> "re\\"dis.data";\n  "web.shop" -> "cart.shop" [label="HTTP"];\n}\n',
  );
});

test('the drawing shows every name, and a name with quotes is no markup', async () => {
  const svg = await drawn('svg');
  for (const name of ['data', 're&quot;dis', 'shop', 'cart', 'web']) expect(svg).toContain(`>${name}</text>`);
  expect(svg.match(/class="edge"/g)).toHaveLength(2);
});

test('a drawing goes to the file that is named, and a format that is not there is refused', async () => {
  await using folder = new SnapshotFolder();
  const path = await folder.write(map);
  const target = `${path}.svg`;
  const { stdout, stderr } = await run(['visualize', '--format', 'svg', '-o', target, '--from', path]);
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: `Exported graph as svg format to path ${target}\n` });
  expect(await readFile(target, 'utf8')).toContain('</svg>\n');
  const { code, stderr: problem } = await run(['visualize', '--format', 'gif', '--from', path]);
  expect(code).toBe(1);
  expect(problem).toContain(
    'unsupported format: gif; --format is one of png, jpg, svg, pdf, dot, mermaid, graphml, html',
  );
});

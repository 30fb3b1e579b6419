import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress } from '@network-mapper/packets';
import { ProcNetParser } from './proc-net-parser.ts';

const heading =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const tail = '00000000:00000000 00:00000000 00000000     0        0';
const table =
  heading +
  `   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A ${tail} 1001 1 0000000000000000 100 0 0 10 0\n` +
  `   1: 0000000000000000FFFF00000701F40A:A8CA 0000000000000000FFFF00000909F40A:0050 01 ${tail} 1003 1 0000000000000000 20 4 0 10 -1\n` +
  `   2: 440200FD000000000000000007000000:A8CD 960000FD00000000000000000E000000:01BB 06 00000000:00000000 03:00000A41 00000000     0        0 0 3 0000000000000000\n` +
  `   3: 0100007F:A8CC 0100007F:0050 01 ${tail} 4026531992 1 0000000000000000 20 4 0 10 -1\n`;

const expected = [
  '[::]:8080 [::]:0 10 1001',
  '[10.244.1.7]:43210 [10.244.9.9]:80 1 1003',
  '[fd00:244::7]:43213 [fd00:96::e]:443 6 0',
  '[127.0.0.1]:43212 [127.0.0.1]:80 1 4026531992',
];

function parse(chunks: readonly Buffer[]): { readonly lines: readonly string[]; readonly malformed: number } {
  const lines: string[] = [];
  let malformed = 0;
  const parser = new ProcNetParser(
    line => {
      const local = `[${formatAddress(line.localAddress)}]:${line.localPort}`;
      const remote = `[${formatAddress(line.remoteAddress)}]:${line.remotePort}`;
      lines.push(`${local} ${remote} ${line.state} ${line.inode}`);
    },
    () => malformed++,
  );
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return { lines, malformed };
}

test('addresses of both families, mapped ones, ports, states and inodes are read', () => {
  expect(parse([Buffer.from(table)])).toEqual({ lines: expected, malformed: 0 });
});

test('wherever the kernel cuts the table into chunks, it reads the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(table.length), { maxLength: 8 }), cuts => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), table.length];
      const chunks = at.slice(1).map((end, index) => Buffer.from(table).subarray(at[index], end));
      expect(parse(chunks).lines).toEqual(expected);
    }),
  );
});

test('a line in another form is counted and does not hide the others', () => {
  const damaged = table.replace('0000000000000000FFFF00000701F40A:A8CA', 'nonsense');
  expect(parse([Buffer.from(damaged)])).toEqual({ lines: [expected[0], expected[2], expected[3]], malformed: 1 });
});

test('whatever bytes come, it does not throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 100 })),
      chunks => void parse(chunks.map(chunk => Buffer.from(chunk))),
    ),
    {
      numRuns: 2000,
    },
  );
  fc.assert(
    fc.property(fc.nat(table.length - 1), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(table);
      bytes[at] = value;
      expect(parse([bytes]).lines.length).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 2000 },
  );
});

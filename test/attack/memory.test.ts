import { expect, test } from 'vitest';
import { AttackedMapper, address } from './attacked-mapper.ts';

/** A report of a thousand names that nobody saw before. */
function newNames(run: number): object {
  const destinations = Array.from({ length: 1_000 }, (_, index) => ({
    destination: `host-${run}-${index}.${'long'.repeat(10)}.example.com`,
    destinationIP: `8.${run >> 8}.${run & 255}.${index & 255}`,
    lastSeen: new Date().toISOString(),
  }));
  return {
    query: 'mutation ($r: CaptureResults!) { reportCaptureResults(results: $r) }',
    variables: { r: { results: [{ srcIp: address(run % 30), srcHostname: '', destinations }] } },
  };
}

test('a mapper that nears the end of its memory asks to come again later, and lives', async () => {
  await using mapper = await AttackedMapper.start({ heap: 26 });
  let refusal;
  for (let run = 0; run < 400 && refusal === undefined; run++) {
    const reply = await mapper.post(newNames(run));
    if (reply.status !== 200) refusal = reply;
  }
  expect(refusal?.status).toBe(503);
  expect(Number(refusal?.headers.get('retry-after'))).toBeGreaterThan(0);
  for (let run = 0; run < 50; run++) expect([200, 503]).toContain((await mapper.post(newNames(run))).status);
  expect((await fetch(`${mapper.url}/healthz`)).status).toBe(200);
  await mapper.damage();
}, 120_000);

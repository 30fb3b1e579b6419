import { createSocket } from 'node:dgram';
import { decode, encode, type Answer } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { createAddressLookup } from './address-lookup.ts';

type Records = Readonly<Record<string, readonly Answer[]>>;

/**
 * A DNS server of these records; it does not answer about names that begin with `silent`. Its address, and what it was
 * asked.
 */
async function startDnsServer(records: Records): Promise<{ readonly server: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const socket = createSocket('udp4', (message, from) => {
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    if (question === undefined) return;
    const { name, type } = question;
    asked.push(`${type} ${name}`);
    const known = records[name];
    const answers = known?.filter(record => record.type === type || record.type === 'CNAME') ?? [];
    if (name.startsWith('silent') && answers.length === 0) return;
    const notFound = 3;
    socket.send(
      encode({ type: 'response', id, flags: known === undefined ? notFound : 0, questions, answers }),
      from.port,
    );
  });
  await new Promise<void>(bound => socket.bind(0, '127.0.0.1', bound));
  onTestFinished(() => void socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked };
}

const never = new AbortController().signal;
const a = (name: string, data: string): Answer => ({ type: 'A', name, data });
const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, data });

test('a name has its IPv4 and its IPv6 addresses, also those behind an alias', async () => {
  const { server, asked } = await startDnsServer({
    'both.example.com': [a('both.example.com', '198.51.100.1'), aaaa('both.example.com', '2001:db8::1')],
    'alias.example.com': [
      { type: 'CNAME', name: 'alias.example.com', data: 'real.example.net' },
      a('real.example.net', '198.51.100.2'),
    ],
  });
  const lookUp = createAddressLookup({ servers: [server] });
  expect(await lookUp('both.example.com', never)).toEqual(['198.51.100.1', '2001:db8::1']);
  expect(await lookUp('alias.example.com', never)).toEqual(['198.51.100.2']);
  expect(new Set(asked.slice(0, 2))).toEqual(new Set(['A both.example.com', 'AAAA both.example.com']));
});

test('a name that is not there, or has no address, is refused with a sentence that names it', async () => {
  const { server } = await startDnsServer({ 'empty.example.com': [] });
  const lookUp = createAddressLookup({ servers: [server] });
  await expect(lookUp('gone.example.com', never)).rejects.toThrow('DNS has no address of gone.example.com');
  await expect(lookUp('empty.example.com', never)).rejects.toThrow('DNS has no address of empty.example.com');
  await expect(lookUp(`${'a'.repeat(70)}.example.com`, never)).rejects.toThrow('DNS has no address');
});

test('two seconds are waited, and what came by then is the answer', async () => {
  const { server } = await startDnsServer({
    'silent-about-ipv6.example.com': [a('silent-about-ipv6.example.com', '198.51.100.1')],
  });
  const lookUp = createAddressLookup({ servers: [server] });
  const started = performance.now();
  const [half, none] = await Promise.allSettled([
    lookUp('silent-about-ipv6.example.com', never),
    lookUp('silent.example.com', never),
  ]);
  expect(half).toEqual({ status: 'fulfilled', value: ['198.51.100.1'] });
  expect(none).toMatchObject({
    status: 'rejected',
    reason: { message: 'no DNS answer about silent.example.com within 2 s' },
  });
  expect(performance.now() - started).toBeLessThan(4_000);
});

test('a lookup whose signal aborts ends at once', async () => {
  const { server, asked } = await startDnsServer({});
  const stop = new AbortController();
  const looking = createAddressLookup({ servers: [server] })('silent.example.com', stop.signal);
  const refused = expect(looking).rejects.toThrow('aborted');
  await expect.poll(() => asked).toHaveLength(2);
  const started = performance.now();
  stop.abort();
  await refused;
  expect(performance.now() - started).toBeLessThan(1_000);
});

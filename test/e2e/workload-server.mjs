/* global clearTimeout, console, performance, setInterval, setTimeout */
// Runs in the pods that are mapped: answers every request, and calls each of CALLS again and again: `host:port` or
// `http://host:port` by a request, `tcp:host:port` by a connection, `hold:host:port` by a connection that it keeps.
// A name lookup and a connection for each call, unless KEEP_ALIVE is set; ends after LIFETIME_SECONDS, if given. Every
// ten seconds, and at its end, it says how often each call succeeded and failed.
import http from 'node:http';
import net from 'node:net';
import process from 'node:process';

const { env } = process;
const calls = (env.CALLS ?? '').split(/\s+/).filter(Boolean);
const agent = new http.Agent({ keepAlive: env.KEEP_ALIVE === 'true' });
/** Milliseconds after which a call has failed, and for which a connection is held. */
const timeout = 5000;
const heldFor = 60_000;
/** Milliseconds in which nothing is counted: a firewall takes a moment to learn of a pod that is new. */
const uncounted = 8000;
const counts = Object.fromEntries(calls.map(target => [target, { ok: 0, failed: 0, why: '' }]));
const held = new Set();

function call(target) {
  const [, kind, host, port] = /^(?:(tcp|hold):|http:\/\/)?([^:/]+):(\d+)\/?$/.exec(target) ?? [];
  const isCounted = performance.now() > uncounted;
  const done = () => (counts[target].ok += isCounted ? 1 : 0);
  const failed = error => {
    counts[target].failed += isCounted ? 1 : 0;
    counts[target].why = error.message;
    console.log(`${target}: ${error.message}`);
  };
  if (kind === 'hold' && held.has(target)) return done();
  if (kind === undefined) {
    const request = http.get({ host, port, agent, timeout }, response => response.on('end', done).resume());
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', failed);
    return;
  }
  const socket = net.connect({ host, port });
  const tooLong = setTimeout(() => socket.destroy(new Error('timeout')), timeout);
  socket.on('error', failed);
  socket.on('close', () => held.delete(target));
  socket.on('connect', () => {
    clearTimeout(tooLong);
    done();
    if (kind === 'tcp') return socket.end();
    held.add(target);
    setTimeout(() => socket.destroy(), heldFor);
  });
}

function end() {
  say({ ended: true });
  process.exit(0);
}

function say(more) {
  if (calls.length > 0) console.log(JSON.stringify({ counts, ...more }));
}

if (env.LISTEN !== '') {
  const server = http.createServer((_request, response) => response.end('ok\n'));
  server.keepAliveTimeout = heldFor;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.listen(Number(env.PORT ?? env.LISTEN ?? 8080));
}
const round = () => calls.forEach(call);
setInterval(round, Number(env.CALL_INTERVAL_SECONDS ?? 1) * 1000);
setInterval(() => say(), 10_000);
process.on('SIGTERM', end);
const lifetime = Number(env.LIFETIME_SECONDS ?? 0);
if (lifetime > 0) setTimeout(end, lifetime * 1000);

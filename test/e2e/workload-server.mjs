/* global console, setInterval, setTimeout */
// Runs in the pods that are mapped: answers every request, and calls each of CALLS (host:port) every second.
// A name lookup and a connection for each call, unless KEEP_ALIVE is set; ends after LIFETIME_SECONDS, if given.
import http from 'node:http';
import process from 'node:process';

const calls = (process.env.CALLS ?? '').split(' ').filter(Boolean);
const agent = new http.Agent({ keepAlive: process.env.KEEP_ALIVE === 'true' });

function call(target) {
  const request = http.get(`http://${target}/`, { agent, timeout: 2000 }, response => response.resume());
  request.on('timeout', () => request.destroy(new Error('timeout')));
  request.on('error', error => console.log(`${target}: ${error.message}`));
}

const server = http.createServer((_request, response) => response.end('ok\n'));
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT));
setInterval(() => calls.forEach(call), 1000);
process.on('SIGTERM', () => process.exit(0));
const lifetime = Number(process.env.LIFETIME_SECONDS);
if (lifetime > 0) setTimeout(() => process.exit(0), lifetime * 1000);

// Opens connections that say nothing: silent-clients.mjs PORT ADDRESS COUNT. Writes how many were opened, then waits
// for its standard input to end.
import { once } from 'node:events';
import { connect } from 'node:net';
import { argv, stdin, stdout } from 'node:process';

const [port, localAddress, count] = argv.slice(2);
const sockets = [];
for (let opened = 0; opened < Number(count); opened += 100) {
  const row = Array.from({ length: 100 }, () => connect({ host: '127.0.0.1', port: Number(port), localAddress }));
  for (const socket of row) socket.on('error', () => undefined);
  await Promise.allSettled(row.map(socket => once(socket, 'connect')));
  sockets.push(...row);
}
stdout.write(`${sockets.length}\n`);
stdin.resume().once('end', () => sockets.forEach(socket => socket.destroy()));

/** Small programs that tests run in pods; each prints a line when it is ready. */

/** An HTTP server on all addresses of both families, which answers after some milliseconds. */
export function httpServer(port: number, delay = 0): readonly string[] {
  const answer = delay === 0 ? `r.end('ok')` : `setTimeout(() => r.end('ok'), ${delay})`;
  return script(`require('http').createServer((_, r) => ${answer}).listen(${port}, '::', () => console.log('ready'))`);
}

/** A TCP server that keeps what connects. */
export function tcpServer(port: number): readonly string[] {
  return script(`require('net').createServer(() => {}).listen(${port}, '::', () => console.log('ready'))`);
}

/** A TCP server that no longer listens once it has so many connections, which it keeps; then it prints `draining`. */
export function drainingServer(port: number, connections: number): readonly string[] {
  return script(`
    let left = ${connections};
    const server = require('net').createServer(() => {
      if (--left > 0) return;
      server.close();
      console.log('draining');
    }).listen(${port}, '::', () => console.log('ready'));`);
}

/** Connects and stays connected. */
export function tcpClient({ ip, port }: { readonly ip: string; readonly port: number }): readonly string[] {
  return script(`require('net').connect(${port}, '${ip}', () => console.log('ready'))`);
}

/** Connects and stays connected, with so many files open beside. */
export function tcpClientWithFiles({
  ip,
  port,
  files,
}: {
  readonly ip: string;
  readonly port: number;
  readonly files: number;
}): readonly string[] {
  const code = `
    for (let file = 0; file < ${files}; file++) require('fs').openSync('/dev/null');
    require('net').connect(${port}, '${ip}', () => console.log('ready'));`;
  return ['sh', '-c', `ulimit -n ${files + 1_000} && exec "$@"`, 'sh', ...script(code)];
}

/** A UDP socket connected to an address. */
export function udpClient({ ip, port }: { readonly ip: string; readonly port: number }): readonly string[] {
  return script(`
    const socket = require('dgram').createSocket('udp4');
    socket.connect(${port}, '${ip}', () => console.log('ready'));`);
}

function script(code: string): readonly string[] {
  return [process.execPath, '-e', code];
}

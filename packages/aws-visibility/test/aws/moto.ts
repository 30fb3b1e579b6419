import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { installPython, type PythonProgram } from './python.ts';

/** The Python with moto (a server of AWS's APIs) and boto3 (AWS's SDK), or why it is not there. */
export function installMoto(): Promise<PythonProgram> {
  return installPython('.moto', ['moto[server]==5.2.5', 'boto3==1.44.8', 'botocore==1.44.8']);
}

export interface Moto extends AsyncDisposable {
  readonly port: number;
}

/** moto over plain HTTP, at a port of loopback; it answers when this resolves. */
export async function startMoto(python: string, port: number): Promise<Moto> {
  const server: ChildProcess = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  const exited = once(server, 'exit');
  for (;;) {
    const isThere = await fetch(`http://127.0.0.1:${port}/moto-api/data.json`).then(
      response => response.ok,
      () => false,
    );
    if (isThere) break;
    if (server.exitCode !== null) throw new Error(`moto ended with ${server.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await exited;
    },
  };
}

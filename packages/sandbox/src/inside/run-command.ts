import { spawn } from 'node:child_process';

/**
 * Runs a tool to its end, with `input` as its standard input; throws with what it wrote on standard error when it
 * fails.
 */
export async function runCommand(command: readonly string[], input = ''): Promise<void> {
  const [program = '', ...args] = command;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
    child.once('error', error => reject(new Error(`${program} cannot be run: ${error.message}`, { cause: error })));
    child.once('close', code => {
      if (code === 0) resolve();
      else reject(new Error(`${command.join(' ')} failed (${String(code)}): ${complaint.trim()}`));
    });
    // A tool that ends before it has read everything says why by its exit code.
    child.stdin.on('error', () => undefined).end(input);
  });
}

import { runCli } from '../src/cli.ts';

/** Runs one command line in this process. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let stdout = '';
  let stderr = '';
  const code = await runCli({ args, env, stdout: text => (stdout += text), stderr: text => (stderr += text) });
  return { code, stdout, stderr };
}

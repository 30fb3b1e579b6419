import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commands } from '../src/cli.ts';
import { run } from './run-command.ts';

const start = promisify(execFile);

async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const line = words.map(word => `'${word}'`).join(' ');
  const { stdout } = await start('bash', [
    '-c',
    `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _network_mapper; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ]);
  return stdout.trim().split('\n');
}

test('bash completes commands, flags and the words of a flag', async () => {
  expect(await completed('network-mapper', 'ex')).toEqual(['export', 'explain']);
  expect(await completed('network-mapper', 'export', '--output-')).toEqual(['--output-type', '--output-version']);
  expect(await completed('network-mapper', 'export', '--as', 'c')).toEqual([
    'client-intents',
    'cilium',
    'calico',
    'cluster-network-policy',
  ]);
});

test('every shell has all commands; another shell is refused', async () => {
  for (const shell of ['zsh', 'fish', 'powershell']) {
    const { stdout } = await run(['completion', shell]);
    for (const { name } of commands) expect(stdout).toContain(name);
  }
  expect(await run(['completion', 'csh'])).toMatchObject({ code: 1, stdout: '' });
});

test('the manual page has all commands, and no line of it is taken for a request by mistake', async () => {
  const { stdout } = await run(['man']);
  for (const { name } of commands) expect(stdout).toMatch(new RegExp(String.raw`^\.SS ${name}`, 'm'));
  const requests = new Set([...stdout.matchAll(/^\.(\w+)/gm)].map(([, request]) => request));
  expect([...requests].toSorted()).toEqual(['B', 'I', 'PP', 'SH', 'SS', 'TH', 'TP']);
});

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commands } from '../src/cli.ts';
import { run } from './run-command.ts';

const start = promisify(execFile);
const expected: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['ex'], ['explain', 'export']],
  [
    ['export', '--output-'],
    ['--output-type', '--output-version'],
  ],
  [['sniff', '--cluster'], ['--cluster-domain']],
];

/** What bash offers for the last of some words. */
async function inBash(words: readonly string[], script: string): Promise<string> {
  const line = ['network-mapper', ...words].map(word => `'${word}'`).join(' ');
  const { stdout } = await start('bash', [
    '-c',
    `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _network_mapper; printf '%s\n' "\${COMPREPLY[@]}"`,
  ]);
  return stdout;
}

async function inFish(words: readonly string[], script: string): Promise<string> {
  const line = ['network-mapper', ...words].join(' ');
  const { stdout } = await start('fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`]);
  // Behind a tab stands what it means.
  return stdout.replace(/\t.*$/gm, '');
}

/**
 * zsh completes at a terminal only: it gets one, the words and a tab. Its own `compadd`, to which all candidates come,
 * is wrapped to write them down.
 */
async function inZsh(words: readonly string[], script: string): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'cli-zsh-'));
  const [completion, found] = [join(folder.path, '_network_mapper'), join(folder.path, 'found')];
  await writeFile(completion, script);
  const setUp = `
    autoload -U compinit && compinit -u -D && source ${completion}
    compadd() {
      if [[ " $* " == *" -"(O|A|D)" "* ]]; then builtin compadd "$@"; return; fi
      local -a hits; builtin compadd -A hits "$@"; print -l -- $hits >>${found}
      builtin compadd "$@"
    }
    finish() { print done >>${found}; exit }
    zle -N finish; bindkey '^X' finish; bindkey '^I' complete-word; print ready`;
  await writeFile(join(folder.path, 'setup'), setUp);
  const driver = `
    zmodload zsh/zpty
    zpty shell 'TERM=dumb zsh -f -i'
    zpty -w shell 'source ${join(folder.path, 'setup')}'
    zpty -r shell seen '*ready*'
    zpty -w -n shell $'${['network-mapper', ...words].join(' ')}\t\x18'
    zpty -r shell seen '*done*' || true
    while ! grep -q done ${found}; do zpty -r shell seen || break; done`;
  await start('zsh', ['-f', '-c', driver], { timeout: 60_000 });
  return (await readFile(found, 'utf8')).replace('done\n', '');
}

const shells = [
  { shell: 'bash', complete: inBash },
  { shell: 'zsh', complete: inZsh },
  { shell: 'fish', complete: inFish },
].map(each => ({ ...each, isThere: spawnSync('sh', ['-c', `command -v ${each.shell}`]).status === 0 }));
for (const { shell, isThere } of shells)
  if (!isThere) console.warn(`completion in ${shell} is not tried: it is not installed (scripts/debian-packages.txt)`);

for (const { shell, complete, isThere } of shells)
  test.skipIf(!isThere).each(expected)(`${shell} completes %j`, async (words, candidates) => {
    const { stdout: script } = await run(['completion', shell]);
    const offered = (await complete(words, script)).split('\n').map(line => line.trim());
    const prefix = words.at(-1) ?? '';
    expect([...new Set(offered.filter(word => word.startsWith(prefix)))].toSorted()).toEqual(candidates);
  });

test('the words of a flag are completed', async () => {
  const { stdout: script } = await run(['completion', 'bash']);
  expect((await inBash(['export', '--as', 'c'], script)).trim().split('\n')).toEqual([
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

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs are found: ordinary users often have no `sbin` in their PATH. */
export const toolPath = [process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter);

function isProgram(name: string): boolean {
  return toolPath.split(delimiter).some(directory => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false; // Not in this directory: the next may have it.
    }
  });
}

function isLibrary(name: string): boolean {
  const known = spawnSync('ldconfig', ['-p'], { env: { PATH: toolPath }, encoding: 'utf8' });
  // Where the linker has no cache to ask, whoever loads the library will say whether it is there.
  return known.status !== 0 || known.stdout.includes(name);
}

/** What the sandbox needs of the machine beside Node, by the Debian package that has it. */
const needs: Readonly<Record<string, () => boolean>> = {
  iproute2: () => isProgram('ip'),
  'libpcap0.8': () => isLibrary('libpcap.so'),
  nftables: () => isProgram('nft') || isProgram('iptables-restore'),
  'util-linux': () => isProgram('unshare') && isProgram('nsenter'),
};

/** The Debian packages that are missing for a sandbox. */
export function missingPackages(): readonly string[] {
  return Object.keys(needs).filter(name => needs[name]?.() === false);
}

/** True on Debian and what is derived from it, for root: packages can be installed. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && isProgram('apt-get');
}

/**
 * Installs the packages that the project needs of Debian; returns what apt-get complained about, or undefined when all
 * went well.
 */
export function installPackages(packages: readonly string[]): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) return `apt-get ${args[0] ?? ''} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  return undefined;
}

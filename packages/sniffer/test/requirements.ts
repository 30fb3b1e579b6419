import { execFileSync } from 'node:child_process';
import { loadLibpcap } from '@network-mapper/pcap';

/** Why tests with network namespaces cannot run here; undefined when they can. */
export function missingForNamespaces(programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed for network namespaces';
  const missing = ['ip', 'nft', 'sysctl', ...programs].filter(program => !isInstalled(program));
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (scripts/debian-packages.txt)`;
  try {
    loadLibpcap();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

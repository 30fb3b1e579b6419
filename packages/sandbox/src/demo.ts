// `npm run demo`: starts a small cluster on this machine, maps it, prints the map.
import { parseArgs } from 'node:util';
import { liveDemo, type DemoOptions } from './demo/live-demo.ts';
import { narrate } from './demo/narrator.ts';
import { record } from './demo/record.ts';
import { replayDemo } from './demo/replay-demo.ts';
import { whenStarterDies } from './demo/starter.ts';
import { SandboxError } from './sandbox-error.ts';
import { canInstall, installPackages, missingPackages } from './tools.ts';

const usage = `usage: npm run demo -- [--keep | --replay | --record FILE]
  --keep         leave the cluster running until Ctrl-C
  --replay       map a recorded capture instead of starting the cluster
  --record FILE  write such a capture (needs tcpdump)
`;

/** Installs what is missing where that is possible; returns what is missing still. */
function provide(): readonly string[] {
  const missing = missingPackages();
  if (missing.length === 0) return [];
  if (!canInstall()) return missing;
  narrate(`installing Debian packages on this machine, by apt-get: ${missing.join(', ')}`);
  const complaint = installPackages(missing);
  if (complaint !== undefined) narrate(complaint);
  return missingPackages();
}

async function liveOrReplay(options: DemoOptions): Promise<number> {
  const missing = provide();
  if (missing.length > 0) {
    narrate(
      `there can be no cluster here without the Debian packages ${missing.join(', ')} (as root: apt-get install ${missing.join(' ')})`,
    );
    return replayDemo(options);
  }
  try {
    return await liveDemo(options);
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== 'unavailable') throw error;
    narrate(`there can be no cluster here: ${error.message}`);
    return replayDemo(options);
  }
}

function readArguments() {
  try {
    const options = {
      keep: { type: 'boolean' },
      replay: { type: 'boolean' },
      record: { type: 'string' },
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(64); // EX_USAGE of sysexits.h
  }
}

const { keep = false, replay = false, record: file, help = false } = readArguments();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
whenStarterDies(() => stop.abort());
// Whoever reads the map may stop reading (`npm run demo | head`): then nobody reads what is left.
process.stdout.on('error', () => stop.abort());
const options = { keep, signal: stop.signal };

async function run(): Promise<number> {
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (file !== undefined) return record(file);
  return replay ? replayDemo(options) : liveOrReplay(options);
}

try {
  process.exitCode = await run();
} catch (error) {
  narrate(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

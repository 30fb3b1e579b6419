import { pause } from '@network-mapper/runtime';
import { microservicesDemo } from '../plan.ts';
import { openSandbox } from '../sandbox.ts';
import { narrate } from './narrator.ts';

/** DNS answers and the beginnings of connections: what the sniffer looks at. */
const filter = 'udp port 53 or (tcp[tcpflags] & tcp-syn != 0)';

/** Milliseconds until every client has tried again. */
const secondTries = 3_000;

/**
 * Records the traffic of the demo's first seconds, from before any pod runs, into a file that the sniffer can read;
 * returns the exit code. Connections that are kept are in it too, as they are opened.
 */
export async function record(file: string): Promise<number> {
  await using sandbox = await openSandbox(microservicesDemo);
  const recorder = await sandbox.start({
    name: 'tcpdump',
    command: [
      'tcpdump',
      '--interface',
      'any',
      '--relinquish-privileges=root',
      '--packet-buffered',
      '--snapshot-length',
      '512',
      '-w',
      file,
      filter,
    ],
  });
  await recorder.wrote(line => line.includes('listening on'));
  narrate('recording; the cluster starts');
  await sandbox.startPods();
  // A call that came before its server listened is made again.
  await pause(secondTries, new AbortController().signal);
  await recorder.signal('SIGINT');
  narrate(`${recorder.lines.find(line => line.includes('captured')) ?? 'nothing captured'}, written to ${file}`);
  return 0;
}

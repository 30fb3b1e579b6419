import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { portsOf, type Column } from '../call-columns.ts';
import { defineCommand } from '../command.ts';
import { flagOption } from '../flag-option.ts';
import { placeOf, snapshotText } from '../network-map.ts';
import { callLines, type CallForm } from '../print-calls.ts';
import { withProgress } from '../progress.ts';
import type { Attempt, CapturedCall } from '../sniff/captured-calls.ts';
import type { CaptureContent } from '../sniff/capture-content.ts';

/** Distinct pairs of client and server, with ports and names, that are kept: a kilobyte each. */
const mostSightings = 200_000;
/** Examples that a remark names. */
const mostExamples = 3;

export const sniff = defineCommand({
  name: 'sniff',
  arguments: '<file>',
  about: 'map a capture file (pcap or pcapng), without a cluster',
  options: {
    output: {
      ...flagOption<CallForm | 'snapshot' | ''>({
        name: 'output',
        short: 'o',
        form: form.oneOf(['', 'wide', 'json', 'yaml', 'csv', 'snapshot']),
        fallback: '',
        about: 'Single calls: wide (a table), json, yaml or csv; or a snapshot, which other commands read with --from.',
        ours: true,
      }),
      // `OTTERIZE_OUTPUT` is the file of `export`.
      env: 'OTTERIZE_SNIFF_OUTPUT',
    },
    dnsPorts: {
      ...flagOption({
        name: 'dns-ports',
        form: form.ports,
        fallback: [53, 5353],
        about: 'Ports from which DNS servers answer.',
        ours: true,
      }),
      env: 'OTTERIZE_SNIFFER_DNS_PORTS',
    },
    clusterDomain: flagOption({
      name: 'cluster-domain',
      form: form.text,
      fallback: 'cluster.local',
      about: 'Domain of the cluster: what ends with it, after `.svc.`, is a Service.',
      ours: true,
    }),
  },
  examples: [
    'network-mapper sniff capture.pcap',
    'network-mapper sniff capture.pcapng -o wide',
    'tcpdump -i any -w - | network-mapper sniff -',
    'network-mapper sniff capture.pcap -o snapshot > map.json',
  ],
  run: async context => {
    const { words, options, output } = context;
    const [file, ...more] = words;
    if (file === undefined || more.length > 0)
      throw new CliError('sniff reads one capture file: network-mapper sniff <file>, or - for standard input');
    const name = file === '-' ? 'standard input' : file;
    // Loaded when it is needed: no other command looks at packets.
    const { captureContent } = await import('../sniff/capture-content.ts');
    const { toCapturedCalls } = await import('../sniff/captured-calls.ts');
    const content = await withProgress(output, `Reading ${name} …`, () =>
      captureContent(file === '-' ? { name, bytes: process.stdin } : file, {
        dnsPorts: options.dnsPorts,
        most: mostSightings,
      }),
    );
    if (content.isUnknownLinkType)
      throw new CliError(
        `${name} was captured with link type ${content.linkType ?? ''}, which cannot be read: capture on an Ethernet or IP interface, or on all of them (tcpdump -i any)`,
      );
    const { calls, attempts } = toCapturedCalls(content.sightings, options);
    const kept = calls.filter(
      ({ client, server }) => !options.excludeServices.some(left => left === client.name || left === server.name),
    );
    for (const remark of remarks(content, { name, attempts, found: kept.length })) output.inform(remark);
    const { output: written, noHeaders } = options;
    if (written === 'snapshot')
      output.print(snapshotText({ calls: kept, workloads: [], incoming: [], external: [] }).split('\n'));
    else if (written === '') output.print(textOf(kept));
    else output.print(callLines(kept, { form: written, noHeaders, more: addresses }));
  },
});

const addressColumns: readonly Column<CapturedCall>[] = [
  { heading: 'CLIENT ADDRESSES', of: ({ clientAddresses }) => clientAddresses.join(' ') },
  { heading: 'SERVER ADDRESSES', of: ({ serverAddresses }) => serverAddresses.join(' ') },
];

const addresses = {
  columns: addressColumns,
  members: ({ clientAddresses, serverAddresses }: CapturedCall) => ({ clientAddresses, serverAddresses }),
};

function textOf(calls: readonly CapturedCall[]): readonly string[] {
  return [...Map.groupBy(calls, ({ client }) => placeOf(client))].flatMap(([client, group]) => [
    `${client}${inBrackets(client, [...new Set(group.flatMap(({ clientAddresses }) => clientAddresses))])} calls:`,
    ...group.map(call => {
      const server = placeOf(call.server);
      const ports = portsOf(call);
      return `  - ${server}${inBrackets(server, call.serverAddresses)}${ports === '-' ? '' : ` ${ports}`}`;
    }),
  ]);
}

/** Addresses behind a name, some of them; nothing behind an address. */
function inBrackets(name: string, all: readonly string[]): string {
  return all.length === 0 || all.includes(name) ? '' : ` (${some(all)})`;
}

function some(texts: readonly string[]): string {
  const others = texts.length - mostExamples;
  return `${texts.slice(0, mostExamples).join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

interface Found {
  readonly name: string;
  readonly attempts: readonly Attempt[];
  /** Calls that are shown. */
  readonly found: number;
}

/** What is not on the map although it is in the file, and why the map is empty where it is. */
function remarks(
  { packets, end, left, unmapped }: CaptureContent,
  { name, attempts, found }: Found,
): readonly string[] {
  const tried = attempts.map(({ client, server, port }) => `${client} -> ${server} port ${port ?? ''}`);
  return [
    ...(end.kind === 'damaged' ? [`${name} breaks off: ${end.problem}. What comes before that is mapped.`] : []),
    ...(left > 0
      ? [`There is more in it than ${mostSightings} pairs of client and server: ${left} sightings are left out.`]
      : []),
    ...(tried.length > 0 ? [`Tried, and never accepted by the server: ${some(tried)}.`] : []),
    ...(found > 0 ? [] : [emptiness(packets)]),
    ...(found > 0 ? [] : unmapped.map(({ reason, count, meaning }) => `  ${reason}, ${count} times: ${meaning}`)),
  ];
}

function emptiness(packets: number): string {
  if (packets === 0) return 'No connections found: there are no packets in it.';
  const among = packets === 1 ? 'one packet' : `${packets} packets`;
  return `No connections found among ${among}: no DNS answer with an address, and no TCP connection that was accepted.`;
}

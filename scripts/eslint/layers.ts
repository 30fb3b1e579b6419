/** Which packages of ours each package may import, and why no others: the layers of docs/architecture.md. */
export interface Layer {
  readonly what: string;
  readonly may: readonly string[];
  readonly because: string;
}

export const layers: Readonly<Record<string, Layer>> = {
  model: {
    what: 'the vocabulary of agents and mapper: parties, sightings, evidence, edges, skip reasons',
    may: [],
    because: 'the vocabulary knows nobody: everything else is built on it',
  },
  api: {
    what: 'the contract: `schema.graphql`, documents, wire forms with their bounds, a client',
    may: ['model'],
    because: 'the contract must run in a browser too',
  },
  runtime: {
    what: 'options, lifecycle, clocks and timers, logs, metrics, health, HTTP listeners',
    may: [],
    because: 'what every process does knows neither intents nor Kubernetes',
  },
  kube: {
    what: 'the cluster as slim records; channels into pods',
    may: ['runtime'],
    because: 'the cluster as records knows neither identities nor intents',
  },
  packets: {
    what: 'captured packets as sightings: capture files, decoders, DNS answers and new connections',
    may: ['model', 'runtime'],
    because: 'bytes become sightings, whoever captured them and whoever wants them',
  },
  pcap: { what: 'libpcap and sock_diag: bytes out', may: [], because: 'bytes out, nothing else' },
  reporting: {
    what: 'everything of an agent but its sources',
    may: ['api', 'model', 'runtime'],
    because: "an agent's half does not know where sightings come from",
  },
  mapper: {
    what: 'deployed: reports in, the map out',
    may: ['api', 'kube', 'model', 'runtime'],
    because: 'deployed programs never import each other',
  },
  sniffer: {
    what: 'deployed on every node: packets and `/proc` as sightings',
    may: ['api', 'model', 'packets', 'pcap', 'reporting', 'runtime'],
    because: 'the sniffer knows nothing of Kubernetes',
  },
  'kafka-watcher': {
    what: 'deployed beside brokers: their authorizers’ logs as sightings',
    may: ['kube', 'model', 'reporting', 'runtime'],
    because: 'deployed programs never import each other',
  },
  'aws-visibility': {
    what: 'deployed where pods opt in: their calls to AWS as sightings',
    may: ['kube', 'model', 'reporting', 'runtime'],
    because: 'deployed programs never import each other',
  },
  'istio-watcher': {
    what: 'deployed beside a mesh: its proxies’ counters as sightings',
    may: ['kube', 'model', 'reporting', 'runtime'],
    because: 'deployed programs never import each other',
  },
  cli: {
    what: 'the map for people',
    may: ['api', 'kube', 'model', 'packets', 'runtime'],
    because: 'the command line talks to the mapper by its API only',
  },
  sandbox: {
    what: 'a small cluster on one Linux machine',
    may: ['api', 'runtime', 'testkit'],
    because: 'the sandbox starts the programs as processes',
  },
  testkit: {
    what: 'a Kubernetes API in process, builders; for tests only',
    may: ['runtime'],
    because: 'test parts must not depend on the parts that they test',
  },
};

/** A folder of a package that must not import some others. */
export interface Stage {
  readonly package: string;
  readonly from: string;
  readonly banned: readonly string[];
  /** It imports nothing but its own files: no package, no library, no part of Node. */
  readonly pure?: boolean;
  readonly because: string;
}

export const stages: readonly Stage[] = [
  {
    package: 'istio-watcher',
    from: 'statistics',
    banned: ['proxies', 'paths'],
    because: 'counters are read without knowing how they came here',
  },
  // Facts travel api -> ingest -> resolve -> store -> publish, never back.
  {
    package: 'mapper',
    from: 'store',
    banned: ['api', 'auth', 'ingest', 'resolve', 'cluster', 'publish'],
    because: 'the store keeps edges; it does not ask where they come from',
  },
  {
    package: 'mapper',
    from: 'resolve',
    banned: ['api', 'auth', 'ingest', 'store', 'cluster', 'publish'],
    because: 'resolution declares the lookups it needs; the cluster answers them',
  },
  {
    package: 'mapper',
    from: 'cluster',
    banned: ['api', 'auth', 'ingest', 'store', 'publish'],
    because: 'the view of the cluster knows no traffic',
  },
  { package: 'mapper', from: 'ingest', banned: ['api', 'publish'], because: 'facts never travel back to the door' },
  {
    package: 'mapper',
    from: 'publish',
    banned: ['api', 'auth', 'ingest', 'resolve', 'cluster'],
    because: 'a sink delivers what is in the store',
  },
  {
    package: 'mapper',
    from: 'auth',
    banned: ['api', 'ingest', 'resolve', 'store', 'cluster', 'publish'],
    because: 'who may do what is decided without looking at the map',
  },
  // An answer is decoded without knowing where it came from; connections know nothing of lists.
  {
    package: 'kube',
    from: 'decode',
    banned: ['access', 'watch', 'channels', 'lookup'],
    pure: true,
    because: 'bytes become members, whoever sent them',
  },
  {
    package: 'kube',
    from: 'access',
    banned: ['watch', 'channels', 'lookup'],
    because: 'a connection knows no kinds of objects',
  },
  {
    package: 'kube',
    from: 'watch',
    banned: ['channels', 'lookup'],
    because: 'a collection needs lists and watches only',
  },
  {
    package: 'kube',
    from: 'channels',
    banned: ['watch', 'decode', 'lookup'],
    because: 'a channel needs a connection only',
  },
  // Bytes are decoded without knowing who wants them; a kind of evidence knows no other.
  {
    package: 'packets',
    from: 'decode',
    banned: ['capture', 'collect'],
    pure: true,
    because: 'bytes become a packet or a reason, whoever wants it',
  },
  {
    package: 'sniffer',
    from: 'procfs',
    banned: ['capture', 'collect'],
    because: 'files become records, whoever reads them',
  },
  {
    package: 'sniffer',
    from: 'capture',
    banned: ['collect', 'procfs'],
    because: 'frames are handed over, whoever takes them',
  },
  {
    package: 'packets',
    from: 'capture',
    banned: ['collect'],
    because: 'frames are handed over, whoever takes them',
  },
  ...[
    ['dns', 'tcp'],
    ['tcp', 'dns'],
  ].map(([from = '', ...banned]) => ({
    package: 'packets',
    from: `collect/${from}`,
    banned,
    because: 'a kind of evidence knows no other',
  })),
  {
    package: 'cli',
    from: 'commands',
    banned: ['commands'],
    because: 'a command is one value: what two need is beside their folder',
  },
];

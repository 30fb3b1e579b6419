import { agentOptions } from '@network-mapper/reporting';
import { form, option, type Config } from '@network-mapper/runtime';

/** The options of the sniffer: names and defaults of the original's, then our own. */
export const options = {
  ...agentOptions,
  dns: option({ env: 'OTTERIZE_ENABLE_DNS', form: form.boolean, fallback: true, about: 'Take in DNS answers.' }),
  dnsPorts: option({
    env: 'OTTERIZE_SNIFFER_DNS_PORTS',
    form: form.ports,
    fallback: [53, 5353],
    about:
      'Ports from which DNS servers answer. Name those of the DNS pods too where they are others and a datapath connects sockets to pods directly (Cilium).',
    ours: true,
  }),
  tcp: option({
    env: 'OTTERIZE_ENABLE_TCP',
    form: form.boolean,
    fallback: true,
    about: 'Take in new TCP connections.',
  }),
  sockets: option({
    env: 'OTTERIZE_ENABLE_SOCKET_SCANNER',
    form: form.boolean,
    fallback: true,
    about: 'Scan the open sockets of all network namespaces.',
  }),
  hostProc: option({
    env: 'OTTERIZE_HOST_PROC_DIR',
    form: form.text,
    fallback: '/hostproc',
    about: 'Where the node’s `/proc` is mounted.',
  }),
  reportInterval: option({
    env: 'OTTERIZE_SNIFFER_REPORT_INTERVAL',
    form: form.duration,
    fallback: 1000,
    about: 'Time between reports of what is new or changed.',
  }),
  hostnameFiles: option({
    env: 'OTTERIZE_USE_EXTENDED_PROCFS_RESOLUTION',
    form: form.boolean,
    fallback: false,
    about: 'Read a process’s hostname from its `/etc/hostname` first.',
  }),
  nodeName: option({
    env: 'OTTERIZE_NODE_NAME',
    form: form.text,
    fallback: '',
    about: 'Name of the node in status reports; the host’s name when not set.',
    ours: true,
  }),
  device: option({
    env: 'OTTERIZE_SNIFFER_DEVICE',
    form: form.text,
    fallback: 'any',
    about: 'Interface to capture on; `any` is all of them, also those that come later.',
    ours: true,
  }),
  scanInterval: option({
    env: 'OTTERIZE_SNIFFER_SCAN_INTERVAL',
    form: form.duration,
    fallback: 5000,
    about: 'Shortest time between two scans of open sockets.',
    ours: true,
  }),
  scanShare: option({
    env: 'OTTERIZE_SNIFFER_SCAN_CPU_PERCENT',
    form: form.integer({ min: 1, max: 100 }),
    fallback: 2,
    about:
      'Share of one core, in percent, that scanning open sockets may take; scans are farther apart where it takes more.',
    ours: true,
  }),
  refreshInterval: option({
    env: 'OTTERIZE_SNIFFER_REFRESH_INTERVAL',
    form: form.duration,
    fallback: 60_000,
    about: 'Time after which traffic that lasts is reported again.',
    ours: true,
  }),
  mostHeld: option({
    env: 'OTTERIZE_SNIFFER_MAX_SIGHTINGS',
    form: form.integer({ min: 100, max: 10_000_000 }),
    fallback: 20_000,
    about: 'Sightings of each kind of evidence that are held while the mapper is away, about a kilobyte each.',
    ours: true,
  }),
};

export type SnifferConfig = Config<typeof options>;

import { readFile } from 'node:fs/promises';
import { CliError } from './cli-error.ts';
import {
  snapshotKind,
  snapshotVersion,
  type MapCall,
  type MapLabel,
  type MapService,
  type MapWorkload,
  type NetworkMap,
  type WorkloadName,
} from './network-map.ts';

/** Reads a snapshot; CliError says which member of it is not as it should be. */
export async function readSnapshot(path: string): Promise<NetworkMap> {
  const content = new Member(await readJson(path), path);
  const [kind, version] = [content.at('kind').value, content.at('version').value];
  if (kind !== snapshotKind || version !== snapshotVersion) {
    throw new CliError(
      `${path} is not a snapshot of version ${snapshotVersion}: write one with \`network-mapper snapshot\`.`,
    );
  }
  return {
    calls: content.at('calls').items().map(readCall),
    workloads: content.at('workloads').items().map(readWorkload),
    incoming: content
      .at('incoming')
      .items()
      .map(item => ({
        server: readName(item.at('server')),
        address: item.at('address').text(),
        ports: item.at('ports').orAbsent([], member => member.numbers()),
      })),
    external: content
      .at('external')
      .items()
      .map(item => ({ client: readName(item.at('client')), dnsName: item.at('dnsName').text() })),
  };
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`${path} is not JSON: ${error.message}`);
  }
}

function readCall(call: Member): MapCall {
  const firstSeen = call.at('firstSeen');
  return {
    client: readService(call.at('client')),
    server: readService(call.at('server')),
    type: call.at('type').textOrNull(),
    ports: call.at('ports').numbers(),
    protocols: call.at('protocols').texts(),
    endpoints: call
      .at('endpoints')
      .items()
      .map(endpoint => ({
        port: endpoint.at('port').number(),
        targetPort: endpoint.at('targetPort').orNull(member => member.number()),
        protocol: endpoint.at('protocol').textOrNull(),
      })),
    kafkaTopics: call
      .at('kafkaTopics')
      .items()
      .map(topic => ({ name: topic.at('name').text(), operations: topic.at('operations').texts() })),
    httpResources: call
      .at('httpResources')
      .items()
      .map(resource => ({ path: resource.at('path').text(), methods: resource.at('methods').texts() })),
    evidence: call.at('evidence').texts(),
    sightings:
      firstSeen.value === undefined
        ? undefined
        : { firstSeen: firstSeen.text(), lastSeen: call.at('lastSeen').text(), count: call.at('count').number() },
  };
}

function readService(service: Member): MapService {
  return {
    ...readName(service),
    podOwnerKind: service.at('podOwnerKind').orNull(kind => ({
      group: kind.at('group').textOrNull(),
      version: kind.at('version').text(),
      kind: kind.at('kind').text(),
    })),
    kubernetesService: service.at('kubernetesService').textOrNull(),
  };
}

function readName(member: Member): WorkloadName {
  return { name: member.at('name').text(), namespace: member.at('namespace').text() };
}

function readWorkload(workload: Member): MapWorkload {
  return {
    ...readName(workload),
    kind: workload.at('kind').orAbsent(null, member => member.textOrNull()),
    matchLabels: workload.at('matchLabels').orNull(readLabels),
    problem: workload.at('problem').textOrNull(),
    services: workload
      .at('services')
      .items()
      .map(service => ({ name: service.at('name').text(), selector: readLabels(service.at('selector')) })),
    hostAddresses: workload.at('hostAddresses').orAbsent([], member => member.texts()),
  };
}

function readLabels(labels: Member): readonly MapLabel[] {
  return labels.items().map(label => ({ key: label.at('key').text(), value: label.at('value').text() }));
}

/** A member of a JSON text that is believed only after a look. */
class Member {
  readonly value: unknown;
  readonly #name: string | number;
  readonly #parent: Member | undefined;

  constructor(value: unknown, name: string | number, parent?: Member) {
    this.value = value;
    this.#name = name;
    this.#parent = parent;
  }

  /** A member of an object, undefined where it is not there. */
  at(name: string): Member {
    if (typeof this.value !== 'object' || this.value === null) throw this.#not('an object');
    return new Member(Object.hasOwn(this.value, name) ? Reflect.get(this.value, name) : undefined, name, this);
  }

  items(): readonly Member[] {
    if (!Array.isArray(this.value)) throw this.#not('a list');
    return this.value.map((item: unknown, index) => new Member(item, index + 1, this));
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.#not('a text');
    return this.value;
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.#not('a number');
    return this.value;
  }

  texts(): readonly string[] {
    return this.items().map(item => item.text());
  }

  numbers(): readonly number[] {
    return this.items().map(item => item.number());
  }

  textOrNull(): string | null {
    return this.orNull(member => member.text());
  }

  orNull<T>(read: (member: Member) => T): T | null {
    return this.value === null ? null : read(this);
  }

  /** For members that snapshots did not have from the start. */
  orAbsent<T>(absent: T, read: (member: Member) => T): T {
    return this.value === undefined ? absent : read(this);
  }

  #not(what: string): CliError {
    return new CliError(`${this.#where()}: not ${what}`);
  }

  /** As `map.json, calls 1, client`. */
  #where(): string {
    if (this.#parent === undefined) return String(this.#name);
    return `${this.#parent.#where()}${typeof this.#name === 'number' ? ' ' : ', '}${this.#name}`;
  }
}

import { readFileSync } from 'node:fs';
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

/** The text of a file that should be a snapshot. */
export interface SnapshotFile {
  readonly path: string;
  readonly text: string;
}

/** Reads a snapshot; CliError says which member of it is not as it should be. */
export function readSnapshot(path: string): NetworkMap {
  return parseSnapshot(readSnapshotFile(path));
}

/** Throws CliError when the file cannot be read. */
export function readSnapshotFile(path: string): SnapshotFile {
  try {
    // As a whole: read in pieces, a large file takes twice as long.
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The map of a snapshot; CliError says which member of it is not as it should be. */
export function parseSnapshot(file: SnapshotFile): NetworkMap {
  const { path } = file;
  const content = new Member(parseJson(file), path);
  const [kind, version] = [content.value('kind'), content.value('version')];
  if (kind !== snapshotKind || version !== snapshotVersion) {
    throw new CliError(
      `${path} is not a snapshot of version ${snapshotVersion}: write one with \`network-mapper snapshot\`.`,
    );
  }
  return {
    calls: content.list('calls', readCall),
    workloads: content.list('workloads', readWorkload),
    incoming: content.list('incoming', item => ({
      server: readName(item.at('server')),
      address: item.text('address'),
      ports: item.has('ports') ? item.numbers('ports') : [],
    })),
    external: content.list('external', item => ({
      client: readName(item.at('client')),
      dnsName: item.text('dnsName'),
    })),
  };
}

function parseJson({ path, text }: SnapshotFile): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`${path} is not JSON: ${error.message}`);
  }
}

// What snapshots did not have from the start may be absent.

function readCall(call: Member): MapCall {
  return {
    client: readService(call.at('client')),
    server: readService(call.at('server')),
    type: call.textOrNull('type'),
    ports: call.numbers('ports'),
    protocols: call.texts('protocols'),
    endpoints: call.list('endpoints', endpoint => ({
      port: endpoint.number('port'),
      targetPort: endpoint.numberOrNull('targetPort'),
      protocol: endpoint.textOrNull('protocol'),
    })),
    kafkaTopics: call.list('kafkaTopics', topic => ({
      name: topic.text('name'),
      operations: topic.texts('operations'),
      deniedOperations: topic.textsIfThere('deniedOperations'),
      assignedOperations: topic.textsIfThere('assignedOperations'),
      groups: topic.textsIfThere('groups'),
    })),
    httpResources: call.list('httpResources', resource => ({
      path: resource.text('path'),
      methods: resource.texts('methods'),
      grpc: resource.has('grpc') && resource.boolean('grpc'),
      responseCodes: resource.has('responseCodes') ? resource.numbers('responseCodes') : [],
    })),
    evidence: call.texts('evidence'),
    sightings: call.has('firstSeen')
      ? { firstSeen: call.text('firstSeen'), lastSeen: call.text('lastSeen'), count: call.number('count') }
      : undefined,
  };
}

function readService(service: Member): MapService {
  return {
    name: service.text('name'),
    namespace: service.text('namespace'),
    podOwnerKind: service.objectOrNull('podOwnerKind', kind => ({
      group: kind.textOrNull('group'),
      version: kind.text('version'),
      kind: kind.text('kind'),
    })),
    kubernetesService: service.textOrNull('kubernetesService'),
  };
}

function readName(member: Member): WorkloadName {
  return { name: member.text('name'), namespace: member.text('namespace') };
}

function readWorkload(workload: Member): MapWorkload {
  return {
    ...readName(workload),
    kind: workload.has('kind') ? workload.textOrNull('kind') : null,
    matchLabels: workload.value('matchLabels') === null ? null : workload.list('matchLabels', readLabel),
    problem: workload.textOrNull('problem'),
    services: workload.list('services', service => ({
      name: service.text('name'),
      selector: service.list('selector', readLabel),
    })),
    hostAddresses: workload.textsIfThere('hostAddresses'),
  };
}

function readLabel(label: Member): MapLabel {
  return { key: label.text('key'), value: label.text('value') };
}

/** An object of a JSON text that is believed only after a look. */
class Member {
  readonly #value: object;
  readonly #name: string | number;
  readonly #parent: Member | undefined;

  constructor(value: unknown, name: string | number, parent?: Member) {
    this.#name = name;
    this.#parent = parent;
    if (typeof value !== 'object' || value === null) throw new CliError(`${this.#where()}: not an object`);
    this.#value = value;
  }

  /** The member of that name, undefined where it is not there. */
  value(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? Reflect.get(this.#value, name) : undefined;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  at(name: string): Member {
    return new Member(this.value(name), name, this);
  }

  objectOrNull<T>(name: string, read: (member: Member) => T): T | null {
    return this.value(name) === null ? null : read(this.at(name));
  }

  list<T>(name: string, read: (item: Member) => T): readonly T[] {
    const list = this.value(name);
    if (!Array.isArray(list)) throw this.#isNot('a list', { name });
    if (list.length === 0) return [];
    const at = this.at(name);
    return list.map((item: unknown, index) => read(new Member(item, index + 1, at)));
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw this.#isNot('a text', { name });
    return value;
  }

  textOrNull(name: string): string | null {
    return this.value(name) === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number') throw this.#isNot('a number', { name });
    return value;
  }

  numberOrNull(name: string): number | null {
    return this.value(name) === null ? null : this.number(name);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw this.#isNot('true or false', { name });
    return value;
  }

  textsIfThere(name: string): readonly string[] {
    return this.has(name) ? this.texts(name) : [];
  }

  texts(name: string): readonly string[] {
    const list = this.value(name);
    if (!Array.isArray(list) || !list.every(item => typeof item === 'string'))
      throw this.#isNot('a list of texts', { name });
    return list;
  }

  numbers(name: string): readonly number[] {
    const list = this.value(name);
    if (!Array.isArray(list) || !list.every(item => typeof item === 'number'))
      throw this.#isNot('a list of numbers', { name });
    return list;
  }

  #isNot(what: string, { name }: { readonly name: string }): CliError {
    return new CliError(`${this.#where()}, ${name}: not ${what}`);
  }

  /** As `map.json, calls 1, client`. */
  #where(): string {
    if (this.#parent === undefined) return String(this.#name);
    return `${this.#parent.#where()}${typeof this.#name === 'number' ? ' ' : ', '}${this.#name}`;
  }
}

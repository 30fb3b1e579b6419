import { LruMap } from '@network-mapper/runtime';
import { bodyMembers, type Members } from './body-members.ts';
import { credentialScope, type CredentialScope } from './credential-scope.ts';
import { parseEndpoint, type Endpoint } from './host-name.ts';
import type { AwsRequest } from './request.ts';
import { matchRestPath, parseRestPath, type RestPath } from './rest-paths.ts';
import type { OperationRow, ServiceModel, ServiceTable } from './service-table.ts';

/** Which operation of which service a request is, and its input as far as it was seen. */
export interface Operation {
  readonly service: ServiceModel;
  readonly name: string;
  readonly action: string;
  readonly resource: string;
  readonly scope: CredentialScope | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly request: AwsRequest;
  readonly pathParts: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly members: Members;
}

interface CompiledRow {
  readonly rest: RestPath;
  readonly row: OperationRow;
  readonly service: ServiceModel;
}

const cborPath = /^\/service\/[^/]+\/operation\/([^/?]+)/;

/** Finds operations in the table of all services. What it needs of a service is compiled at its first request. */
export class Operations {
  readonly #table: ServiceTable;
  readonly #rest = new LruMap<string, readonly CompiledRow[]>({ maxEntries: 100 });

  constructor(table: ServiceTable) {
    this.#table = table;
  }

  /** Undefined when the request is not one of a service that is known. */
  find(request: AwsRequest): Operation | undefined {
    const scope = credentialScope(request);
    const endpoint = parseEndpoint(request.host);
    const name = scope?.service ?? endpoint?.service ?? '';
    const models = this.#table[signingName(name)];
    if (models === undefined) return undefined;
    const [path = '', search = ''] = request.path.split('?', 2);
    const query = new URLSearchParams(search);
    const members = bodyMembers(request);
    const seen = { scope, endpoint, request, query, members, pathParts: new Map<string, string>() };
    const found = byRpc(models, request, members) ?? this.#byRest(name, models, { ...seen, path });
    if (found === undefined) return undefined;
    const { row, service, pathParts = seen.pathParts } = found;
    const [operation = '', action = '', resource = ''] = row;
    return { ...seen, service, name: operation, action, resource, pathParts };
  }

  #byRest(
    name: string,
    models: readonly ServiceModel[],
    { request: { method, headers, host }, path, query, endpoint }: RestRequest,
  ): Found | undefined {
    // The bucket of S3 is in the name of the host, or in the path.
    const bucket =
      name.startsWith('s3') && endpoint !== undefined && isBucket(endpoint, host) ? `/${endpoint.before}` : '';
    const asked = { method, headers, query, path: bucket + (bucket !== '' && path === '/' ? '' : path) };
    for (const { rest, row, service } of this.#compiled(name, models)) {
      const pathParts = matchRestPath(rest, asked);
      if (pathParts !== undefined) return { row, service, pathParts };
    }
    return undefined;
  }

  /** Those that fix most of a request first. */
  #compiled(name: string, models: readonly ServiceModel[]): readonly CompiledRow[] {
    let rows = this.#rest.get(name);
    if (rows === undefined) {
      rows = models
        .flatMap(service =>
          service.operations.flatMap(row => {
            const [, , , template] = row;
            return template === undefined ? [] : [{ rest: parseRestPath(template), row, service }];
          }),
        )
        .sort((a, b) => b.rest.weight - a.rest.weight);
      this.#rest.set(name, rows);
    }
    return rows;
  }
}

interface Found {
  readonly row: OperationRow;
  readonly service: ServiceModel;
  readonly pathParts?: ReadonlyMap<string, string>;
}

interface RestRequest {
  readonly request: AwsRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly endpoint: Endpoint | undefined;
}

/** S3 on Outposts, Object Lambda and S3 Express sign under names of their own. */
function signingName(service: string): string {
  return service === 's3express' || service === 's3-object-lambda' || service === 's3-outposts' ? 's3' : service;
}

function isBucket({ before, service }: Endpoint, host: string): boolean {
  return before !== '' && (service === 's3' || host.includes('.s3'));
}

/** By the header of the JSON protocols, the form's `Action`, or the path of Smithy's RPC v2. */
function byRpc(models: readonly ServiceModel[], { headers, path }: AwsRequest, members: Members): Found | undefined {
  const target = headers.get('x-amz-target');
  if (target !== undefined) {
    const dot = target.lastIndexOf('.');
    const [prefix, name] = [target.slice(0, dot), target.slice(dot + 1)];
    return (
      named(
        models.filter(model => model.target === prefix),
        name,
      ) ?? named(models, name)
    );
  }
  const cbor = headers.get('smithy-protocol') === 'rpc-v2-cbor' ? cborPath.exec(path)?.[1] : undefined;
  if (cbor !== undefined) return named(models, cbor);
  const query = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  const action = members.get('Action') ?? query.get('Action');
  if (action === null) return undefined;
  const version = members.get('Version') ?? query.get('Version');
  return (
    named(
      models.filter(model => model.version === version),
      action,
    ) ?? named(models, action)
  );
}

function named(models: readonly ServiceModel[], name: string): Found | undefined {
  for (const service of models) {
    const row = service.operations.find(([operation]) => operation === name);
    if (row !== undefined) return { row, service };
  }
  return undefined;
}

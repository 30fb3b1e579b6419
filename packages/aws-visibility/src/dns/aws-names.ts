import { parseEndpoint } from '../recognise/host-name.ts';
import type { ServiceTable } from '../recognise/service-table.ts';

/** Services whose endpoints have names of resources before them: buckets, accounts, queues of other accounts. */
const withNames: ReadonlySet<string> = new Set([
  's3',
  's3-control',
  's3-accesspoint',
  's3-outposts',
  's3-object-lambda',
  'ddb',
]);
/** Services that answer in the whole partition, at a name without a region. */
const account = /^\d{12}$/;

/**
 * Which names are endpoints of AWS's APIs. Databases, load balancers and clusters have names below amazonaws.com as
 * well, speak other protocols on other ports, and are none.
 */
export class AwsNames {
  readonly #endpoints: ReadonlySet<string>;

  constructor(table: ServiceTable) {
    this.#endpoints = new Set(Object.values(table).flatMap(models => models.map(({ endpoint }) => endpoint)));
  }

  /** `name` in lower case, without a dot at its end. */
  has(name: string): boolean {
    const endpoint = parseEndpoint(name);
    if (endpoint === undefined) return false;
    const { service, region, before } = endpoint;
    if (before === '') return this.#isService(service);
    if (withNames.has(service)) return true;
    // Prefixes of two parts, such as `streams.dynamodb` and `api.ecr`, with `<account>.` before some.
    const [first = '', ...rest] = before.split('.');
    const prefix = account.test(first) ? rest.join('.') : before;
    return region !== undefined && this.#isService(prefix === '' ? service : `${prefix}.${service}`);
  }

  #isService(prefix: string): boolean {
    const plain = prefix.replace(/-fips$/, '');
    return withNames.has(plain) || this.#endpoints.has(plain);
  }
}

/** How a REST operation is addressed, from a model's `METHOD /path/{Name}/{Key+}?query header …`. */
export interface RestPath {
  readonly method: string;
  readonly path: RegExp;
  readonly names: readonly string[];
  /** Names that the query must have, with the value where that is fixed. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  readonly headers: readonly string[];
  /** The more of it is fixed, the better a match it is. */
  readonly weight: number;
}

export function parseRestPath(template: string): RestPath {
  const [method = '', uri = '', ...headers] = template.split(' ');
  const [path = '', search = ''] = uri.split('?');
  const names: string[] = [];
  let weight = 0;
  const pattern = path.split('/').map(part => {
    const variable = /^\{(\w+)(\+?)\}$/.exec(part);
    if (variable === null) {
      weight += part === '' ? 0 : 100;
      return part.replaceAll(/\{(\w+)\}|[^\w]/g, (text, name: string | undefined) => {
        if (name === undefined) return `\\${text}`;
        names.push(name);
        return '([^/]+)';
      });
    }
    names.push(variable[1] ?? '');
    weight += variable[2] === '' ? 10 : 1;
    return variable[2] === '' ? '([^/]+)' : '(.+)';
  });
  const query = search
    .split('&')
    .filter(part => part !== '')
    .map((part): readonly [string, string | undefined] => {
      const [name = '', value] = part.split('=');
      return [name, value];
    });
  return {
    method,
    path: new RegExp(`^${pattern.join('/')}/?$`),
    names,
    query,
    headers,
    weight: weight + 20 * query.length + 15 * headers.length,
  };
}

interface Addressed {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
}

/** The parts of the path by name; undefined when the request is not for this operation. */
export function matchRestPath(rest: RestPath, request: Addressed): ReadonlyMap<string, string> | undefined {
  if (rest.method !== request.method) return undefined;
  const match = rest.path.exec(request.path);
  if (match === null) return undefined;
  for (const [name, value] of rest.query) {
    const given = request.query.get(name);
    if (given === null || (value !== undefined && value !== '' && given !== value)) return undefined;
  }
  if (!rest.headers.every(name => request.headers.has(name))) return undefined;
  return new Map(rest.names.map((name, index) => [name, decoded(match[index + 1] ?? '')]));
}

/** A part of a path may be any bytes; what is no UTF-8 stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

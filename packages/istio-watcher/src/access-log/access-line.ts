import { normalAddress, type AddressParty } from '@network-mapper/model';

/** A connection that a ztunnel carried, or did not. */
export interface CarriedConnection {
  readonly client: AddressParty;
  readonly server: AddressParty;
  /** False when it was denied or failed. */
  readonly accepted: boolean;
}

/** Longer lines are none of a ztunnel. In characters. */
const longestLine = 16_384;

/**
 * A line of the access log of a ztunnel (istio/ztunnel, src/proxy/metrics.rs), as text or as JSON; undefined for all
 * others. The names of workloads in it are not looked at: they may be those of pods that are gone.
 */
export function parseAccessLine(line: string): CarriedConnection | undefined {
  if (line.length > longestLine || !/\bconnection (?:complete|failed)\b/.test(line)) return undefined;
  const fields = line.startsWith('{') ? jsonFields(line) : textFields(line);
  const client = addressIn(fields.get('src.addr'));
  // Between two ztunnels the address that was called is the one within the tunnel.
  const server = addressIn(fields.get('dst.hbone_addr')) ?? addressIn(fields.get('dst.addr'));
  if (client === undefined || server === undefined) return undefined;
  // The client's port says nothing once the connection is over.
  return { client: { kind: 'address', ip: client.ip }, server, accepted: !fields.has('error') };
}

function textFields(line: string): ReadonlyMap<string, string> {
  const fields = line.matchAll(/(?<=\s)([a-z_.]+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/g);
  return new Map([...fields].map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']));
}

function jsonFields(line: string): ReadonlyMap<string, string> {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
  if (typeof fields !== 'object' || fields === null) return new Map();
  return new Map(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** `10.0.0.1:80` or `[fd00::1]:80`. */
function addressIn(text: string | undefined): AddressParty | undefined {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text ?? '') ?? [];
  const ip = normalAddress(bracketed ?? plain ?? '');
  const port = Number(portText);
  return ip === undefined || port < 1 || port > 65_535 ? undefined : { kind: 'address', ip, port };
}

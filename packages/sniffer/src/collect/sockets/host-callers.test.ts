import { packIpv4, type TcpPacket } from '@network-mapper/packets';
import { expect, test } from 'vitest';
import { ControlGroups } from '../../procfs/control-groups.ts';
import { HostCallers, type SocketLookup } from './host-callers.ts';

const address = (text: string): Buffer => Buffer.from(text.split('.').map(Number));
const packed = (text: string): ReturnType<typeof packIpv4> => packIpv4(address(text), 0);
const uid = (group: number): string => `pod ${group}`;

class Pods extends ControlGroups {
  override get(id: number): ReturnType<ControlGroups['get']> {
    return { kind: 'of-pod', uid: uid(id) };
  }

  override lookFor(): Promise<void> {
    return Promise.resolve();
  }
}

const socket = (ip: string, controlGroup: number): ReturnType<SocketLookup['findByLocalPort']>[number] => ({
  local: { address: address(ip), port: 40_000 },
  inode: 1,
  controlGroup,
});

/** Who is taken for the caller of a connection from 10.0.0.1 which is not found by both ends. */
function callerAmong(byPort: readonly ReturnType<typeof socket>[]): string | undefined {
  const sockets = { find: () => undefined, findByLocalPort: () => byPort };
  const callers = new HostCallers({ sockets, groups: new Pods('/nowhere'), share: 1 });
  callers.observe({
    source: packed('10.0.0.1'),
    sourcePort: 40_000,
    destination: packed('10.0.0.9'),
    destinationPort: 80,
  } as TcpPacket);
  return callers.podUid({ address: packed('10.0.0.1'), port: 40_000 }, { address: packed('10.0.0.9'), port: 80 });
}

test('a call that was translated is known by its port', () => {
  expect(callerAmong([socket('10.0.0.1', 7)])).toBe(uid(7));
  expect(callerAmong([socket('10.0.0.3', 7)])).toBe(uid(7)); // Its own address was translated as well.
});

test('of several sockets with the port the one with the address counts, and none where several have it', () => {
  expect(callerAmong([socket('10.0.0.3', 8), socket('10.0.0.1', 7)])).toBe(uid(7));
  expect(callerAmong([socket('10.0.0.1', 8), socket('10.0.0.1', 7)])).toBeUndefined();
  expect(callerAmong([socket('10.0.0.1', 7), socket('10.0.0.1', 7)])).toBe(uid(7));
  expect(callerAmong([])).toBeUndefined();
});

test('looking through all sockets stops where its share of CPU is used up', () => {
  let looked = 0;
  const slow: SocketLookup = {
    find: () => undefined,
    findByLocalPort: () => {
      looked++;
      const end = performance.now() + 20;
      while (performance.now() < end);
      return [];
    },
  };
  const callers = new HostCallers({ sockets: slow, groups: new Pods('/nowhere'), share: 0.001 });
  for (let port = 1; port <= 100; port++)
    callers.observe({ source: 1, sourcePort: port, destination: 2, destinationPort: 80 } as TcpPacket);
  expect(looked).toBeLessThan(10);
});

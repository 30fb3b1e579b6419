import { expect, test } from 'vitest';
import { parseAccessLine } from './access-line.ts';

const time = '2026-11-28T10:00:00.028709Z';
const whole =
  'src.addr=10.244.0.33:50676 src.workload="sleep-7656cf8794-6mb2j" src.namespace="default" src.identity="spiffe://cluster.local/ns/default/sa/sleep" dst.addr=10.244.0.29:15008 dst.hbone_addr=10.244.0.29:5000 dst.service="hello.default.svc.cluster.local" dst.workload="hello-v1-7d4b9c6f5-xk2lp" dst.namespace="default" direction="outbound" bytes_sent=84 bytes_recv=358 duration="11ms"';
const wanted = {
  client: { kind: 'address', ip: '10.244.0.33' },
  server: { kind: 'address', ip: '10.244.0.29', port: 5000 },
};

test.each([
  [`${time}\tinfo\taccess\tconnection complete\t${whole}`, { ...wanted, accepted: true }],
  [
    `${time}\terror\taccess\tconnection complete\t${whole} error="policy rejection: allow policies exist, but none allowed"`,
    { ...wanted, accepted: false },
  ],
  [
    `${time} error access connection failed src.addr=[fd00::a]:1234 dst.addr=[fd00::b]:443 direction="inbound" error="refused"`,
    {
      client: { kind: 'address', ip: 'fd00::a' },
      server: { kind: 'address', ip: 'fd00::b', port: 443 },
      accepted: false,
    },
  ],
  [
    `{"level":"info","time":"${time}","scope":"access","message":"connection complete","src.addr":"10.244.0.33:50676","dst.addr":"10.244.0.29:5000"}`,
    { ...wanted, accepted: true },
  ],
])('of %s a connection is read', (line, connection) => {
  expect(parseAccessLine(line)).toEqual(connection);
});

test.each([
  `${time} info state_manager received updates`,
  `${time} info access connection complete src.addr=10.0.0.1:1`,
  `${time} info access connection complete src.addr=10.0.0.1:1 dst.addr=example.com:80`,
  `${time} info access connection complete src.addr=10.0.0.1:1 dst.addr=10.0.0.2:99999`,
  '{"message":"connection complete"',
])('no connection is read of %s', line => {
  expect(parseAccessLine(line)).toBeUndefined();
});

// The cluster's DNS server: a pod of its own that answers for `*.svc.cluster.local`, over UDP.
import { createSocket } from 'node:dgram';
import { decode, encode, type DecodedPacket } from 'dns-packet';
import { answerQuery, type Zone } from './dns-answer.ts';

const zone = JSON.parse(process.env.ZONE ?? '') as Zone;

function decodeQuery(bytes: Buffer): DecodedPacket | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    console.log(`not a DNS message: ${String(error)}`);
    return undefined;
  }
}

const socket = createSocket('udp4');
socket.on('message', (bytes, client) => {
  const query = decodeQuery(bytes);
  if (query?.type === 'query') socket.send(encode(answerQuery(query, zone)), client.port, client.address);
});
socket.bind(53, () => console.log('listening'));

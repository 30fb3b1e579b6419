import { startProxy } from '../../../packages/aws-visibility/test/aws/world.ts';

// The proxy in a process of its own, so that its memory can be looked at. Says where it is in a line of JSON, and ends
// with its standard input.

const [port = '', authority = ''] = process.argv.slice(2);
const aws = { port: Number(port), authority, [Symbol.asyncDispose]: () => Promise.resolve() };
const proxy = await startProxy({ aws, mapperUrl: 'http://127.0.0.1:1/query' });
while ((await proxy.problems()).includes('pods')) await new Promise(resolve => setTimeout(resolve, 50));
console.log(JSON.stringify({ port: proxy.httpsPort, authority: proxy.authority() }));
process.stdin.resume().once('end', () => process.exit());

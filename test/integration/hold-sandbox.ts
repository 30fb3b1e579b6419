// Starts a sandbox with its pods, prints which namespaces it has, and holds it until it is ended from outside.
import { openSandbox, microservicesDemo } from '@network-mapper/sandbox';

const sandbox = await openSandbox(microservicesDemo);
await sandbox.startPods();
const listing = await sandbox.start({
  name: 'namespaces',
  command: ['sh', '-c', 'readlink /proc/[0-9]*/ns/net /proc/[0-9]*/ns/mnt /proc/[0-9]*/ns/pid | sort -u'],
});
await listing.exited();
console.log(
  JSON.stringify({ directory: sandbox.directory, namespaces: listing.lines.filter(line => line.includes('[')) }),
);
process.once('SIGINT', () => void sandbox[Symbol.asyncDispose]());

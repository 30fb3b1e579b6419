// Sends messages by AWS's SDK for JavaScript, some at a time: load.mjs COUNT LOOPS PAUSE. Writes a line of JSON for
// each: when it was begun and ended, and what went wrong.
import { argv, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const [count, loops, pause] = argv.slice(2).map(Number);
const sqs = new SQSClient({ region: 'eu-west-1' });
await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
// As AWS says it; moto, which stands behind TLS, says `http`.
const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';
let left = count;

async function loop() {
  while (left-- > 0) {
    const begun = Date.now();
    let problem;
    try {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'an order' }));
    } catch (error) {
      problem = String(error);
    }
    stdout.write(`${JSON.stringify({ begun, ended: Date.now(), problem })}\n`);
    await sleep(pause);
  }
}

await Promise.all(Array.from({ length: loops }, loop));

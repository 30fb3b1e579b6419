// Calls SQS and S3 under AWS's names each second, or after as many milliseconds as PAUSE says, signed
// (docs.aws.amazon.com, Signature Version 4), over a new connection each time, and writes a line of JSON for each call:
// when it was begun and ended, of which service, the status and who signed the server's certificate.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { env, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

// AWS's own authority, which every program trusts; that of the proxy is in NODE_EXTRA_CA_CERTS.
setDefaultCACertificates([...getCACertificates('default'), readFileSync('/config/aws.crt', 'utf8')]);
const region = 'eu-west-1';
const key = { id: 'AKIASP2TPHJSQH3FJXYZ', secret: 'secret-of-the-test' };
const hash = text => createHash('sha256').update(text).digest('hex');
const sign = (secret, text) => createHmac('sha256', secret).update(text).digest();

function signed({ service, method, path, headers, body }) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const host = `${service}.${region}.amazonaws.com`;
  const all = { host, 'x-amz-content-sha256': hash(body), 'x-amz-date': time, ...headers };
  const names = Object.keys(all).sort();
  const lines = names.map(name => `${name}:${all[name]}\n`).join('');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const asked = [method, path, '', lines, names.join(';'), hash(body)].join('\n');
  const secret = [date, region, service, 'aws4_request'].reduce(sign, `AWS4${key.secret}`);
  const signature = sign(secret, ['AWS4-HMAC-SHA256', time, scope, hash(asked)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { host, method, path, headers: { ...all, authorization } };
}

function call(what) {
  const begun = Date.now();
  return new Promise(resolve => {
    const done = result => {
      stdout.write(`${JSON.stringify({ begun, at: Date.now(), service: what.service, ...result })}\n`);
      resolve(result);
    };
    const failed = error => done({ status: 0, issuer: String(error) });
    const sent = request({ ...signed(what), agent: false, timeout: 3_000 }, answer => {
      const issuer = answer.socket.getPeerCertificate().issuer?.CN;
      answer.on('error', failed).on('end', () => done({ status: answer.statusCode, issuer }));
      answer.resume();
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer'))).on('error', failed);
    sent.end(what.body);
  });
}

function sqs(operation, input) {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` };
  return call({ service: 'sqs', method: 'POST', path: '/', headers, body: JSON.stringify(input) });
}

const s3 = (path, body) => call({ service: 's3', method: 'PUT', path, headers: {}, body });
const location = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;

const QueueUrl = `https://sqs.${region}.amazonaws.com/123456789012/orders`;
await sqs('CreateQueue', { QueueName: 'orders' });
await s3('/e2e-receipts', location);
for (;;) {
  await sqs('SendMessage', { QueueUrl, MessageBody: 'an order' });
  await s3('/e2e-receipts/receipt-1', 'a receipt');
  await sleep(Number(env.PAUSE ?? 1_000));
}

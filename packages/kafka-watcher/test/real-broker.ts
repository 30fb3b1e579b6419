import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '@network-mapper/runtime';
import { realPart } from '@network-mapper/testkit';
import { expect } from 'vitest';

export type BrokerVersion = '3.9.2' | '4.1.2' | '4.4.0';

export interface BrokerOptions {
  readonly version: BrokerVersion;
  /** Brokers up to 3.9 can have ZooKeeper. */
  readonly zookeeper?: boolean;
  /** Addresses of this machine from which clients come, as pods: the broker is reached at `broker.from(address)`. */
  readonly clients: readonly string[];
  /** More lines of `server.properties`. */
  readonly properties?: readonly string[];
  /** More listeners, `NAME://host:port` each, with the protocol of each. */
  readonly listeners?: readonly { readonly at: string; readonly protocol: string }[];
}

const host = '127.0.0.1';
/** Ports of a broker, from this one on; tests of one file run one after another. */
const [plainPort, controllerPort, zookeeperPort, firstClientPort] = [19_092, 19_099, 19_181, 19_200];
const heap = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];

/** A real Kafka broker on this machine, whose authorizer writes at level DEBUG to standard output. */
export class RealBroker implements AsyncDisposable {
  readonly #options: BrokerOptions;
  readonly #folder: string;
  readonly #jars: string;
  readonly #processes: ChildProcess[] = [];
  readonly #relays: Server[] = [];
  readonly logFile: string;

  private constructor(options: BrokerOptions, { folder, jars }: { readonly folder: string; readonly jars: string }) {
    this.#options = options;
    this.#folder = folder;
    this.#jars = jars;
    this.logFile = join(folder, 'stdout.log');
  }

  static async start(options: BrokerOptions): Promise<RealBroker> {
    const part = realPart('kafka', options.version);
    if (part.kind === 'missing') throw new Error(part.why);
    const folder = await mkdtemp(join(tmpdir(), 'kafka-'));
    const broker = new RealBroker(options, { folder, jars: part.path });
    try {
      await broker.#start();
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  readonly address = `${host}:${plainPort}`;

  /** Where a client connects to that is to be seen at one of the addresses. */
  from(client: string): string {
    return `${host}:${firstClientPort + 100 + this.#options.clients.indexOf(client)}`;
  }

  /** Runs one of Kafka's own tools until it ends or the broker does. */
  tool(name: string, ...args: readonly string[]): ChildProcess {
    const jars = this.#options.version === '4.4.0' ? realPart('kafka', '4.1.2') : undefined;
    const path = jars?.kind === 'there' ? jars.path : this.#jars;
    const child = spawn('java', [...heap, '-cp', `${path}/*`, toolClass(name, this.#options.version), ...args]);
    this.#processes.push(child);
    return child;
  }

  async createTopic(topic: string): Promise<void> {
    const args = ['--create', '--topic', topic, '--bootstrap-server', this.address, '--if-not-exists'];
    const [code] = (await once(this.tool('TopicCommand', ...args), 'exit')) as [number];
    expect(code).toBe(0);
  }

  log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes.reverse()) await killed(child);
    for (const relay of this.#relays) relay.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { clients, version, zookeeper = false } = this.#options;
    for (const [at, client] of clients.entries()) this.#relays.push(await relay(client, at));
    await writeFile(join(this.#folder, 'server.properties'), this.#properties());
    await writeFile(join(this.#folder, 'log4j.properties'), logging(version));
    if (zookeeper) await this.#startZookeeper();
    else {
      const format = ['format', '-t', '4L6g3nShT-eMCtK--X86sw', '-c', join(this.#folder, 'server.properties')];
      const [code] = (await once(this.#java('kafka.tools.StorageTool', format), 'exit')) as [number];
      if (code !== 0) throw new Error(await this.log());
    }
    const broker = this.#java('kafka.Kafka', [join(this.#folder, 'server.properties')]);
    await expect
      .poll(async () => {
        if (broker.exitCode !== null) return `ended: ${(await this.log()).slice(-2_000)}`;
        const log = await this.log();
        return /KafkaServer id=1\] started|Kafka Server started/.test(log) ? 'started' : 'starting';
      })
      .not.toBe('starting');
    if (broker.exitCode !== null) throw new Error(await this.log());
  }

  async #startZookeeper(): Promise<void> {
    const file = join(this.#folder, 'zk.properties');
    const lines = [
      `dataDir=${this.#folder}/zk`,
      `clientPort=${zookeeperPort}`,
      `clientPortAddress=${host}`,
      'admin.enableServer=false',
    ];
    await writeFile(file, lines.join('\n'));
    this.#java('org.apache.zookeeper.server.quorum.QuorumPeerMain', [file]);
    await expect.poll(() => isOpen(zookeeperPort)).toBe(true);
  }

  #java(program: string, args: readonly string[]): ChildProcess {
    const { version } = this.#options;
    const file = join(this.#folder, 'log4j.properties');
    const logging = version.startsWith('3.')
      ? `-Dlog4j.configuration=file:${file}`
      : `-Dlog4j2.configurationFile=${file}`;
    const child = spawn('java', [...heap, logging, '-cp', `${this.#jars}/*`, program, ...args]);
    const log = createWriteStream(this.logFile, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#processes.push(child);
    return child;
  }

  #properties(): string {
    const { clients, zookeeper = false, properties = [], listeners = [] } = this.#options;
    const all = [
      { name: 'PLAIN', at: `${host}:${plainPort}`, shown: this.address, protocol: 'PLAINTEXT' },
      ...clients.map((client, at) => ({
        name: `POD${at}`,
        at: `${host}:${firstClientPort + at}`,
        shown: this.from(client),
        protocol: 'PLAINTEXT',
      })),
      ...listeners.map(({ at, protocol }, index) => ({ name: `MORE${index}`, at, shown: at, protocol })),
    ];
    const kraft = [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@${host}:${controllerPort}`,
      'controller.listener.names=CONTROLLER',
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    ];
    const old = [
      'broker.id=1',
      `zookeeper.connect=${host}:${zookeeperPort}`,
      'authorizer.class.name=kafka.security.authorizer.AclAuthorizer',
    ];
    const controller = zookeeper ? '' : `,CONTROLLER://${host}:${controllerPort}`;
    return [
      `listeners=${all.map(({ name, at }) => `${name}://${at}`).join(',')}${controller}`,
      `advertised.listeners=${all.map(({ name, shown }) => `${name}://${shown}`).join(',')}`,
      `listener.security.protocol.map=${all.map(({ name, protocol }) => `${name}:${protocol}`).join(',')},CONTROLLER:PLAINTEXT`,
      'inter.broker.listener.name=PLAIN',
      ...(zookeeper ? old : kraft),
      'super.users=User:ANONYMOUS',
      'allow.everyone.if.no.acl.found=true',
      `log.dirs=${this.#folder}/data`,
      ...['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'].flatMap(topic => [
        `${topic}.replication.factor=1`,
        `${topic}.num.partitions=1`,
      ]),
      'transaction.state.log.min.isr=1',
      'share.coordinator.state.topic.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      'log.cleaner.enable=false',
      ...properties,
      '',
    ].join('\n');
  }
}

function toolClass(name: string, version: BrokerVersion): string {
  const isScala = name === 'ConsoleProducer' && version.startsWith('3.');
  return `${isScala ? 'kafka.tools' : 'org.apache.kafka.tools'}.${name}`;
}

/** Lets a client reach a listener of the broker by another address of this machine. */
async function relay(client: string, at: number): Promise<Server> {
  const server = createServer(socket => {
    const out = connect({ host, port: firstClientPort + at, localAddress: client });
    socket.pipe(out).pipe(socket);
    for (const [one, other] of [
      [socket, out],
      [out, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await listen(server, { name: 'a relay to the broker', port: firstClientPort + 100 + at, host });
  return server;
}

function logging(version: BrokerVersion): string {
  const pattern = '[%d] %p %m (%c)%n';
  const lines = version.startsWith('3.')
    ? [
        'log4j.rootLogger=INFO, stdout',
        'log4j.appender.stdout=org.apache.log4j.ConsoleAppender',
        'log4j.appender.stdout.layout=org.apache.log4j.PatternLayout',
        `log4j.appender.stdout.layout.ConversionPattern=${pattern}`,
        'log4j.logger.kafka.authorizer.logger=DEBUG',
      ]
    : [
        'rootLogger.level=INFO',
        'rootLogger.appenderRef.0.ref=STDOUT',
        'appender.0.type=Console',
        'appender.0.name=STDOUT',
        'appender.0.layout.type=PatternLayout',
        `appender.0.layout.pattern=${pattern}`,
        'logger.0.name=kafka.authorizer.logger',
        'logger.0.level=DEBUG',
      ];
  return lines.join('\n');
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host, port });
  return new Promise(settled => {
    socket.once('connect', () => settled(true)).once('error', () => settled(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

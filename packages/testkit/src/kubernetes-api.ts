import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { closeServer, listen } from '@network-mapper/runtime';
import { AccessRules, neededRight, type PolicyRule, type Right } from './access-rules.ts';
import { parseApiRequest, type ResourceRequest } from './api-request.ts';
import { discover } from './discovery.ts';
import { Faults, requestMatches, type Fault, type RequestMatch } from './faults.ts';
import { kubeconfigFor } from './kubeconfig.ts';
import type { KubernetesObject, ObjectMeta, ObjectReference } from './kubernetes-object.ts';
import { mergePatch } from './merge-patch.ts';
import { ObjectCollection } from './object-collection.ts';
import { ObjectLists, selectionOf } from './object-lists.ts';
import { PodLogs } from './pod-logs.ts';
import { ResourceTypes, type ResourceType } from './resource-types.ts';
import { Reviews } from './reviews.ts';
import { sendChunks, sendJson, sendStatus } from './response.ts';
import { badRequest, statuses, type ApiStatus } from './status.ts';
import { readObject, renderObject } from './stored-object.ts';
import { openWatch, type WatchStream } from './watch-stream.ts';

export interface KubernetesApiOptions {
  /** Where it listens: 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** How many changes of each kind a watch can catch up on: 1000 unless given. */
  readonly historyLimit?: number;
}

export interface LoggedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly accept: string;
}

/** Starts an API server that listens when this resolves. */
export async function createKubernetesApi(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  const api = new KubernetesApi(options);
  await api.up();
  return api;
}

/**
 * A Kubernetes API in this process, over real HTTP: discovery, get, paged lists and watches as a real server answers
 * them, of the objects that were put, which clients can create and patch. Everything that can go wrong with a real one
 * can be made to go wrong.
 */
export class KubernetesApi implements AsyncDisposable {
  readonly #host: string;
  #port: number;
  readonly #historyLimit: number;
  readonly #types = new ResourceTypes();
  readonly #collections = new Map<ResourceType, ObjectCollection>();
  readonly #lists = new ObjectLists();
  readonly #faults = new Faults();
  /** What containers write. */
  readonly logs = new PodLogs();
  /** Who tokens belong to, and what they may. */
  readonly reviews = new Reviews();
  #rules: AccessRules | undefined;
  readonly #watches = new Set<WatchStream>();
  readonly #requests: LoggedRequest[] = [];
  #server: Server | undefined;
  #revision = 1000;

  constructor({ host = '127.0.0.1', port = 0, historyLimit = 1000 }: KubernetesApiOptions) {
    this.#host = host;
    this.#port = port;
    this.#historyLimit = historyLimit;
  }

  get url(): string {
    return `http://${this.#host}:${String(this.#port)}`;
  }

  /** The text of a kubeconfig file by which clients reach this server. */
  kubeconfig(): string {
    return kubeconfigFor(this.url);
  }

  /** Every request since the start, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** How many watches are open now, of all kinds or of those that match. */
  openWatches(match: RequestMatch = {}): number {
    return [...this.#watches].filter(({ request }) => requestMatches(match, request)).length;
  }

  /** Creates or replaces objects; watches hear of each. A kind not known yet is served from now on. */
  put(...objects: readonly KubernetesObject[]): void {
    for (const object of objects) this.#collection(this.#types.serve(object)).put(object, ++this.#revision);
  }

  /** False when there was no such object. */
  remove(reference: ObjectReference): boolean {
    return this.#collection(this.#types.serve(reference)).remove(reference.metadata, ++this.#revision);
  }

  /** The objects of a kind, as they are now. */
  objects({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): readonly KubernetesObject[] {
    const type = this.#types.all().find(known => known.groupVersion === apiVersion && known.kind === kind);
    return type === undefined
      ? []
      : this.#collection(type)
          .list()
          .map(object => readObject(type, object));
  }

  /** Serves a kind no longer, as where its CRD is not installed; putting an object of it brings it back. */
  withdraw(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>): void {
    this.#types.withdraw(kind);
  }

  /** Until the returned function is called, requests that match go wrong so. */
  inject(match: RequestMatch, fault: Fault): () => void {
    return this.#faults.inject(match, fault);
  }

  /** `inject` of a refusal, such as `statuses.forbidden`. */
  refuse(match: RequestMatch, status: ApiStatus): () => void {
    return this.inject(match, { kind: 'refuse', status });
  }

  /** From now on nothing is allowed that these rules do not allow; says what is asked and what is refused. */
  enforce(rules: readonly PolicyRule[]): AccessRules {
    this.#rules = new AccessRules(rules);
    return this.#rules;
  }

  /** Forgets the past: every resource version and list token given out so far is `410 Gone`. */
  forgetHistory(): void {
    this.#revision++;
    for (const collection of this.#collections.values()) collection.forgetHistory(this.#revision);
    this.#lists.forgetSnapshots();
  }

  /** Sends a bookmark on all watches that allow them. */
  bookmark(): void {
    for (const watch of this.#watches) watch.bookmark();
  }

  /** Cuts the watches that match, all of them by default. */
  disconnect(match: RequestMatch = {}): void {
    for (const watch of this.#watches) if (requestMatches(match, watch.request)) watch.disconnect();
  }

  /** Cuts all connections and refuses new ones until `up`. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await closeServer(server);
  }

  /** Listens (again), on the same port as before. */
  async up(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => void this.#handle(request, response));
    this.#port = await listen(server, { name: 'the Kubernetes API of the tests', port: this.#port, host: this.#host });
    this.#server = server;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  #collection(type: ResourceType): ObjectCollection {
    let collection = this.#collections.get(type);
    if (collection === undefined) {
      collection = new ObjectCollection(type, this.#historyLimit);
      this.#collections.set(type, collection);
    }
    return collection;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = message;
    const accept = headers.accept ?? '';
    this.#requests.push({ method, url, accept });
    const review = this.reviews.reviewed(message);
    if (review !== undefined) {
      if (!this.#isRefused(review, response)) await this.reviews.answer(message, response);
      return;
    }
    const request = parseApiRequest({ method, url, accept });
    if (request.verb === 'unsupported') {
      sendStatus(response, {
        code: 405,
        reason: 'MethodNotAllowed',
        message: `${request.method} is not served`,
      });
      return;
    }
    if (request.verb === 'discover') {
      const document = discover(this.#types, request.path);
      if (document === undefined) {
        sendStatus(response, statuses.notFound);
        return;
      }
      sendJson(response, 200, document);
      return;
    }
    if (this.#isRefused(neededRight(request), response)) return;
    const fault = this.#faults.for(request);
    if (fault?.kind === 'cut') return void response.destroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'refuse') {
      sendStatus(response, fault.status);
      return;
    }
    if (fault?.kind === 'delay') await sleep(fault.milliseconds);
    if (request.verb === 'create') await this.#create(request, message, response);
    else if (request.verb === 'patch' || request.verb === 'patch-status') await this.#patch(request, message, response);
    else this.#answer(request, response);
  }

  #isRefused(right: Right, response: ServerResponse): boolean {
    const refusal = this.#rules?.refusal(right);
    if (refusal !== undefined) sendStatus(response, refusal);
    return refusal !== undefined;
  }

  async #create(request: ResourceRequest, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = this.#types.atPath(request);
    const object = await readJson(message);
    if (type === undefined || object === undefined) {
      sendStatus(response, type === undefined ? statuses.notFound : badRequest('the body must be an object in JSON'));
      return;
    }
    const metadata = { ...object.metadata, ...(type.namespaced ? { namespace: request.namespace } : {}) };
    if (this.#collection(type).get(metadata) !== undefined) {
      const text = `${type.plural} "${metadata.name}" already exists`;
      sendStatus(response, { code: 409, reason: 'AlreadyExists', message: text });
      return;
    }
    this.put({ ...object, apiVersion: type.groupVersion, kind: type.kind, metadata });
    const stored = this.#collection(type).get(metadata);
    sendJson(response, 201, stored === undefined ? {} : readObject(type, stored));
  }

  async #patch(request: ResourceRequest, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = this.#types.atPath(request);
    const change = message.headers['content-type'] === mergePatchType ? await readJson(message) : undefined;
    const stored = type === undefined ? undefined : this.#collection(type).get(request);
    if (type === undefined || stored === undefined) {
      sendStatus(response, statuses.notFound);
      return;
    }
    if (change === undefined) {
      sendStatus(response, badRequest('the body must be a JSON merge patch (application/merge-patch+json)'));
      return;
    }
    const before = readObject(type, stored);
    const version = (change as { readonly metadata?: ObjectMeta }).metadata?.resourceVersion;
    if (version !== undefined && version !== before.metadata.resourceVersion) {
      sendStatus(response, { code: 409, reason: 'Conflict', message: 'the object has been modified' });
      return;
    }
    const after =
      request.verb === 'patch-status'
        ? { ...before, status: mergePatch(before.status ?? {}, change.status ?? {}) }
        : (mergePatch(before, { ...change, status: before.status ?? null }) as KubernetesObject);
    // As a real server: what changes nothing makes no new version, and nobody hears of it.
    if (!isDeepStrictEqual(withoutNothing(after), withoutNothing(before))) this.put(after);
    sendJson(response, 200, readObject(type, this.#collection(type).get(request) ?? stored));
  }

  #answer(request: ResourceRequest, response: ServerResponse): void {
    const type = this.#types.atPath(request);
    if (type === undefined) {
      sendStatus(response, statuses.notFound);
      return;
    }
    const collection = this.#collection(type);
    if (request.verb === 'get') {
      get(collection, request, response);
      return;
    }
    if (request.verb === 'log') {
      if (collection.get(request) === undefined) sendStatus(response, statuses.notFound);
      else this.logs.answer(request, response);
      return;
    }
    if (request.verb === 'watch') {
      this.#watch(collection, request, response);
      return;
    }
    const list = this.#lists.answer(collection, request, this.#revision);
    if (list.kind === 'refused') {
      sendStatus(response, list.status);
      return;
    }
    void sendChunks(response, list);
  }

  #watch(collection: ObjectCollection, request: ResourceRequest, response: ServerResponse): void {
    const matches = selectionOf(request);
    if (typeof matches !== 'function') {
      sendStatus(response, matches);
      return;
    }
    const watch = openWatch({ collection, request, matches, response, revision: () => this.#revision });
    this.#watches.add(watch);
    response.once('close', () => this.#watches.delete(watch));
  }
}

const mergePatchType = 'application/merge-patch+json';

/** Undefined when the body is no JSON object. */
async function readJson(message: IncomingMessage): Promise<KubernetesObject | undefined> {
  const body = await text(message);
  try {
    const object: unknown = JSON.parse(body);
    return typeof object === 'object' && object !== null ? (object as KubernetesObject) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An object without members that are empty: an object without a status is one whose status is empty. */
function withoutNothing({ status, ...rest }: KubernetesObject): object {
  const isEmpty = status === undefined || isDeepStrictEqual(status, {});
  return isEmpty ? rest : { ...rest, status };
}

function get(collection: ObjectCollection, request: ResourceRequest, response: ServerResponse): void {
  const object = collection.get(request);
  if (object === undefined) {
    const message = `${request.plural} "${request.name}" not found`;
    sendStatus(response, { ...statuses.notFound, message });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(renderObject(collection.type, object, request));
}

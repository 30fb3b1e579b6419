import type { Plugin } from 'rolldown';

/**
 * The OTLP exporter asks for gRPC by a `require` of its own, which a bundler does not see; as an import it is bundled.
 */
const importGrpc: Plugin = {
  name: 'import gRPC',
  transform: {
    filter: { id: /otlp-grpc-exporter-base/, code: '__require("@grpc/grpc-js")' },
    handler: code => `import * as grpc from '@grpc/grpc-js';${code.replaceAll('__require("@grpc/grpc-js")', 'grpc')}`,
  },
};

/**
 * As an import, a module of Node's is asked for all its exports; for some it loads a lot, e.g. for `node:http`'s
 * WebSocket TLS, HTTP/2 and undici: 14 MiB. `node:module` is what the bundler itself imports.
 */
const builtinsOnDemand: Plugin = {
  name: 'modules of Node without what nobody asked for',
  resolveId: { filter: { id: /^node:(?!module$)/ }, handler: id => `\0${id}` },
  load: {
    filter: { id: /^\0node:/ },
    handler: id => ({ code: `module.exports = process.getBuiltinModule('${id.slice(1)}');`, moduleType: 'js' }),
  },
};

/** Nothing pushes metrics, and what would loads `node:https`, which takes 3 MiB. */
const noPushgateway: Plugin = {
  name: 'no Pushgateway',
  load: {
    filter: { id: /\/prom-client\/lib\/pushgateway\.js$/ },
    handler: () => ({ code: 'module.exports = undefined;', moduleType: 'js' }),
  },
};

/** The package of checksums and compression reads a file beside it, unless the one that has it inside is asked for. */
const wasmInside: Plugin = {
  name: 'WebAssembly inside',
  resolveId: {
    filter: { id: /^@platformatic\/wasm-utils$/ },
    handler(id, importer) {
      return this.resolve(`${id}/bundled`, importer);
    },
  },
};

/** What every bundle needs. */
export const bundlePlugins: Plugin[] = [importGrpc, builtinsOnDemand, noPushgateway, wasmInside];

// Options
export {
  ConfigError,
  option,
  readOptions,
  type Config,
  type GivenOptions,
  type Option,
  type OptionForm,
  type OptionTable,
} from './options.ts';
export { jsonSchemaOf } from './json-schema.ts';
export * as form from './option-forms.ts';

// Lifecycle
export { aborted, every, pause, runAll, type Runnable } from './lifecycle.ts';
export { runProgram } from './process.ts';

// Time
export { monotonicTime, wallTime } from './clock.ts';
export { after } from './timer.ts';

// Being watched
export { createLogger, describe, type Logger } from './logger.ts';
export {
  Counter,
  createMetricsListener,
  createRegistry,
  Gauge,
  Histogram,
  Registry,
  type LargeMetrics,
} from './metrics.ts';
export { createHealthListener, type HealthListenerOptions } from './health.ts';

// HTTP
export {
  closeServer,
  createHttpListener,
  listen,
  ListenError,
  type ClosableServer,
  type HttpListenerOptions,
} from './http-listener.ts';

// Small tools
export { backoff, type BackoffOptions } from './backoff.ts';
export { LruMap, type LruMapOptions } from './lru-map.ts';
export { MultiMap } from './multi-map.ts';
export { TimeSlice, type TimeSliceOptions } from './time-slice.ts';

/**
 * Preloaded: how long the event loop is held is measured by a timer of 10 ms, finer than the programs have it. (As
 * TypeScript it would cost them 13 MiB.)
 */
import performance from 'node:perf_hooks';

const { monitorEventLoopDelay } = performance;
Object.assign(performance, { monitorEventLoopDelay: () => monitorEventLoopDelay({ resolution: 10 }) });

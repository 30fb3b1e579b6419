/** Preloaded: how long the event loop is held is measured by a timer of 10 ms, finer than the sniffer has it. */
import performance from 'node:perf_hooks';

const { monitorEventLoopDelay } = performance;
Object.assign(performance, { monitorEventLoopDelay: () => monitorEventLoopDelay({ resolution: 10 }) });

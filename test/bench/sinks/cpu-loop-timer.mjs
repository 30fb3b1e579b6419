/**
 * Preloaded: how long the event loop is held is measured in CPU time of its thread, between two turns of a timer of
 * 5 ms, so that what else runs on the machine does not count.
 */
import performance from 'node:perf_hooks';
import process from 'node:process';
import { setInterval } from 'node:timers';

Object.assign(performance, {
  monitorEventLoopDelay: () => {
    const histogram = performance.createHistogram();
    const used = () => {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    };
    let last = used();
    setInterval(() => {
      const now = used();
      histogram.record(Math.max(1, Math.round((now - last) * 1000)));
      last = now;
    }, 5).unref();
    return Object.assign(histogram, { enable: () => true, disable: () => true });
  },
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@network-mapper/testkit';

/** Whether Prometheus is installed here; tests that need it are skipped without, and say so. */
export const hasPrometheus = ['prometheus', 'promtool'].every(
  command => spawnSync(command, ['--version']).error === undefined,
);
if (!hasPrometheus) console.log('skipped: prometheus and promtool are not installed (scripts/debian-packages.txt)');

export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Prometheus extends AsyncDisposable {
  /** What a query answers now. */
  query(text: string): Promise<readonly PrometheusSample[]>;
}

/** A real Prometheus that scrapes `127.0.0.1:port` every second. */
export async function startPrometheus(port: number): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [{job_name: mapper, static_configs: [{targets: ['127.0.0.1:${port}']}]}]\n`,
  );
  const own = await freePort();
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${own}`],
    { stdio: 'ignore' },
  );
  return {
    query: async text => {
      const url = `http://127.0.0.1:${own}/api/v1/query?query=${encodeURIComponent(text)}`;
      const answer = (await (await fetch(url)).json()) as {
        readonly data: { readonly result: readonly PrometheusSample[] };
      };
      return answer.data.result;
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** What promtool has against the text of a metrics endpoint, a line each. */
export function checkMetrics(text: string): readonly string[] {
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '');
}

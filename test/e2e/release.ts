import { join } from 'node:path';
import { chart, helmPath } from '../chart/helm.ts';
import { command } from './command.ts';
import { images } from './images.ts';

/** The release that is tested. */
export class Release {
  readonly #kubeconfig: string;
  readonly namespace = 'otterize-system';

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  /** Installs or upgrades it, without waiting until it is ready. */
  async install(...values: readonly string[]): Promise<void> {
    const ours = Object.entries(images).flatMap(([service, image]) =>
      Object.entries(image).flatMap(([name, value]) => ['--set', `${service}.${name}=${value}`]),
    );
    const more = values.flatMap(value => ['--set', value]);
    await this.#helm('upgrade', '--install', 'network-mapper', chart, '--create-namespace', ...ours, ...more);
  }

  async uninstall(): Promise<void> {
    await this.#helm('uninstall', 'network-mapper', '--ignore-not-found', '--wait');
  }

  #helm(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: this.#kubeconfig, HELM_CACHE_HOME: join(chart, '../../.cache/helm') };
    return command(helmPath, ['--namespace', this.namespace, ...args], { env });
  }
}

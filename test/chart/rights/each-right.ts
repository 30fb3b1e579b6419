import { KubeError } from '../../../packages/kube/src/index.ts';
import { covers, createKubernetesApi, ruleOf, toText, type KubernetesApi, type Right } from '@network-mapper/testkit';
import { describe, expect, test, vi } from 'vitest';

/** A program that runs against the API of a test; `use` makes it do once more all that it can. */
export interface UsedProgram extends AsyncDisposable {
  readonly use?: () => Promise<unknown>;
}

export interface TestedProgram {
  readonly name: string;
  readonly rights: readonly Right[];
  /** Fills the cluster and starts the program. Throws KubeError where it cannot start for want of a right. */
  readonly start: (kubernetes: KubernetesApi) => Promise<UsedProgram>;
}

const patient = 60_000;
const limit = { timeout: 2 * patient };

/** A program needs just the rights that the chart gives it. */
export function eachRightIsNeeded({ name, rights, start }: TestedProgram): void {
  /** Runs it with some rights until `isEnough`. */
  async function run(allowed: readonly Right[], isEnough: (access: Access) => boolean): Promise<Access> {
    await using kubernetes = await createKubernetesApi();
    const access = kubernetes.enforce(allowed.map(ruleOf));
    await using program = await start(kubernetes).catch((error: unknown) => {
      // It says so and is started again: what it was refused is known.
      if (!(error instanceof KubeError)) throw error;
      return undefined;
    });
    await vi.waitUntil(
      async () => {
        await program?.use?.();
        return isEnough(access);
      },
      { timeout: patient, interval: 50 },
    );
    return access;
  }

  describe(name, () => {
    test('is refused nothing, and uses every right that the chart gives it', limit, async () => {
      const { refused } = await run(rights, ({ unused }) => unused.length === 0);
      expect(refused).toEqual([]);
    });

    test.each(rights.map(right => [toText(right), right] as const))(
      'asks in vain where it may not %s',
      limit,
      async (_, right) => {
        const others = rights.filter(other => other !== right);
        const { refused } = await run(others, access => access.refused.length > 0);
        expect(refused.filter(asked => !covers(right, asked)).map(toText)).toEqual([]);
      },
    );
  });
}

type Access = ReturnType<KubernetesApi['enforce']>;

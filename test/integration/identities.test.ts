import { MapperClient, operations } from '@network-mapper/api';
import { expect, test, vi } from 'vitest';
import { microservicesDemo, openSandbox } from '@network-mapper/sandbox';
import { noSandbox } from './sandbox-available.ts';

test.skipIf(noSandbox)(
  'services are named for what people deployed: the top of their owners, or the annotation on the pod',
  async () => {
    await using sandbox = await openSandbox(microservicesDemo);
    await sandbox.startPods();
    await sandbox.startMapper();
    await sandbox.startSniffer();
    const client = new MapperClient({ url: sandbox.mapperUrl, timeout: 30_000 });
    await vi.waitFor(
      async () => {
        const answer = await client.ask(operations.serviceKinds);
        const intents = answer.kind === 'answered' ? answer.data.serviceIntents : [];
        const identities = intents.flatMap(({ client: caller, intents: servers }) => [caller, ...servers]);
        const kinds = Object.fromEntries(identities.map(({ name, podOwnerKind }) => [name, podOwnerKind?.kind]));
        expect(kinds).toEqual({
          adservice: 'Deployment',
          cartservice: 'Deployment',
          checkoutservice: 'Deployment',
          currencyservice: 'Deployment',
          emailservice: 'Deployment',
          frontend: 'Deployment',
          loadgenerator: 'CronJob',
          paymentservice: 'Deployment',
          productcatalogservice: 'Deployment',
          // An override has no owner object.
          recommendationservice: undefined,
          'redis-cart': 'StatefulSet',
          shippingservice: 'Deployment',
        });
        expect(identities.find(({ nameResolvedUsingAnnotation }) => nameResolvedUsingAnnotation === true)?.name).toBe(
          'recommendationservice',
        );
        expect(new Set(identities.map(({ namespace }) => namespace))).toEqual(new Set(['otterize-ecom-demo']));
      },
      { timeout: 120_000, interval: 200 },
    );
  },
);

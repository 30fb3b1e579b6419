import { boolean, integer, type Value } from './value.ts';
import { watcherImage, workload } from './workload-values.ts';

const aws = 'aws.visibility.enabled=true';
export const awsVisibility: readonly Value[] = [
  {
    path: 'aws.visibility.enabled',
    schema: boolean,
    fallback: false,
    about:
      'AWS visibility: calls to AWS of the pods with the label `network-mapper.otterize.com/aws-visibility: "true"`, by a proxy, a DNS server and a webhook.',
  },
  {
    path: 'aws.visibility.replicas',
    schema: integer({ minimum: 1, maximum: 10 }),
    fallback: 1,
    about: 'Pods of each of the three.',
    sample: 2,
    needs: aws,
  },
  {
    path: 'aws.visibility.failurePolicy',
    schema: { enum: ['Ignore', 'Fail'] },
    fallback: 'Ignore',
    about:
      'What becomes of a pod that has opted in while the webhook is away: `Ignore` starts it unseen, `Fail` refuses it.',
    sample: 'Fail',
    needs: aws,
  },
  ...workload({
    ...watcherImage,
    at: 'aws.visibility',
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    needs: aws,
  }),
];

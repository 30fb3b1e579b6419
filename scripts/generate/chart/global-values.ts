import { boolean, map, text, texts, type Value } from './value.ts';

const credentials = 'global.otterizeCloud.credentials';
export const global: readonly Value[] = [
  {
    path: 'global.image.registry',
    schema: text,
    about: 'The registry of all images, instead of that of their repositories: for clusters without a way out.',
    sample: 'registry.example.com',
  },
  {
    path: 'global.image.pullSecrets',
    schema: texts,
    fallback: [],
    about: 'Names of Secrets to pull all images with.',
    sample: ['pull'],
  },
  { path: 'global.podLabels', schema: map, fallback: {}, about: 'Labels of all pods.', sample: { a: 'b' } },
  { path: 'global.podAnnotations', schema: map, fallback: {}, about: 'Annotations of all pods.', sample: { a: 'b' } },
  { path: 'global.commonLabels', schema: map, fallback: {}, about: 'Labels of all objects.', sample: { a: 'b' } },
  {
    path: 'global.commonAnnotations',
    schema: map,
    fallback: {},
    about: 'Annotations of all objects.',
    sample: { a: 'b' },
  },
  {
    path: 'global.openshift',
    schema: boolean,
    fallback: false,
    about: 'On OpenShift: no fixed user ids, and SecurityContextConstraints for the sniffer.',
  },
  {
    path: 'global.serviceNameOverrideAnnotationName',
    schema: text,
    about: 'Deprecated name of `global.workloadNameOverrideAnnotationName`, which it goes before.',
    sample: 'a/b',
  },
  {
    path: 'global.allowGetAllResources',
    schema: boolean,
    about: 'Goes before `allowGetAllResources`.',
    sample: true,
  },
  {
    path: 'global.otterizeCloud.apiAddress',
    schema: text,
    about:
      'Address of the cloud, to which the map is uploaded where there are credentials too; usage telemetry goes there as well (docs/telemetry.md). That of the original is gone, so there is no default.',
    sample: 'https://cloud.example.com/api',
  },
  { path: `${credentials}.clientId`, schema: text, about: 'Name to log in to the cloud with.', sample: 'client' },
  {
    path: `${credentials}.clientSecret`,
    schema: text,
    about: 'Secret to log in to the cloud with; better keep it in a Secret of your own.',
    sample: 'secret',
  },
  {
    path: `${credentials}.clientSecretKeyRef.secretName`,
    schema: text,
    about: 'Name of a Secret of your own with the credentials.',
    sample: 'mine',
    needs: `${credentials}.clientSecretKeyRef.secretKey=key`,
  },
  {
    path: `${credentials}.clientSecretKeyRef.secretKey`,
    schema: text,
    about: 'Its key with the secret.',
    sample: 'key',
    needs: `${credentials}.clientSecretKeyRef.secretName=mine`,
  },
  {
    path: `${credentials}.clientSecretKeyRef.clientIdKey`,
    schema: text,
    about: 'Its key with the name.',
    sample: 'id',
    needs: `${credentials}.clientSecretKeyRef.secretName=mine`,
  },
  {
    path: 'global.otterizeCloud.apiExtraCAPEMSecret',
    schema: text,
    about: 'Name of a Secret whose key `CA.pem` has certificates to trust the cloud by.',
    sample: 'ca',
  },
  {
    path: 'global.telemetry.enabled',
    schema: boolean,
    about: 'With false neither usage nor errors are sent (docs/telemetry.md). The program’s default is `true`.',
    sample: false,
  },
  {
    path: 'global.telemetry.usage.enabled',
    schema: boolean,
    about: 'With false usage is not sent. The program’s default is `true`.',
    sample: false,
  },
  {
    path: 'global.telemetry.errors.enabled',
    schema: boolean,
    about: 'With false errors are not sent. The program’s default is `true`.',
    sample: false,
  },
];

import { operations } from '@network-mapper/api';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { policyVerdict } from '../explain/policy-verdict.ts';
import { fromOption } from '../from-option.ts';
import { dataOf, toCall } from '../map-query.ts';
import { withoutFraction } from '../moment.ts';
import { placeOf, type MapCall } from '../network-map.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';
import { pathWords, topicWords } from '../resource-words.ts';
import { table } from '../table.ts';
import { parseWorkloadName } from '../workload-name.ts';

type Explained = operations.ExplainCallData['intents'][number];
type Row = readonly [string, string];

const notSeen = 3;

export const explain = defineCommand({
  name: 'explain',
  arguments: '<client> <server>',
  about: 'show all that is known of a call: evidence, when, how both sides were found, what would block it',
  options: { from: fromOption },
  examples: ['network-mapper explain shop/web shop/cart', 'network-mapper explain web.shop redis.data --from map.json'],
  exitCodes: { 0: 'the call was seen', 1: 'an error', 3: 'it was not seen' },
  run: async context => {
    const { words, options, output } = context;
    const [first, second, ...more] = words;
    if (first === undefined || second === undefined || more.length > 0)
      throw new CliError('explain is about two workloads: network-mapper explain <client> <server>');
    const [client, server] = [placeOf(parseWorkloadName(first)), placeOf(parseWorkloadName(second))];
    const isMeant = (call: Pick<MapCall, 'client' | 'server'>) =>
      placeOf(call.client) === client && placeOf(call.server) === server;
    const none = (calls: readonly Pick<MapCall, 'client' | 'server'>[]) => {
      output.inform(`No call from ${client} to ${server} was seen.`);
      const callers = calls.filter(call => placeOf(call.server) === server).map(call => placeOf(call.client));
      const called = calls.filter(call => placeOf(call.client) === client).map(call => placeOf(call.server));
      if (called.length > 0) output.inform(`${client} calls ${list(called)}.`);
      if (callers.length > 0) output.inform(`${server} is called by ${list(callers)}.`);
      return notSeen;
    };
    if (options.from !== undefined) {
      const { calls } = readSnapshot(options.from);
      const found = calls.filter(isMeant);
      output.print(found.flatMap(call => linesOf(call, [])));
      return found.length > 0 ? 0 : none(calls);
    }
    return withMapper(context, async ({ client: mapper, cluster }) => {
      const answer = await mapper.ask({ ...operations.explainCall, variables: { namespaces: null } });
      if (answer.kind === 'unsupported') throw new CliError('this mapper explains no calls: please upgrade it');
      const all = dataOf(answer).intents;
      const found = all.filter(isMeant);
      for (const intent of found) {
        const call = toCall(intent);
        const verdict =
          cluster === undefined
            ? ['not asked: the mapper was reached by its address, not through the cluster']
            : await policyVerdict(call, { client: mapper, cluster });
        output.print(linesOf(call, [...howFound(intent), ...verdict.map((line): Row => ['policies', line])]));
      }
      return found.length > 0 ? 0 : none(all);
    });
  },
});

function list(places: readonly string[]): string {
  const [shown, rest] = [places.slice(0, 10).join(', '), places.length - 10];
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function linesOf(call: MapCall, more: readonly Row[]): readonly string[] {
  const { client, server, type, evidence, endpoints, sightings, kafkaTopics, httpResources } = call;
  const rows: readonly Row[] = [
    ...(type === null ? [] : [['type', type] as const]),
    ['evidence', evidence.join(', ')],
    ...(sightings === undefined
      ? []
      : [
          [
            'seen',
            `${sightings.count} times from ${withoutFraction(sightings.firstSeen)} to ${withoutFraction(sightings.lastSeen)}`,
          ] as const,
        ]),
    ...endpoints.map(({ port, targetPort, protocol }): Row => [
      'port',
      `${protocol ?? '?'} ${port}, port of the pod: ${targetPort ?? 'not known'}`,
    ]),
    ...(endpoints.length === 0 ? [['port', whyNoPort(call)] as const] : []),
    ...kafkaTopics.map((topic): Row => ['topic', topicWords(topic)]),
    ...httpResources.map((resource): Row => ['path', pathWords(resource)]),
    ...(server.kubernetesService === null ? [] : [['through', `Service ${server.kubernetesService}`] as const]),
    ...more,
  ];
  return [`${placeOf(client)} -> ${placeOf(server)}`, ...table(rows, undefined).map(line => `  ${line}`)];
}

function whyNoPort({ evidence }: MapCall): string {
  return evidence.every(kind => kind === 'DNS') ? 'not known: only the name was asked for' : 'not known';
}

/** How the mapper came from addresses and names to both workloads. */
function howFound({ client, server, resolutionData }: Explained): readonly Row[] {
  const side = (
    who: string,
    { podOwnerKind, nameResolvedUsingAnnotation, resolutionData: found }: Explained['client'],
  ): Row => [
    who,
    [
      podOwnerKind?.kind ?? 'no owner known',
      ...(nameResolvedUsingAnnotation === true ? ['named by an annotation or label'] : []),
      ...(found?.host ? [`host ${found.host}`] : []),
      ...(found?.podHostname ? [`pod ${found.podHostname}`] : []),
      ...(found?.port ? [`port ${found.port}`] : []),
      ...(found?.isService === true ? ['by its Service'] : []),
      ...(found?.extraInfo ? [found.extraInfo] : []),
    ].join('; '),
  ];
  return [
    side('client', client),
    side('server', server),
    ...(resolutionData ? [['resolved by', resolutionData] as const] : []),
  ];
}

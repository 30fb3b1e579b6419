import { createHash } from 'node:crypto';
import { placeOf, sortedBy, type MapCall } from '../network-map.ts';
import { toObservedIntents, type Grouping } from '../observed-intents.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { pictureOf } from './picture.ts';
import { drawing } from './svg.ts';
import { pathWords, topicWords } from '../resource-words.ts';

/**
 * The map as one page that asks for nothing: a drawing where it is not too large, and of each service who calls it and
 * whom it calls, with the evidence. A policy in its head forbids every request and every script but its own.
 */
export async function htmlPage(
  calls: readonly MapCall[],
  { grouping, fold }: { readonly grouping: Grouping; readonly fold: boolean },
): Promise<string> {
  const picture = pictureOf(toObservedIntents(calls, grouping), { fold });
  const drawn = await drawing(picture);
  const data = JSON.stringify(contentOf(calls)).replaceAll('<', String.raw`\u003c`);
  const scripts = createHash('sha256').update(pageScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scripts}'; base-uri 'none'; form-action 'none'`;
  const svg = drawn?.slice(drawn.indexOf('<svg'));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width">',
    '<title>Network map</title>',
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    '<header>',
    '<h1>Network map</h1>',
    '<label>Search <input id="search" type="search" placeholder="name of a service" accesskey="s"></label>',
    '<label>Namespace <select id="namespace"><option value="">all</option></select></label>',
    '<span id="count" role="status"></span>',
    '<span class="keys"><kbd>/</kbd> search <kbd>↑</kbd><kbd>↓</kbd> move <kbd>Enter</kbd> choose <kbd>Esc</kbd> back <kbd>+</kbd><kbd>-</kbd> zoom</span>',
    '</header>',
    '<nav aria-label="Services"><ul id="services"></ul></nav>',
    '<main>',
    `<div id="drawing" tabindex="0" role="group" aria-label="Drawing of the map">${svg ?? '<p>This map is too large to be drawn as a whole. Choose a service, or write the page of some namespaces.</p>'}</div>`,
    '<section id="details" aria-live="polite" aria-label="Chosen service"><p>Choose a service to see who calls it, whom it calls, and how that is known.</p></section>',
    '</main>',
    `<script type="application/json" id="data">${data}</script>`,
    `<script>${pageScript}</script>`,
    '</body>',
    '</html>',
  ].join('\n');
}

/** What the page shows of calls: services by number, and a list for each call. */
function contentOf(calls: readonly MapCall[]): object {
  const services = new Map(calls.flatMap(({ client, server }) => [client, server]).map(each => [placeOf(each), each]));
  const ordered = sortedBy([...services.values()], placeOf);
  const numbers = new Map(ordered.map((each, at) => [placeOf(each), at]));
  return {
    services: ordered.map(({ name, namespace, podOwnerKind }) => [name, namespace, podOwnerKind?.kind ?? '']),
    calls: calls.map(call => ({
      client: numbers.get(placeOf(call.client)),
      server: numbers.get(placeOf(call.server)),
      type: call.type ?? '',
      ports: call.endpoints.map(({ port, targetPort, protocol }) =>
        [
          `${port}`,
          targetPort === null || targetPort === port ? '' : ` to ${targetPort}`,
          protocol === null ? '' : `/${protocol}`,
        ].join(''),
      ),
      evidence: call.evidence,
      seen:
        call.sightings === undefined ? null : [call.sightings.count, call.sightings.firstSeen, call.sightings.lastSeen],
      more: [...call.kafkaTopics.map(topic => `topic ${topicWords(topic)}`), ...call.httpResources.map(pathWords)],
    })),
  };
}

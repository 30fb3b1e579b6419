/**
 * The script of the page, as text: it runs in a browser. Names are what pods say: they become text, never markup.
 */
export const pageScript = `
'use strict';
const { services, calls } = JSON.parse(document.getElementById('data').textContent);
const [search, select, count, list, drawing, details] =
  ['search', 'namespace', 'count', 'services', 'drawing', 'details'].map(id => document.getElementById(id));
const placeOf = at => services[at][1] + '/' + services[at][0];
const titleOf = at => services[at][0] + '.' + services[at][1];
const byTitle = new Map(services.map((_, at) => [titleOf(at), at]));
let chosen, zoom = 1;

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

for (const namespace of new Set(services.map(service => service[1]))) element('option', namespace, select).value = namespace;

const buttons = [];
let heading;
services.forEach(([name, namespace], at) => {
  if (!heading || heading.textContent !== namespace) {
    heading = element('li', namespace, list);
    heading.className = 'namespace';
  }
  const button = element('button', name, element('li', '', list));
  button.title = placeOf(at);
  button.addEventListener('click', () => choose(at));
  buttons.push({ button, item: button.parentNode, heading });
});

const nodes = new Map();
for (const node of drawing.querySelectorAll('.node')) {
  const at = byTitle.get(node.querySelector('title').textContent);
  if (at === undefined) continue;
  nodes.set(at, node);
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'button');
  node.setAttribute('aria-label', placeOf(at));
  node.addEventListener('click', () => choose(at));
  node.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(at); }
  });
}
const edges = [...drawing.querySelectorAll('.edge')].map(edge => {
  const [from, to] = edge.querySelector('title').textContent.split('->').map(title => byTitle.get(title));
  edge.addEventListener('click', () => choose(from, to));
  return { edge, from, to };
});

function isWanted(at) {
  const words = search.value.trim().toLowerCase();
  return (select.value === '' || services[at][1] === select.value) && placeOf(at).toLowerCase().includes(words);
}

function refresh() {
  const headings = new Set();
  let shown = 0;
  const near = new Set([chosen]);
  for (const { client, server } of calls) if (client === chosen || server === chosen) near.add(client).add(server);
  const isBright = at => isWanted(at) && (chosen === undefined || near.has(at));
  buttons.forEach(({ button, item, heading }, at) => {
    item.hidden = !isWanted(at);
    if (!item.hidden) { shown++; headings.add(heading); }
    button.setAttribute('aria-current', String(at === chosen));
  });
  for (const { heading } of buttons) heading.hidden = !headings.has(heading);
  for (const [at, node] of nodes) {
    node.classList.toggle('dim', !isBright(at));
    node.classList.toggle('chosen', at === chosen);
  }
  for (const { edge, from, to } of edges) {
    const touches = chosen === undefined || from === chosen || to === chosen;
    edge.classList.toggle('dim', !(touches && (isWanted(from) || isWanted(to))));
    edge.classList.toggle('chosen', chosen !== undefined && touches);
  }
  count.textContent = shown + ' of ' + services.length + ' services';
}

function table(title, rows, peerOf) {
  element('h3', title, details);
  if (rows.length === 0) { element('p', 'Nobody was seen.', details); return; }
  const made = element('table', '', details);
  const head = element('tr', '', made);
  for (const text of ['Service', 'Port, and the pod\\'s', 'Evidence', 'Reports', 'First seen', 'Last seen', 'More']) element('th', text, head);
  for (const call of rows) {
    const row = element('tr', '', made);
    const peer = element('button', placeOf(peerOf(call)), element('td', '', row));
    peer.addEventListener('click', () => choose(peerOf(call)));
    const seen = call.seen || ['', '', ''];
    for (const text of [call.ports.join(', ') || 'not known', call.evidence.join(', '), seen[0], seen[1], seen[2], [call.type, ...call.more].filter(Boolean).join('; ')])
      element('td', String(text).replace(/\\.\\d+Z$/, 'Z'), row);
  }
}

function choose(at, to) {
  chosen = at;
  details.replaceChildren();
  if (at === undefined) {
    element('p', 'Choose a service to see who calls it, whom it calls, and how that is known.', details);
    history.replaceState(null, '', '#');
  } else {
    const [name, namespace, kind] = services[at];
    element('h2', name + ' in ' + namespace + (kind ? ' (' + kind + ')' : ''), details);
    table('Calls', calls.filter(call => call.client === at && (to === undefined || call.server === to)), call => call.server);
    if (to === undefined) table('Is called by', calls.filter(call => call.server === at), call => call.client);
    history.replaceState(null, '', '#' + encodeURIComponent(placeOf(at)));
    nodes.get(at)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    buttons[at].button.scrollIntoView({ block: 'nearest' });
  }
  refresh();
}

function fit() {
  const svg = drawing.querySelector('svg');
  if (svg) scale(Math.max(0.3, Math.min(1, drawing.clientWidth / svg.getBoundingClientRect().width)));
}

function scale(by) {
  zoom = Math.min(4, Math.max(0.1, zoom * by));
  const svg = drawing.querySelector('svg');
  if (svg) svg.style.transform = 'scale(' + zoom + ')';
}

function move(by) {
  const visible = buttons.filter(({ item }) => !item.hidden).map(({ button }) => button);
  const at = visible.indexOf(document.activeElement);
  visible[Math.min(visible.length - 1, Math.max(0, at + by))]?.focus();
}

document.addEventListener('keydown', event => {
  const isTyping = event.target === search;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/' && !isTyping) { event.preventDefault(); search.focus(); }
  else if (event.key === 'Escape') { if (isTyping && search.value) { search.value = ''; refresh(); } else choose(undefined); }
  else if (event.key === 'ArrowDown' && event.target !== select && !drawing.contains(event.target)) { event.preventDefault(); move(1); }
  else if (event.key === 'ArrowUp' && event.target !== select && !drawing.contains(event.target)) { event.preventDefault(); move(-1); }
  else if (isTyping && event.key === 'Enter') {
    const first = buttons.findIndex(({ item }) => !item.hidden);
    if (first >= 0) choose(first);
  }
  else if (!isTyping && (event.key === '+' || event.key === '=')) scale(1.25);
  else if (!isTyping && event.key === '-') scale(0.8);
});
search.addEventListener('input', refresh);
select.addEventListener('change', refresh);
fit();
const wanted = services.findIndex((_, at) => '#' + encodeURIComponent(placeOf(at)) === location.hash);
choose(wanted < 0 ? undefined : wanted);
`;

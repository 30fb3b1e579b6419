/** So many texts, one after another. */
function repeated(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

/** Four levels of so many aliases, each a fragment of the next level: they multiply. */
export function multipliedAliases(count: number): string {
  const level = (field: string, then: string): string => repeated(count, index => `a${index}: ${field} ${then}`);
  return `query { intents { ${level('client', '{ ...A }')} } }
    fragment A on OtterizeServiceIdentity { ${level('resolutionData', '{ ...B }')} }
    fragment B on IdentityResolutionData { ${level('tcpDestResolveFixData', '{ ...C }')} }
    fragment C on TCPDestResolveBugfixData { ${level('resolvedUsingIp', '')} }`;
}

export interface HostileDocument {
  readonly title: string;
  readonly query: string;
  /** The statuses that it may be answered with. */
  readonly statuses: readonly number[];
}

const refused = [422];
/** Within the budget: whether the document is valid does not matter. */
const either = [200, 422];

export const hostileDocuments: readonly HostileDocument[] = [
  { title: 'fragments of sixty aliases, four levels deep', query: multipliedAliases(60), statuses: refused },
  { title: 'fragments of twenty aliases, four levels deep', query: multipliedAliases(20), statuses: refused },
  { title: 'fragments of five aliases, four levels deep', query: multipliedAliases(5), statuses: either },
  {
    title: 'fragments that double forty times',
    query: `{ intents { ...F0 } } ${repeated(40, index => `fragment F${index} on Intent { ...F${index + 1} ...F${index + 1} }`)} fragment F40 on Intent { type }`,
    statuses: refused,
  },
  {
    title: 'fragments that double forty times under conditions',
    query: `query ($x: Boolean = true) { intents { ...F0 } } ${repeated(40, index => `fragment F${index} on Intent { ...F${index + 1} @include(if: $x) ...F${index + 1} @skip(if: $x) }`)} fragment F40 on Intent { type }`,
    statuses: refused,
  },
  {
    title: 'a chain of 350 fragments',
    query: `{ intents { ...F0 } } ${repeated(350, index => `fragment F${index} on Intent { ...F${index + 1} }`)} fragment F350 on Intent { type }`,
    statuses: refused,
  },
  {
    title: 'fragments in a circle',
    query: `{ intents { ...F0 } } ${repeated(30, index => `fragment F${index} on Intent { ...F${(index + 1) % 30} }`)}`,
    statuses: refused,
  },
  {
    title: '3,300 aliases with small answers',
    query: `{ ${repeated(3_300, index => `a${index}: health`)} }`,
    statuses: refused,
  },
  {
    title: 'as many aliases as are allowed',
    query: `{ ${repeated(70, index => `a${index}: health`)} }`,
    statuses: either,
  },
  {
    title: 'as many long answers as are allowed',
    query: `{ ${repeated(50, index => `a${index}: intents(includeAllLabels: true) { client { labels { key value } } }`)} }`,
    statuses: either,
  },
  {
    title: '2,400 fields for the validation',
    query: `{ intents { ${repeated(2_400, () => 'count')} } }`,
    statuses: refused,
  },
  {
    title: '1,300 fields of the same name',
    query: `{ intents { ${repeated(1_300, () => 'count')} } }`,
    statuses: either,
  },
  {
    title: 'long arguments that must be equal',
    query: `{ ${repeated(65, () => `intents(namespaces: [${repeated(40, index => `"a${index}"`)}]) { type }`)} }`,
    statuses: either,
  },
  {
    title: 'introspection, three hundred times',
    query: `{ ${repeated(300, index => `a${index}: __schema { types { name } }`)} }`,
    statuses: refused,
  },
  {
    title: 'introspection, sixty times',
    query: `{ ${repeated(60, index => `a${index}: __schema { types { fields { name } } }`)} }`,
    statuses: either,
  },
  {
    title: 'introspection that multiplies',
    query: `{ __schema { types { fields { args { name } type { fields { args { name } type { ${repeated(900, index => `a${index}: name`)} } } } } } } }`,
    statuses: either,
  },
  { title: 'brackets behind comments', query: `{ intents ${'#"\n{ client '.repeat(3_000)}`, statuses: refused },
  { title: 'brackets of lists', query: `{ intents(namespaces: ${'['.repeat(40_000)}) { type } }`, statuses: refused },
  { title: 'brackets of objects', query: `{ intents(server: ${'{a:'.repeat(9_000)}) { type } }`, statuses: refused },
  { title: 'brackets of a type', query: `query ($x: ${'['.repeat(9_000)}Int) { health }`, statuses: refused },
  { title: 'half a string', query: `{ intents(namespaces: "${'\\u0041'.repeat(5_000)}`, statuses: refused },
  { title: 'a block string without end', query: `{ intents(namespaces: """${'"'.repeat(9_000)}`, statuses: refused },
  { title: 'comments alone', query: `${'#\n'.repeat(24_000)}{ health }`, statuses: either },
  { title: 'a name of 49,000 letters', query: `{ ${'a'.repeat(49_000)} }`, statuses: refused },
  {
    title: 'a thousand unknown names',
    query: `{ intents { ${repeated(1_000, index => `nothing${index}`)} } }`,
    statuses: refused,
  },
  {
    title: 'a thousand variables',
    query: `query (${repeated(990, index => `$v${index}: Int`)}) { health }`,
    statuses: refused,
  },
  {
    title: 'a hundred operations',
    query: repeated(100, index => `query Q${index} { health }`),
    statuses: refused,
  },
  {
    title: 'a hundred directives',
    query: `{ health ${repeated(100, () => '@skip(if: false)')} }`,
    statuses: refused,
  },
];

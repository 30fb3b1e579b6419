import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/**
 * What the validation, the compilation and one run of a document can cost: each field and fragment counts as often as
 * it is expanded. The usual introspection, the greatest document of known clients, has 500.
 */
const maxCost = 1_500;
/** Each field of `Query` and `Mutation` asks for an answer of its own. */
const rootCost = 20;
const definitionCost = 5;
/**
 * Deeper than any selection of this schema, or the usual introspection, goes; fragments that spread each other count.
 */
const maxDepth = 48;

interface Cost {
  readonly cost: number;
  readonly depth: number;
}

const nothing: Cost = { cost: 0, depth: 0 };

/**
 * What of a document is more than may be asked at once; undefined when nothing is. Counts in one pass: each fragment
 * once.
 */
export function documentExcess({ definitions }: DocumentNode): string | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  /** By name, apart for the root of an operation. */
  const known = { root: new Map<string, Cost>(), inner: new Map<string, Cost>() };

  function ofSet(set: SelectionSetNode, place: 'root' | 'inner', level: number): Cost {
    let cost = 0;
    let depth = 0;
    for (const node of set.selections) {
      const part =
        node.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(node.name.value, place, level)
          : ofInner(node.selectionSet, node.kind === Kind.FIELD ? 'inner' : place, level);
      cost += part.cost + (place === 'root' && node.kind === Kind.FIELD ? rootCost : 1);
      depth = Math.max(depth, part.depth + 1);
    }
    return { cost, depth };
  }

  function ofInner(set: SelectionSetNode | undefined, place: 'root' | 'inner', level: number): Cost {
    // The excess is certain: no need to look further, and the stack is safe.
    if (level > maxDepth) return { cost: 0, depth: maxDepth };
    return set === undefined ? nothing : ofSet(set, place, level + 1);
  }

  function ofFragment(name: string, place: 'root' | 'inner', level: number): Cost {
    const before = known[place].get(name);
    if (before !== undefined) return before;
    // A fragment that spreads itself is refused by the validation.
    known[place].set(name, nothing);
    const cost = ofInner(fragments.get(name)?.selectionSet, place, level);
    known[place].set(name, cost);
    return cost;
  }

  let total = 0;
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION && definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
    const { cost, depth } = isOperation
      ? ofSet(definition.selectionSet, 'root', 1)
      : ofFragment(definition.name.value, 'inner', 1);
    total += definitionCost + cost;
    if (depth > maxDepth) return 'the document is nested too deeply';
    if (total > maxCost) return `the document asks for too much at once: it costs more than ${maxCost}`;
  }
  return undefined;
}

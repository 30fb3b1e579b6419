import {
  GraphQLError,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
export type Variables = Readonly<Record<string, unknown>>;

/** A field of a selection, with all selections of the same response name merged. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly responseName: string;
  readonly selections: readonly SelectionSetNode[];
}

export interface Selecting {
  readonly fragments: Fragments;
  /** Those that `@skip` and `@include` look at. */
  readonly variables: Variables;
}

/**
 * The fields of selection sets of one type: fragments expanded, without what `@skip` and `@include` leave out, in
 * order.
 */
export function selectFields(
  sets: readonly SelectionSetNode[],
  { fragments, variables }: Selecting,
): readonly SelectedField[] {
  const selected = new Map<string, { readonly node: FieldNode; readonly selections: SelectionSetNode[] }>();
  const spread = new Set<string>();
  for (const set of sets) visit(set);
  return Array.from(selected, ([responseName, field]) => ({ responseName, ...field }));

  function visit(set: SelectionSetNode): void {
    for (const node of set.selections) {
      if (!isIncluded(node, variables)) continue;
      if (node.kind === Kind.FIELD) add(node);
      else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet);
      else {
        const fragment = fragments.get(node.name.value);
        if (fragment === undefined || spread.has(node.name.value)) continue;
        spread.add(node.name.value);
        visit(fragment.selectionSet);
      }
    }
  }

  function add(node: FieldNode): void {
    const responseName = node.alias?.value ?? node.name.value;
    let field = selected.get(responseName);
    if (field === undefined) {
      field = { node, selections: [] };
      selected.set(responseName, field);
    }
    if (node.selectionSet !== undefined) field.selections.push(node.selectionSet);
  }
}

/** Whether `@skip` and `@include` leave a node in. Throws GraphQLError when a variable that decides is null. */
function isIncluded(node: SelectionNode, variables: Variables): boolean {
  return (node.directives ?? []).every(directive => {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') return true;
    const value = directive.arguments?.find(argument => argument.name.value === 'if')?.value;
    const given =
      value?.kind === Kind.BOOLEAN
        ? value.value
        : value?.kind === Kind.VARIABLE
          ? variables[value.name.value]
          : undefined;
    if (typeof given === 'boolean') return given === (name === 'include');
    throw new GraphQLError(`the argument "if" of @${name} must not be null`);
  });
}

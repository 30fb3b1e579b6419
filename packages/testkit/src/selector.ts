import { selectableFields, type StoredObject } from './stored-object.ts';

export type Selector = (object: StoredObject) => boolean;

type Labels = Readonly<Record<string, string>>;

const requirement =
  /^\s*(?:!\s*(?<absent>[^\s=!,()]+)|(?<key>[^\s=!,()]+)\s*(?:(?<operator>==|=|!=|in\b|notin\b)\s*(?:\((?<set>[^)]*)\)|(?<value>[^\s,()]*)))?)\s*(?:,|$)/;

function parseRequirement(groups: Readonly<Record<string, string | undefined>>): (labels: Labels) => boolean {
  const { absent, key = '', operator } = groups;
  if (absent !== undefined) return labels => labels[absent] === undefined;
  if (operator === undefined) return labels => labels[key] !== undefined;
  const values = new Set((groups.set ?? groups.value ?? '').split(',').map(value => value.trim()));
  const wanted = operator !== '!=' && operator !== 'notin';
  return labels => {
    const label = labels[key];
    return (label !== undefined && values.has(label)) === wanted;
  };
}

/**
 * Equality and set requirements of https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/; undefined
 * if it does not parse.
 */
export function parseLabelSelector(text: string): Selector | undefined {
  const requirements: ((labels: Labels) => boolean)[] = [];
  for (let rest = text; rest !== '';) {
    const found = requirement.exec(rest);
    if (found?.groups === undefined) return undefined;
    requirements.push(parseRequirement(found.groups));
    rest = rest.slice(found[0].length);
  }
  return ({ labels }) => requirements.every(matches => matches(labels));
}

/** `key=value`, `key==value` and `key!=value`, joined by commas; undefined where a field cannot be selected by. */
export function parseFieldSelector(text: string): Selector | undefined {
  const requirements: Selector[] = [];
  for (const term of text.split(',').filter(part => part !== '')) {
    const [, field = '', operator, value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
    if (!selectableFields.has(field)) return undefined;
    requirements.push(({ fields }) => (fields[field] === value) === (operator !== '!='));
  }
  return object => requirements.every(matches => matches(object));
}

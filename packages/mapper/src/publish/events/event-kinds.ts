/** Changes of the map that are posted as events. */
export const eventKindNames = ['edge-added', 'edge-removed', 'outside-name-added'] as const;
export type EventKind = (typeof eventKindNames)[number];

export function isEventKind(text: string): text is EventKind {
  return eventKindNames.some(name => name === text);
}

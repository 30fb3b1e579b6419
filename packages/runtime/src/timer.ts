/**
 * Calls `work` once, after `milliseconds`, unless the function that is returned is called before. The process does not
 * wait for it.
 */
export function after(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds).unref();
  return () => clearTimeout(timer);
}

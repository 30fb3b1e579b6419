/** What a proxy has not reported since its start, by reason, as its metrics say it. */
export async function readSkipped(metricsUrl: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(metricsUrl)).text();
  const lines = text.matchAll(/^aws_visibility_skipped_total\{reason="([\w-]+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, reason = '', count]) => [reason, Number(count)]));
}

import { awsDomains } from '../aws-domains.ts';
import type { HistoryOptions } from './authority-history.ts';

const day = 24 * 3_600_000;

/**
 * The authority of the proxy. Many programs read whom they trust once, when they start: one that is announced four
 * months before it signs is known to all of them that have not run for longer.
 */
export const proxyAuthority: HistoryOptions = {
  name: 'Network mapper: AWS visibility',
  life: 366 * day,
  announced: 122 * day,
  domains: awsDomains,
};

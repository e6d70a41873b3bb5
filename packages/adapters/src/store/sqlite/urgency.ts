// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { severityRank } from '@bartizan/contracts/severity-order';

const USE_RANKS = { loaded: 0, touched: 1, 'not-seen': 3 } as const;
/** Not knowing stands between use and no use. */
const UNKNOWN_USE_RANK = 2;

/**
 * In which order one would look at findings, smallest first: known to be exploited, then by severity, then whether the
 * package is in use, then by EPSS. Use moves a finding only among those of the same severity.
 */
export const urgencyOf = ({ severity, vulnerability, package: found }: Finding): number => {
  const use = found?.use === undefined ? UNKNOWN_USE_RANK : USE_RANKS[found.use.state];
  const exploited = vulnerability?.knownExploited === true ? 0 : 1000;
  return exploited + severityRank(severity) * 10 + use + (1 - (vulnerability?.epss ?? 0)) * 0.9;
};

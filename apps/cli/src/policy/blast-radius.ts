// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionSimulation } from '@bartizan/contracts';
import type { CliContext } from '../context.ts';
import { plain } from '../output/width.ts';

const SHOWN_MAX = 10;
const COUNT_WIDTH = 8;

/** What a draft would do, in lines: how much, where, by which rule, and examples. */
export function blastRadiusLines(effect: AdmissionSimulation, { t, language }: CliContext): string[] {
  const { objects, newlyDenied, newlyAlerted, newlyAllowed, examples } = effect;
  const part = (heading: string, counts: AdmissionSimulation['byRule']): string[] =>
    counts.length === 0
      ? []
      : [
          heading,
          ...counts
            .slice(0, SHOWN_MAX)
            .map(({ name, count }) => `${String(count).padStart(COUNT_WIDTH)}  ${plain(name) || '-'}`),
          ...(counts.length > SHOWN_MAX ? [t('simulate.more', { count: counts.length - SHOWN_MAX })] : []),
        ];
  return [
    t('simulate.summary', { objects, denied: newlyDenied, alerted: newlyAlerted, allowed: newlyAllowed }),
    ...part(t('simulate.by-namespace'), effect.byNamespace),
    ...part(t('simulate.by-owner'), effect.byOwner),
    ...part(t('simulate.by-rule'), effect.byRule),
    ...(examples.length === 0 ? [] : [t('simulate.examples')]),
    ...examples.slice(0, SHOWN_MAX).map(({ kind, namespace, name, before, after, rules, message }) => {
      const place = namespace === '' ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
      const why = message === undefined ? '' : `: ${message[language]}`;
      return `  ${plain(`${place}  ${before} -> ${after}  ${rules.join(', ')}${why}`)}`;
    }),
  ];
}

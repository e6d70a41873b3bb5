// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUse } from '@bartizan/contracts';
import { useFormat, useNow } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { Badge } from './badges.tsx';

const TONES = { loaded: 'accent', touched: 'quiet', 'not-seen': 'quiet' } as const;

/** Whether a package is in use; nobody knowing is a state of its own. */
export const UseBadge = ({ use }: { use: PackageUse | undefined }) => {
  const t = useT();
  const { span, exact } = useFormat();
  if (use === undefined)
    return (
      <Badge tone="unknown" title={t('use.unknown.note')}>
        {t('use.unknown')}
      </Badge>
    );
  const notes = [
    t(`use.${use.state}.note`),
    ...(use.coarse === true ? [t('use.coarse')] : []),
    ...(use.lastSeenAtMs === undefined ? [] : [t('use.last', { at: exact(use.lastSeenAtMs) })]),
    ...(use.sinceMs === undefined ? [] : [t('use.since', { at: exact(use.sinceMs) })]),
  ];
  return (
    <Badge tone={TONES[use.state]} title={notes.join('\n')}>
      {use.state === 'not-seen' ? t('use.not-seen', { span: span(use.observedMs) }) : t(`use.${use.state}`)}
    </Badge>
  );
};

/** The same in a sentence, for places with room. */
export const UseText = ({ use }: { use: PackageUse | undefined }) => {
  const t = useT();
  const now = useNow();
  const { relative } = useFormat();
  return (
    <span className="row wrap">
      <UseBadge use={use} />
      <span className="quiet">
        {t(use === undefined ? 'use.unknown.note' : `use.${use.state}.note`)}
        {use?.lastSeenAtMs !== undefined && ` ${t('use.last', { at: relative(use.lastSeenAtMs, now) })}`}
      </span>
    </span>
  );
};

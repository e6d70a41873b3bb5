// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FindingException } from '@bartizan/contracts';
import { IconClockExclamation, IconClockOff } from '@tabler/icons-react';
import { useFormat, useNow } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { stateOf } from './exception-facts.ts';

/** When an exception ends: plain while far off, marked when near, told as over when past. */
export const ExceptionEnd = ({ exception }: { exception: Pick<FindingException, 'expiresAtMs'> }) => {
  const t = useT();
  const { fullDate, exact, relative } = useFormat();
  const now = useNow();
  const { expiresAtMs } = exception;
  switch (stateOf(exception, now)) {
    case 'expired':
      return (
        <Badge tone="quiet" title={exact(expiresAtMs)} mark={<IconClockOff size={14} aria-hidden="true" />}>
          {t('exception.expired', { when: relative(expiresAtMs, now) })}
        </Badge>
      );
    case 'soon':
      return (
        <Badge
          tone="medium"
          title={exact(expiresAtMs)}
          mark={<IconClockExclamation size={14} aria-hidden="true" />}
        >
          {t('exception.soon', { when: relative(expiresAtMs, now) })}
        </Badge>
      );
    case 'active':
      return (
        <time dateTime={new Date(expiresAtMs).toISOString()} title={exact(expiresAtMs)} className="nowrap">
          {t('exception.until', { date: fullDate(expiresAtMs) })}
        </time>
      );
  }
};

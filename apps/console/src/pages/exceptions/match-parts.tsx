// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExceptionMatch } from '@bartizan/contracts';
import { useT } from '../../i18n/language.ts';
import { partsOfMatch } from './exception-facts.ts';

/** What an exception is for: each part by name. */
export const MatchParts = ({ match }: { match: ExceptionMatch }) => {
  const t = useT();
  return (
    <span className="row wrap" style={{ gap: '4px 8px' }}>
      {partsOfMatch(match).map(([part, value]) => (
        <span key={part} className="match-part">
          <span className="quiet small">{t(`field.${part}`)}</span>{' '}
          <span className="mono anywhere" translate="no">
            {value}
          </span>
        </span>
      ))}
    </span>
  );
};

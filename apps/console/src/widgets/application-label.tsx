// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { useT } from '../i18n/language.ts';

interface ApplicationLabelProps {
  /** Protocols that were seen; none or absent means that nothing was looked at, which is never shown as a guess. */
  readonly names: readonly string[] | undefined;
  readonly host?: string | undefined;
}

/** What a connection speaks, with the name that its client asked for. */
export const ApplicationLabel = ({ names = [], host }: ApplicationLabelProps) => {
  const t = useT();
  if (names.length === 0) return <span className="quiet">{t('flow.application.not-seen')}</span>;
  return (
    <span className="cut">
      {names.map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          {name === 'unknown' ? (
            <span className="quiet">{t('flow.application.unknown')}</span>
          ) : (
            <span translate="no">{name}</span>
          )}
        </span>
      ))}
      {host !== undefined && (
        <span className="small quiet" translate="no">
          {' '}
          {visibleText(host)}
        </span>
      )}
    </span>
  );
};

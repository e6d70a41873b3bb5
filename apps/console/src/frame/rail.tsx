// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { useApi } from '../data/queries.ts';
import { useSession } from '../data/session.ts';
import { useT } from '../i18n/language.ts';
import { FirstSteps } from './first-steps.tsx';
import { PAGES } from './navigation.ts';

/** The mark: a turret on a wall. */
export const BrandMark = ({ size = 26 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
    <rect width="24" height="24" rx="6" fill="var(--accent)" />
    <path
      d="M6 5h3v2h1.5V5h3v2H15V5h3v6.2l-2 2.3V16l-4 3.5L8 16v-2.5l-2-2.3z"
      fill="var(--accent-contrast)"
    />
    <path d="M12 9.5v4" stroke="var(--accent)" strokeWidth="1.6" strokeLinecap="round" />
  </svg>
);

/** Links to the pages the reader may open. */
export const RailLinks = ({ onFollow }: { onFollow?: () => void }) => {
  const t = useT();
  const { permissions } = useSession();
  return (
    <>
      {PAGES.filter((page) => permissions.includes(page.permission)).map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className="rail-link"
          activeOptions={{ exact: to === '/', includeSearch: false }}
          title={t(`page.${name}`)}
          aria-label={t(`page.${name}`)}
          {...(onFollow === undefined ? {} : { onClick: onFollow })}
        >
          <Icon size={18} stroke={1.8} aria-hidden="true" />
          <span className="rail-word">{t(`page.${name}`)}</span>
        </Link>
      ))}
    </>
  );
};

/** The left rail: pages that exist, with icon and word. */
export const Rail = () => {
  const t = useT();
  const status = useApi('system.status');
  return (
    <nav className="frame-rail" aria-label={t('frame.pages')}>
      <Link to="/" className="brand">
        <BrandMark />
        <span className="brand-word" translate="no">
          Bartizan
        </span>
      </Link>
      <RailLinks />
      <FirstSteps />
      <div className="rail-foot" translate="no">
        {status.data !== undefined && `${status.data.instance} · ${status.data.version}`}
      </div>
    </nav>
  );
};

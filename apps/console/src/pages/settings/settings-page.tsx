// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Permission } from '@bartizan/contracts';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useSession } from '../../data/session.ts';
import { useT } from '../../i18n/language.ts';
import { Loading } from '../../widgets/states.tsx';
import { useCurrentInView } from '../../widgets/use-current-in-view.ts';
import { AdvisoriesSettings } from './advisories-settings.tsx';
import { BackupSettings } from './backup-settings.tsx';
import { EnrollSettings } from './enroll-settings.tsx';
import { KeysSettings } from './keys-settings.tsx';
import { ProfileSettings } from './profile-settings.tsx';
import { UsersSettings } from './users-settings.tsx';

const ApiReference = lazy(async () => ({ default: (await import('./api-reference.tsx')).ApiReference }));

const SECTIONS = [
  { id: 'profile', permission: 'self', Body: ProfileSettings },
  { id: 'users', permission: 'users:manage', Body: UsersSettings },
  { id: 'keys', permission: 'keys:manage', Body: KeysSettings },
  { id: 'enroll', permission: 'nodes:enroll', Body: EnrollSettings },
  { id: 'advisories', permission: 'advisories:read', Body: AdvisoriesSettings },
  { id: 'backup', permission: 'backup:create', Body: BackupSettings },
  { id: 'api', permission: 'self', Body: ApiReference },
] as const satisfies readonly { readonly permission: Permission; readonly [key: string]: unknown }[];

/** Settings: one address a section; only what the reader may change. */
export const SettingsPage = () => {
  const t = useT();
  const { permissions } = useSession();
  const { section } = useParams({ strict: false });
  const allowed = SECTIONS.filter((entry) => permissions.includes(entry.permission));
  const current = allowed.find((entry) => entry.id === section) ?? SECTIONS[0];
  const { Body } = current;
  const row = useCurrentInView(current.id);
  return (
    <div className="page">
      <h1>{t('page.settings')}</h1>
      <div className="settings">
        <nav className="settings-nav" aria-label={t('page.settings')} ref={row}>
          {allowed.map((entry) => (
            <Link
              key={entry.id}
              to="/settings/$section"
              params={{ section: entry.id }}
              className="rail-link"
              aria-current={entry.id === current.id ? 'page' : undefined}
            >
              {t(`settings.${entry.id}`)}
            </Link>
          ))}
        </nav>
        <div className="settings-body">
          <Suspense fallback={<Loading />}>
            <Body />
          </Suspense>
        </div>
      </div>
    </div>
  );
};

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { setCsrfToken, whenLoginIsRequired } from '../data/api-client.ts';
import { ApiError } from '../data/api-error.ts';
import { startLive } from '../data/live.ts';
import { queryClient, useApi } from '../data/queries.ts';
import { SessionContext, useSession } from '../data/session.ts';
import { useT } from '../i18n/language.ts';
import { ChangePassword } from '../pages/sign-in/change-password.tsx';
import { FailureState, Loading } from '../widgets/states.tsx';
import { Help } from './help.tsx';
import { Rail } from './rail.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TopBar } from './top-bar.tsx';
import { useAccountLanguage } from './user-menu.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const openPalette = async (): Promise<void> => (await import('@mantine/spotlight')).spotlight.open();

const Inside = () => {
  const t = useT();
  useAccountLanguage(useSession().user.language);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const openHelp = useCallback(() => setHelpOpen(true), []);
  useShortcuts(openHelp);
  useEffect(() => startLive(), []);
  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        {t('frame.skip')}
      </a>
      <Rail />
      <TopBar onHelp={openHelp} onSearch={() => void openPalette()} />
      <main className="frame-main" id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        <Palette />
      </Suspense>
      <Help opened={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
};

/** The frame around every page: asks who is signed in first. */
export const Frame = () => {
  const session = useApi('session.show');
  const here = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    whenLoginIsRequired(() => {
      if (queryClient.getQueryData(['session.show', null, null]) !== undefined) {
        void queryClient.resetQueries({ queryKey: ['session.show'] });
      }
    });
  }, []);
  if (session.data !== undefined) {
    setCsrfToken(session.data.csrfToken);
    if (session.data.user.mustChangePassword) return <ChangePassword session={session.data} />;
    return (
      <SessionContext value={session.data}>
        <Inside />
      </SessionContext>
    );
  }
  if (session.error instanceof ApiError && (session.error.status === 401 || session.error.status === 403)) {
    // The address is the sign-in page's already while this frame is still on its way out.
    if (here.startsWith('/sign-in')) return <Loading rows={8} />;
    return <Navigate to="/sign-in" search={here === '/' ? {} : { next: here }} replace />;
  }
  if (session.isError) return <FailureState error={session.error} retry={() => void session.refetch()} />;
  return <Loading rows={8} />;
};

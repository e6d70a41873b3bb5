// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { parseSearch, printSearch, readSearch, type ViewSearch } from './data/view.ts';
import { Frame } from './frame/frame.tsx';
import { NotFound, PageFailure } from './frame/page-failure.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): ViewSearch => readSearch(search),
  search: { middlewares: [retainSearchParams(['scope', 'range', 'live'])] },
  notFoundComponent: NotFound,
  errorComponent: PageFailure,
});
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage });
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });

const overview = createRoute({ getParentRoute: () => frame, path: '/', component: OverviewPage });
const control = createRoute({
  getParentRoute: () => frame,
  path: '/controls/$control',
  component: lazyRouteComponent(() => import('./pages/control/control-page.tsx'), 'ControlPage'),
});
const map = createRoute({
  getParentRoute: () => frame,
  path: '/map',
  component: lazyRouteComponent(() => import('./pages/map/map-page.tsx'), 'MapPage'),
});
const workloads = createRoute({
  getParentRoute: () => frame,
  path: '/workloads',
  component: lazyRouteComponent(() => import('./pages/workloads/workloads-page.tsx'), 'WorkloadsPage'),
});
const workload = createRoute({
  getParentRoute: () => frame,
  path: '/workloads/$id',
  component: lazyRouteComponent(() => import('./pages/workloads/workload-page.tsx'), 'WorkloadPage'),
});
const events = createRoute({
  getParentRoute: () => frame,
  path: '/events',
  component: lazyRouteComponent(() => import('./pages/events/events-page.tsx'), 'EventsPage'),
});
const event = createRoute({
  getParentRoute: () => events,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/events/event-panel.tsx'), 'EventPanel'),
});
const findings = createRoute({
  getParentRoute: () => frame,
  path: '/findings',
  component: lazyRouteComponent(() => import('./pages/findings/findings-page.tsx'), 'FindingsPage'),
});
const finding = createRoute({
  getParentRoute: () => findings,
  path: '$id',
  component: lazyRouteComponent(() => import('./pages/findings/finding-panel.tsx'), 'FindingPanel'),
});
const nodes = createRoute({
  getParentRoute: () => frame,
  path: '/nodes',
  component: lazyRouteComponent(() => import('./pages/nodes/nodes-page.tsx'), 'NodesPage'),
});
const node = createRoute({
  getParentRoute: () => frame,
  path: '/nodes/$id',
  component: lazyRouteComponent(() => import('./pages/nodes/node-page.tsx'), 'NodePage'),
});
const audit = createRoute({
  getParentRoute: () => frame,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx'), 'AuditPage'),
});
const settingsHome = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'profile' } });
  },
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

/** All addresses of the console. Pages beyond the overview are loaded when they are opened. */
export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([
      overview,
      control,
      map,
      workloads,
      workload,
      events.addChildren([event]),
      findings.addChildren([finding]),
      nodes,
      node,
      audit,
      settingsHome,
      settings,
    ]),
  ]),
  defaultPreload: 'intent',
  parseSearch,
  stringifySearch: printSearch,
  scrollRestoration: false,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

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
import { askMapEarly } from './data/map-ask.ts';
import { parseSearch, printSearch, RETAINED, readSearch, type ViewSearch } from './data/view.ts';
import { Frame } from './frame/frame.tsx';
import { NotFound, PageFailure } from './frame/page-failure.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): ViewSearch => readSearch(search),
  search: { middlewares: [retainSearchParams([...RETAINED])] },
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
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => askMapEarly(deps),
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
const images = createRoute({
  getParentRoute: () => frame,
  path: '/images',
  component: lazyRouteComponent(() => import('./pages/images/images-page.tsx'), 'ImagesPage'),
});
const image = createRoute({
  getParentRoute: () => frame,
  path: '/images/$id',
  component: lazyRouteComponent(() => import('./pages/images/image-page.tsx'), 'ImagePage'),
});
const packages = createRoute({
  getParentRoute: () => frame,
  path: '/images/packages',
  component: lazyRouteComponent(() => import('./pages/packages/packages-page.tsx'), 'PackagesPage'),
});
const registries = createRoute({
  getParentRoute: () => frame,
  path: '/images/registries',
  component: lazyRouteComponent(() => import('./pages/registries/registries-page.tsx'), 'RegistriesPage'),
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
const exceptions = createRoute({
  getParentRoute: () => frame,
  path: '/findings/exceptions',
  component: lazyRouteComponent(() => import('./pages/exceptions/exceptions-page.tsx'), 'ExceptionsPage'),
});
const report = createRoute({
  getParentRoute: () => frame,
  path: '/findings/report',
  component: lazyRouteComponent(() => import('./pages/report/report-page.tsx'), 'ReportPage'),
});
const admission = createRoute({
  getParentRoute: () => frame,
  path: '/admission',
  component: lazyRouteComponent(() => import('./pages/admission/rules-page.tsx'), 'AdmissionRulesPage'),
});
const admissionRule = createRoute({
  getParentRoute: () => admission,
  path: 'rules/$id',
  component: lazyRouteComponent(() => import('./pages/admission/rule-panel.tsx'), 'AdmissionRulePanel'),
});
const admissionModes = createRoute({
  getParentRoute: () => frame,
  path: '/admission/modes',
  component: lazyRouteComponent(() => import('./pages/admission/modes-page.tsx'), 'AdmissionModesPage'),
});
const admissionTry = createRoute({
  getParentRoute: () => frame,
  path: '/admission/try',
  component: lazyRouteComponent(() => import('./pages/admission/try-page.tsx'), 'AdmissionTryPage'),
});
const admissionEditor = createRoute({
  getParentRoute: () => frame,
  path: '/admission/editor',
  component: lazyRouteComponent(() => import('./pages/admission/editor-page.tsx'), 'AdmissionEditorPage'),
});
const admissionDecisions = createRoute({
  getParentRoute: () => frame,
  path: '/admission/decisions',
  component: lazyRouteComponent(
    () => import('./pages/admission/decisions-page.tsx'),
    'AdmissionDecisionsPage',
  ),
});
const admissionDecision = createRoute({
  getParentRoute: () => admissionDecisions,
  path: '$id',
  component: lazyRouteComponent(
    () => import('./pages/admission/decision-panel.tsx'),
    'AdmissionDecisionPanel',
  ),
});
const admissionExceptions = createRoute({
  getParentRoute: () => frame,
  path: '/admission/exceptions',
  component: lazyRouteComponent(
    () => import('./pages/admission/exceptions-page.tsx'),
    'AdmissionExceptionsPage',
  ),
});
const admissionCoverage = createRoute({
  getParentRoute: () => frame,
  path: '/admission/coverage',
  component: lazyRouteComponent(() => import('./pages/admission/coverage-page.tsx'), 'AdmissionCoveragePage'),
});
const admissionSources = createRoute({
  getParentRoute: () => frame,
  path: '/admission/sources',
  component: lazyRouteComponent(() => import('./pages/admission/sources-page.tsx'), 'AdmissionSourcesPage'),
});
const access = createRoute({
  getParentRoute: () => frame,
  path: '/access',
  component: lazyRouteComponent(() => import('./pages/access/risks-page.tsx'), 'AccessRisksPage'),
});
const accessUnused = createRoute({
  getParentRoute: () => frame,
  path: '/access/unused',
  component: lazyRouteComponent(() => import('./pages/access/unused-page.tsx'), 'AccessUnusedPage'),
});
const accessAsk = createRoute({
  getParentRoute: () => frame,
  path: '/access/ask',
  component: lazyRouteComponent(() => import('./pages/access/ask-page.tsx'), 'AccessAskPage'),
});
const accessExposure = createRoute({
  getParentRoute: () => frame,
  path: '/access/exposure',
  component: lazyRouteComponent(() => import('./pages/access/exposure-page.tsx'), 'AccessExposurePage'),
});
const accessSecrets = createRoute({
  getParentRoute: () => frame,
  path: '/access/secrets',
  component: lazyRouteComponent(() => import('./pages/access/secrets-page.tsx'), 'AccessSecretsPage'),
});
const accessComponents = createRoute({
  getParentRoute: () => frame,
  path: '/access/components',
  component: lazyRouteComponent(() => import('./pages/access/components-page.tsx'), 'AccessComponentsPage'),
});
const accessApiUses = createRoute({
  getParentRoute: () => frame,
  path: '/access/api-uses',
  component: lazyRouteComponent(() => import('./pages/api-uses/api-uses-page.tsx'), 'ApiUsesPage'),
});
const accessProbes = createRoute({
  getParentRoute: () => frame,
  path: '/access/probes',
  component: lazyRouteComponent(() => import('./pages/access/probes-page.tsx'), 'AccessProbesPage'),
});
const accessRequests = createRoute({
  getParentRoute: () => frame,
  path: '/access/requests',
  component: lazyRouteComponent(() => import('./pages/access/requests-page.tsx'), 'AccessRequestsPage'),
});
const compliance = createRoute({
  getParentRoute: () => frame,
  path: '/compliance',
  component: lazyRouteComponent(() => import('./pages/compliance/frameworks-page.tsx'), 'CompliancePage'),
});
const framework = createRoute({
  getParentRoute: () => frame,
  path: '/compliance/$id',
  component: lazyRouteComponent(() => import('./pages/compliance/framework-page.tsx'), 'FrameworkPage'),
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

/** What leads nowhere keeps the frame: the way on is beside it. */
const nowhere = createRoute({ getParentRoute: () => frame, path: '$', component: NotFound });

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
      images,
      packages,
      registries,
      image,
      events.addChildren([event]),
      exceptions,
      report,
      findings.addChildren([finding]),
      admission.addChildren([admissionRule]),
      admissionModes,
      admissionTry,
      admissionEditor,
      admissionDecisions.addChildren([admissionDecision]),
      admissionExceptions,
      admissionCoverage,
      admissionSources,
      access,
      accessUnused,
      accessAsk,
      accessExposure,
      accessSecrets,
      accessComponents,
      accessApiUses,
      accessProbes,
      accessRequests,
      compliance,
      framework,
      nodes,
      node,
      audit,
      settingsHome,
      settings,
      nowhere,
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

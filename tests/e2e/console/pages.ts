// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { get } from 'node:http';

const ask = (url: string, path: string, cookie: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    get(`${url}/api/v1${path}`, { headers: { cookie } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });

interface Named {
  readonly id?: string;
  readonly workload?: { readonly id: string; readonly name: string };
  readonly kind?: string;
  readonly image?: { readonly digest: string; readonly scan?: { readonly state: string } };
  readonly vulnerability?: unknown;
}
const itemsOf = (page: unknown): readonly Named[] =>
  typeof page === 'object' && page !== null && 'items' in page && Array.isArray(page.items) ? page.items : [];

const ofSubject = (name: string): string => encodeURIComponent(name);
/** Pages about the watched cluster: who may what, what is exposed, how old its parts are. */
const CLUSTER_PAGES: readonly (readonly [string, string])[] = [
  ['access', '/access'],
  ['access-unused', '/access/unused'],
  ['access-ask', '/access/ask'],
  ['access-who-can', `/access/ask?sel=${ofSubject('get secrets shop')}`],
  ['access-what-can', `/access/ask?tab=what-can&sel=${ofSubject('User/sato@example.com')}`],
  ['access-paths', `/access/ask?tab=paths&sel=${ofSubject('ServiceAccount/monitoring/prometheus-k8s')}`],
  ['access-unused-of', `/access/ask?tab=unused&sel=${ofSubject('User/sato@example.com')}`],
  ['access-reach', `/access/ask?tab=reach&sel=${ofSubject('monitoring/prometheus shop/orders 8080')}`],
  ...['exposure', 'secrets', 'components', 'api-uses', 'probes', 'requests'].map(
    (page) => [`access-${page}`, `/access/${page}`] as const,
  ),
  ['access-request-new', '/access/requests?sel=new'],
  ...['asked', 'path', 'active', 'failed', 'by-hand'].map(
    (state) => [`access-request-${state}`, `/access/requests?sel=r-${state}`] as const,
  ),
];

/** Every page of the console by name, with its address in the mock. */
export const pagesOf = async (url: string): Promise<readonly (readonly [string, string])[]> => {
  const cookie = 'mock-session=1';
  const workloads = itemsOf(await ask(url, '/workloads', cookie));
  const named = (name: string): string =>
    workloads.find((row) => row.workload?.name === name)?.workload?.id ?? '';
  const findings = itemsOf(await ask(url, '/findings', cookie));
  const vulnerable = findings.find((finding) => finding.vulnerability !== undefined)?.id ?? '';
  const secret = findings.find((finding) => finding.kind === 'secret')?.id ?? '';
  const images = itemsOf(await ask(url, '/images', cookie));
  const inState = (state: string): string =>
    images.find((row) => row.image?.scan?.state === state)?.image?.digest ?? '';
  const [web, api, failed, never] = [
    inState('done'),
    inState('incomplete'),
    inState('failed'),
    inState('never'),
  ];
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  /** A day that ends so many hours ago, less one: 1 ends now. */
  const between = (hours: number): string =>
    `${now - (hours + 23) * 3_600_000}-${now - (hours - 1) * 3_600_000}`;
  const event = itemsOf(await ask(url, '/events', cookie))[0]?.id ?? '';
  return [
    ['overview', '/'],
    ['overview-2022', '/?edition=2022'],
    ['control', '/controls/k01-workload-configuration'],
    ['map', '/map'],
    ['map-opened', '/map?expand=g-shop'],
    ['map-node', `/map?sel=n:g-shop`],
    ['map-compared', `/map?expand=g-shop&range=${between(1)}&cmp=${between(25)}`],
    ['map-compared-edge', `/map?range=${between(1)}&cmp=${between(25)}&by=table`],
    ['workloads', '/workloads'],
    ['workload', `/workloads/${named('ci-runner')}`],
    ...['processes', 'connections', 'packages', 'findings', 'events'].map(
      (tab) => [`workload-${tab}`, `/workloads/${named('web')}?tab=${tab}`] as const,
    ),
    ['images', '/images'],
    ...['overview', 'layers', 'packages', 'findings', 'secrets'].map(
      (tab) => [`image-${tab}`, `/images/${web}?tab=${tab}`] as const,
    ),
    ['image-incomplete', `/images/${api}`],
    ['image-failed', `/images/${failed}?tab=findings`],
    ['image-never', `/images/${never}`],
    ['packages', '/images/packages'],
    ['packages-asked', '/images/packages?filter=log4j-core'],
    [
      'package-places',
      `/images/packages?filter=log4j-core&sel=${encodeURIComponent('pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1')}`,
    ],
    ['registries', '/images/registries'],
    ['registry-new', '/images/registries?sel=new'],
    ['registry-change', '/images/registries?sel=r-ecr'],
    ['events', '/events'],
    ['event', `/events/${encodeURIComponent(event)}`],
    ['findings', '/findings'],
    ['findings-list', '/findings?by=list'],
    ['findings-cve', '/findings?by=cve'],
    ['findings-workload', '/findings?by=workload'],
    ['finding', `/findings/${vulnerable}?by=list`],
    ['finding-secret', `/findings/${secret}?by=list`],
    ['exceptions', '/findings/exceptions'],
    ['exception', '/findings/exceptions?sel=x-1'],
    ['exception-ended', '/findings/exceptions?sel=x-3'],
    ['exception-new', '/findings/exceptions?sel=new'],
    ['report', '/findings/report?filter=severity:critical,high'],
    ...CLUSTER_PAGES,
    ['nodes', '/nodes'],
    ['node', '/nodes/n-4f1d7a902be35c86'],
    ['audit', '/audit'],
    ...['profile', 'users', 'keys', 'enroll', 'advisories', 'backup', 'api'].map(
      (section) => [`settings-${section}`, `/settings/${section}`] as const,
    ),
    ['not-found', '/nowhere'],
  ];
};

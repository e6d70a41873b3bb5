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
  readonly vulnerability?: unknown;
}
const itemsOf = (page: unknown): readonly Named[] =>
  typeof page === 'object' && page !== null && 'items' in page && Array.isArray(page.items) ? page.items : [];

/** Every page of the console by name, with its address in the mock. */
export const pagesOf = async (url: string): Promise<readonly (readonly [string, string])[]> => {
  const cookie = 'mock-session=1';
  const workloads = itemsOf(await ask(url, '/workloads', cookie));
  const named = (name: string): string =>
    workloads.find((row) => row.workload?.name === name)?.workload?.id ?? '';
  const findings = itemsOf(await ask(url, '/findings', cookie));
  const vulnerable = findings.find((finding) => finding.vulnerability !== undefined)?.id ?? '';
  const event = itemsOf(await ask(url, '/events', cookie))[0]?.id ?? '';
  return [
    ['overview', '/'],
    ['overview-2022', '/?edition=2022'],
    ['control', '/controls/k01-workload-configuration'],
    ['map', '/map'],
    ['map-opened', '/map?expand=g-shop'],
    ['map-node', `/map?sel=n:g-shop`],
    ['workloads', '/workloads'],
    ['workload', `/workloads/${named('ci-runner')}`],
    ...['processes', 'connections', 'packages', 'findings', 'events'].map(
      (tab) => [`workload-${tab}`, `/workloads/${named('web')}?tab=${tab}`] as const,
    ),
    ['events', '/events'],
    ['event', `/events/${encodeURIComponent(event)}`],
    ['findings', '/findings'],
    ['findings-list', '/findings?by=list'],
    ['findings-cve', '/findings?by=cve'],
    ['findings-workload', '/findings?by=workload'],
    ['finding', `/findings/${vulnerable}?by=list`],
    ['nodes', '/nodes'],
    ['node', '/nodes/n-4f1d7a902be35c86'],
    ['audit', '/audit'],
    ...['profile', 'users', 'keys', 'enroll', 'advisories', 'backup', 'api'].map(
      (section) => [`settings-${section}`, `/settings/${section}`] as const,
    ),
    ['not-found', '/nowhere'],
  ];
};

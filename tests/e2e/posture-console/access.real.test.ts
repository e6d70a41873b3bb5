// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { ConsoleController, type Language, leave, type Reader } from '../admission-console/stage.ts';
import {
  buildConsole,
  englishSentences,
  go,
  PICTURES,
  settle,
  startBrowser,
  violationsOf,
} from '../console/stage.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 400_000, expect: { poll: { timeout: 15_000 } } });

const RBAC = 'rbac.authorization.k8s.io';
const POD = {
  terminationGracePeriodSeconds: 0,
  containers: [
    {
      name: 'main',
      image: 'localhost/busybox:1',
      command: ['sleep', '1000'],
      env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password', optional: true } } }],
    },
  ],
};
const OBJECTS: readonly object[] = [
  {
    apiVersion: RBAC.concat('/v1'),
    kind: 'ClusterRole',
    metadata: { name: 'creator' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }],
  },
  {
    apiVersion: RBAC.concat('/v1'),
    kind: 'ClusterRoleBinding',
    metadata: { name: 'creator' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'creator' },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: 'ann' }],
  },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'grafana', labels: { app: 'grafana' } }, spec: POD },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels: { app: 'web' } }, spec: POD },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'board' },
    spec: { type: 'NodePort', selector: { app: 'grafana' }, ports: [{ port: 3000 }] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'quiet' },
    spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
  },
];

describe.skipIf(!hasKubebox)('access of a real cluster in the console', () => {
  const up = useCluster();
  let controller: ConsoleController;
  let browser: Browser;
  let reader: Reader | undefined;

  beforeAll(async () => {
    buildConsole();
    await up().kubectl(['create', 'namespace', 'shop']);
    for (const object of OBJECTS)
      await up().kubectl(['apply', '-n', 'shop', '-f', '-'], JSON.stringify(object));
    // As an old chart applied it.
    const old = JSON.stringify({ apiVersion: 'extensions/v1beta1', kind: 'NetworkPolicy' });
    await up().kubectl([
      ...['annotate', '-n', 'shop', 'networkpolicy', 'quiet', '--overwrite'],
      `kubectl.kubernetes.io/last-applied-configuration=${old}`,
    ]);
    controller = new ConsoleController({ kubeconfig: up().kubeconfig });
    await controller.start();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.close();
  });
  const open = async (path: string, language: Language = 'en'): Promise<Page> => {
    reader = await controller.signIn(browser, language);
    await go(reader.page, path);
    await settle(reader.page);
    return reader.page;
  };
  afterEach(async ({ task }) => {
    const complaints = await leave(reader, task);
    reader = undefined;
    expect(complaints).toEqual([]);
  });
  /** The watch needs a moment after the start. */
  const row = (page: Page, text: string) =>
    expect
      .poll(async () => {
        const count = await page.locator('.table-row', { hasText: text }).count();
        if (count === 0) await page.reload();
        return count;
      })
      .toBeGreaterThan(0);

  it('leads from a risky permission to the way to cluster-admin, as a chain and as a table', async () => {
    const page = await open('/access?filter=subject:User/ann');
    await row(page, 'User/ann');
    await page.locator('.table-row a', { hasText: 'User/ann' }).first().click();
    await page.getByText('Reaches cluster-admin').waitFor();
    const chain = page.getByRole('list', { name: 'Way to cluster-admin, as a chain' });
    expect(await chain.locator('.access-node').first().textContent()).toBe('User/ann');
    expect(await chain.locator('.access-node').last().textContent()).toBe('cluster-admin');
    const steps = page.getByRole('table', { name: 'Way to cluster-admin, as a table' });
    expect(await steps.locator('tbody tr').count()).toBe((await chain.locator('.access-node').count()) - 1);
    await page.screenshot({ path: join(PICTURES, 'access-path-en.png'), fullPage: true });
  });

  it('answers who can, by keyboard alone, and keeps the question in the address', async () => {
    const page = await open('/access/ask');
    await page.getByLabel('Resource').fill('pods');
    await page.keyboard.press('Tab');
    await page.keyboard.type('shop');
    await page.keyboard.press('Enter');
    await page.waitForURL(/sel=get(\+|%20)pods(\+|%20)shop/);
    await page.getByRole('heading', { name: /who may get pods in shop/ }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: /who may get pods in shop/ }).waitFor();
  });

  it('says which pod reaches which, and by which policy not', async () => {
    const page = await open('/access/ask?tab=reach&sel=shop/grafana shop/web 80');
    await page.getByText('May not connect').first().waitFor();
    expect(await page.getByText('NetworkPolicy/shop/quiet').count()).toBe(1);
  });

  it('shows exposure, filtered in the address', async () => {
    const page = await open('/access/exposure?filter=namespace:shop');
    await row(page, 'Service/shop/board');
    const board = page.locator('.table-row', { hasText: 'Service/shop/board' });
    expect(await board.textContent()).toContain('grafana');
    expect(await board.textContent()).toContain('Node port');
  });

  it('lists who uses API versions that go, until when and what instead, and says what is not known', async () => {
    const page = await open('/access/api-uses');
    await row(page, 'extensions/v1beta1');
    const use = page.locator('.table-row', { hasText: 'extensions/v1beta1' });
    for (const word of ['1.16, gone already', 'kubectl apply'])
      expect(await use.textContent()).toContain(word);
    // Where a name has no room its middle is cut out; the title has all of it.
    for (const name of ['NetworkPolicy', 'NetworkPolicy/shop/quiet', 'networking.k8s.io/v1'])
      expect(await use.getByTitle(name, { exact: true }).count()).toBe(1);
    // No audit log was sent: who only reads is not known, and the page says so.
    await page.getByText('Who only reads is unknown').waitFor();
    await go(page, '/access/api-uses?filter=by:helm');
    await page.getByText('Who only reads is unknown').waitFor();
    await expect.poll(() => page.locator('.table-row', { hasText: 'extensions/v1beta1' }).count()).toBe(0);
  });

  it('sends probes only when asked, and shows what they proved', async () => {
    const page = await open('/access/probes');
    await row(page, 'Not sent');
    await page.getByRole('button', { name: 'Send the probes' }).click();
    await page.locator('.table-row', { hasText: 'Asks for credentials' }).first().waitFor();
    expect(await page.locator('.table-row', { hasText: 'Not sent' }).count()).toBe(0);
  });

  describe.each(['en', 'ja'] as const)('pages in %s', (language) => {
    /** One reader goes through all of them. */
    let through: Reader | undefined;
    beforeAll(async () => {
      through = await controller.signIn(browser, language);
    });
    afterAll(() => through?.context.close());
    it.each([
      '/access',
      '/access/unused',
      '/access/ask',
      '/access/ask?tab=paths&sel=ann',
      '/access/ask?tab=what-can&sel=ann',
      '/access/ask?tab=unused&sel=ann',
      '/access/ask?tab=reach&sel=shop/grafana shop/web 80',
      '/access/exposure',
      '/access/secrets',
      '/access/components',
      '/access/api-uses',
      '/access/probes',
    ])('%s: no violation of axe, no English sentence in Japanese', async (path) => {
      if (through === undefined) throw new Error('nobody is signed in');
      const { page, complaints } = through;
      await go(page, path);
      await page.locator('h1').first().waitFor();
      await settle(page);
      expect(await page.locator('main').textContent()).not.toMatch(/\{[a-z]+\}/u);
      expect(await violationsOf(page)).toEqual([]);
      if (language === 'ja') expect(await englishSentences(page)).toEqual([]);
      const name = path.replaceAll(/[^a-z0-9]+/g, '-');
      await page.screenshot({ path: join(PICTURES, `posture${name}-${language}.png`) });
      expect(complaints.splice(0)).toEqual([]);
    });
  });
});

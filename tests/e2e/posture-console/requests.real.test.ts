// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { join } from 'node:path';
import type { AccessRequest } from '@bartizan/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { ConsoleController, type Language, type Reader } from '../admission-console/stage.ts';
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

const SUBJECT = { kind: 'ServiceAccount', namespace: 'shop', name: 'default' };

describe.skipIf(!hasKubebox)('access for a time in the console', () => {
  const up = useCluster();
  let controller: ConsoleController;
  let browser: Browser;
  let reader: Reader | undefined;
  let [risky, plain] = ['', ''];

  /** Somebody else asks: local root. */
  const ask = async (more: object): Promise<string> => {
    const body = { subject: SUBJECT, reason: 'slow orders', durationMs: 15 * 60_000, ...more };
    return ((await controller.call('POST', '/access/requests', body)) as AccessRequest).id;
  };

  beforeAll(async () => {
    buildConsole();
    await up().kubectl(['create', 'namespace', 'shop']);
    controller = new ConsoleController({ kubeconfig: up().kubeconfig });
    await controller.start();
    browser = await startBrowser();
    // The watch needs a moment: until then every risk is unknown.
    plain = await ask({ role: { kind: 'ClusterRole', name: 'view' }, namespace: 'shop' });
    await vi.waitFor(
      async () => {
        const now = (await controller.call('GET', `/access/requests/${plain}`)) as AccessRequest;
        expect(now.risk?.level).toBe('minor');
      },
      { timeout: 60_000, interval: 200 },
    );
    risky = await ask({ role: { kind: 'ClusterRole', name: 'cluster-admin' } });
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
  afterEach(async () => {
    const complaints = reader?.complaints ?? [];
    await reader?.context.close();
    reader = undefined;
    expect(complaints).toEqual([]);
  });

  it('asks through the form, says what is missing, and does not let who asked approve it', async () => {
    const page = await open('/access/requests');
    await page.getByRole('button', { name: 'New request' }).click();
    await page.getByLabel('Reason').fill('to look at orders');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByRole('alert').getByText('Say who, and either a role or verbs').waitFor();
    await page.getByLabel('Who', { exact: true }).fill('User/ann');
    await page.getByLabel('Verbs instead of a role').fill('get, list');
    await page.getByLabel('Resources for the verbs').fill('pods/log');
    await page.getByLabel('Namespace', { exact: true }).fill('shop');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.locator('.table-row', { hasText: 'User/ann' }).getByText('Asked').first().waitFor();
    await page.locator('.table-row button', { hasText: 'User/ann' }).first().click();
    await page.getByText('You asked for it: somebody else has to approve it.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Withdraw the request' }).click();
    await page.locator('.table-row', { hasText: 'User/ann' }).getByText('Over').first().waitFor();
  });

  it('shows the way to cluster-admin before the approval, which waits until the risk is taken', async () => {
    const page = await open(`/access/requests?sel=${risky}`);
    await page.getByText('Opens a way to cluster-admin').first().waitFor();
    const chain = page.getByRole('list', { name: 'Way to cluster-admin, as a chain' });
    expect(await chain.locator('.access-node').last().textContent()).toBe('cluster-admin');
    const approve = page.getByRole('button', { name: 'Approve' });
    expect(await approve.isDisabled()).toBe(true);
    await page.screenshot({ path: join(PICTURES, 'access-request-risk-en.png'), fullPage: true });
    await page.getByLabel('Comment').fill('far too wide');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.locator('aside').getByText('Refused').first().waitFor();
  });

  it('approves, shows the time left, and takes it away at once', async () => {
    const page = await open(`/access/requests?sel=${plain}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('aside').getByText('Counts now').first().waitFor();
    const names = await up().kubectl(['get', 'rolebinding', '-n', 'shop', '-o', 'name']);
    expect(names).toContain(`bartizan-access-${plain}`);
    await go(page, '/access/requests?filter=state:active');
    await settle(page);
    await page
      .locator('.table-row', { hasText: 'ServiceAccount/shop/default' })
      .getByText(/in 1\d min/)
      .waitFor();
    await go(page, `/access/requests?sel=${plain}`);
    await page.getByRole('button', { name: 'Take it away now' }).click();
    await page.locator('aside').getByText('Somebody took it away').waitFor();
    expect(await up().kubectl(['get', 'rolebinding', '-n', 'shop', '-o', 'name'])).not.toContain(plain);
  });

  describe.each(['en', 'ja'] as const)('pages in %s', (language) => {
    /** One reader goes through all of them. */
    let through: Reader | undefined;
    beforeAll(async () => {
      through = await controller.signIn(browser, language);
    });
    afterAll(() => through?.context.close());
    it.each(['', '?sel=new', '?sel=risky', '?sel=plain', '?filter=state:failed'])(
      '%s: no violation of axe, no English sentence in Japanese',
      async (query) => {
        if (through === undefined) throw new Error('nobody is signed in');
        const { page, complaints } = through;
        await go(page, `/access/requests${query.replace('risky', risky).replace('plain', plain)}`);
        await page.locator('h1').first().waitFor();
        await settle(page);
        expect(await page.locator('main').textContent()).not.toMatch(/\{[a-z]+\}/u);
        expect(await violationsOf(page)).toEqual([]);
        if (language === 'ja') expect(await englishSentences(page)).toEqual([]);
        const name = query.replaceAll(/[^a-z0-9]+/g, '-');
        await page.screenshot({ path: join(PICTURES, `access-requests${name}-${language}.png`) });
        expect(complaints.splice(0)).toEqual([]);
      },
    );
  });
});

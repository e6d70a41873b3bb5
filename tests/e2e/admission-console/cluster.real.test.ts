// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
  englishSentences,
  go,
  type Mock,
  PICTURES,
  settle,
  signIn,
  startBrowser,
  startMock,
  violationsOf,
  visit,
} from '../console/stage.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 15_000 } } });

let browser: Browser;
let mock: Mock;
beforeAll(async () => {
  buildConsole();
  mock = await startMock();
  browser = await startBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await mock?.stop();
});

/** Does something as a reader, and takes the reader away again, whatever happens. */
const read = async (path: string, act: (page: Page) => Promise<void>): Promise<void> => {
  const { context, page, complaints } = await visit(browser);
  page.setDefaultTimeout(30_000);
  try {
    await signIn(page, mock.url);
    complaints.length = 0;
    await go(page, path);
    await settle(page);
    await act(page);
    // An answer that is refused or fails is told on the page; the browser notes it as well.
    expect(complaints.filter((text) => !/status of (409|500)/.test(text))).toEqual([]);
  } finally {
    await context.close();
  }
};

describe('decisions', () => {
  it('are filtered in the address and told with place, value, what would be right, and a patch', () =>
    read('/admission/decisions?range=7d', async (page) => {
      await page.locator('[data-filter-input]').fill('verdict:deny');
      await page.keyboard.press('Enter');
      await page.waitForURL(/filter=verdict:deny/);
      await expect.poll(() => page.locator('.table-row .badge', { hasText: 'Allowed' }).count()).toBe(0);
      await page.locator('.table-row a').first().click();
      const panel = page.locator('aside.panel');
      await panel.getByText('spec.containers[0].securityContext.privileged').waitFor();
      for (const [name, value] of [
        ['Value there', 'true'],
        ['Would be right', 'false'],
        ['Took effect', 'In the API server'],
      ] as const) {
        const facts = panel.locator('dl div', { has: page.getByText(name, { exact: true }) });
        expect(await facts.locator('dd').first().textContent(), name).toBe(value);
      }
      expect(await panel.locator('pre').first().textContent()).toContain('"op":"replace"');
    }));

  it('come in by themselves while the page is live, and not while it is not', () =>
    read('/admission/decisions?range=1h', async (page) => {
      const before = Number((await page.locator('.table-foot').textContent())?.match(/\d+/)?.[0]);
      await mock.steer('decide', { index: '1' });
      await expect
        .poll(async () => Number((await page.locator('.table-foot').textContent())?.match(/\d+/)?.[0]))
        .toBe(before + 1);
      await go(page, '/admission/decisions?range=1h&live=off');
      await settle(page);
      await mock.steer('decide', { index: '2' });
      await page.waitForTimeout(6_500);
      expect(Number((await page.locator('.table-foot').textContent())?.match(/\d+/)?.[0])).toBe(before + 1);
    }));
});

describe('a change of mode in a watched cluster', () => {
  it('shows whom it would hit before it can be applied, and says so on the button', () =>
    read('/admission/modes?sel=admission.exec', async (page) => {
      await page.getByRole('button', { name: 'Add to the draft' }).click();
      const radius = page.getByRole('region', { name: 'Blast radius' });
      await radius.getByText('Newly refused').waitFor();
      for (const part of ['By namespace', 'By owner', 'By rule', 'Some that come out otherwise'])
        expect(await radius.getByText(part, { exact: true }).count(), part).toBe(1);
      expect(await radius.getByText('512 judged, of which 480 exist in the cluster').count()).toBe(1);
      await mock.steer('rebind');
      await page.getByRole('button', { name: 'Apply: 3 more are refused' }).click();
      await page.getByText('Somebody changed the bindings meanwhile').waitFor();
      await page.getByRole('button', { name: 'Put my draft on top of the newest' }).click();
      await page.getByText('Somebody changed the bindings meanwhile').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Apply: 3 more are refused' }).click();
      await page.getByText('The modes are in force.').waitFor();
      expect(await page.locator('.binding').count()).toBe(4);
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => page.locator('.binding').count()).toBe(3);
    }));

  it('cannot be applied while its effect could not be asked', () =>
    read('/admission/modes?sel=admission.exec', async (page) => {
      await mock.steer('fail', { route: 'admission.simulate' });
      try {
        await page.getByRole('button', { name: 'Add to the draft' }).click();
        const draft = page.getByRole('region', { name: 'Draft' });
        await draft.getByText('E_INTERNAL').waitFor();
        expect(await draft.getByRole('button', { name: /^Apply/ }).isDisabled()).toBe(true);
      } finally {
        await mock.steer('heal', { route: 'admission.simulate' });
      }
    }));
});

describe('policy reports in the cluster', () => {
  it('say what they would be before somebody asks, what they are after, and are taken back', () =>
    read('/admission/modes', async (page) => {
      const card = page.getByRole('region', { name: 'Policy reports in the cluster' });
      await card.getByText('It would write 3 reports with 12 results now.').waitFor();
      expect(await card.getByText('Off', { exact: true }).count()).toBe(1);
      await card.getByRole('button', { name: 'Keep reports' }).click();
      await card.getByText('openreports.io/v1alpha1').waitFor();
      expect(await card.getByText('It would write', { exact: false }).count()).toBe(0);
      expect(await card.locator('dl').textContent()).toMatch(/Kept.*Reports3Results12Found no room0/);
      await page.getByRole('button', { name: 'Undo' }).click();
      await card.getByRole('button', { name: 'Keep reports' }).waitFor();
    }));

  it('that cannot be written are told with the reason, and no toast says otherwise', () =>
    read('/admission/modes', async (page) => {
      await mock.steer('reports', { refused: 'yes' });
      try {
        const card = page.getByRole('region', { name: 'Policy reports in the cluster' });
        await card.getByRole('button', { name: 'Keep reports' }).click();
        await card.getByText('E_KUBE_NOT_PERMITTED').waitFor();
        expect(await card.getByText('Not permitted', { exact: true }).count()).toBe(1);
        expect(await page.getByText('Reports are kept from now on.').count()).toBe(0);
      } finally {
        await mock.steer('reports', {});
      }
    }));
});

describe('coverage', () => {
  it('marks kinds and namespaces that no rule covers, alone where asked, with the Pod Security level', () =>
    read('/admission/coverage', async (page) => {
      const rows = page.locator('.table-row');
      expect(await rows.filter({ hasText: 'No rule' }).count()).toBe(2);
      expect(
        await rows.filter({ hasText: 'example.com/widgets' }).locator('.unknown').textContent(),
      ).toContain('Not known');
      await page.getByRole('switch', { name: 'Only what no rule covers' }).check();
      await page.waitForURL(/by=uncovered/);
      expect(await rows.count()).toBe(2);
      await go(page, '/admission/coverage?tab=namespaces');
      await settle(page);
      await rows.filter({ hasText: 'shop' }).getByText('restricted').waitFor();
      await rows.filter({ hasText: 'sandbox' }).getByText('Not set').waitFor();
    }));

  it('says of custom kinds where their pods are, what is unknown, and the command that helps', () =>
    read('/admission/coverage?tab=custom', async (page) => {
      // Where a name has no room its middle is cut out; the title has all of it.
      const rowOf = (kind: string) => page.locator('.table-row').filter({ has: page.getByTitle(kind) });
      await rowOf('argoproj.io/rollouts').getByText('Judged').waitFor();
      await rowOf('example.com/widgets').getByTitle('spec.workers[*].template').waitFor();
      await rowOf('example.com/widgets').getByText('Not known').waitFor();
      await rowOf('charts.example.com/releases').getByText('Its schema is too large.').waitFor();
      await page.getByText('Rules name 2 resources too many').waitFor();
      await page.getByText('Kinds that may not be read (1)').click();
      await page.getByText('--resource=widgets.example.com').waitFor();
    }));
});

describe('the sources of policies', () => {
  it('are listed with their state, and what of them is not in force with the reason', () =>
    read('/admission/sources', async (page) => {
      const rows = page.locator('.table-row');
      await rows.filter({ hasText: 'Git directory' }).getByText('In part').waitFor();
      await rows.filter({ hasText: 'Cluster objects' }).getByText('In force').waitFor();
      await rows.filter({ hasText: 'Federation' }).getByText('Not set up').waitFor();
      const problem = page.locator('tr', { hasText: 'rules/exec.yaml:1' });
      await problem.getByText('Owned elsewhere').waitFor();
      await page.getByText('update AdmissionRule/shop.registry').waitFor();
    }));
});

describe('the state of admission control', () => {
  it('names the cluster, each webhook and what became of it, and the policy', () =>
    read('/admission', async (page) => {
      const strip = page.getByRole('region', { name: 'State of admission control' });
      for (const words of ['Cluster is watched', 'v1.35.2', 'In force', 'Put back', 'put back 2 times'])
        expect(await strip.getByText(words, { exact: true }).count(), words).toBe(1);
    }));
});

describe('a finding about an object of the cluster', () => {
  it('names the object without a link to nowhere, its rule, and the patch as a command', () =>
    read('/findings/f-policy-role?by=list', async (page) => {
      const panel = page.locator('aside.panel');
      await panel.getByText('shop/Role/edit-all').waitFor();
      expect(await panel.locator('a', { hasText: 'edit-all' }).count()).toBe(0);
      await panel.getByText('kubectl patch role edit-all').waitFor();
      expect(await panel.getByText('Object of the cluster').count()).toBe(1);
      expect(await panel.locator('a[href*="/admission/rules/"]').count()).toBe(1);
    }));
});

describe('by keyboard alone', () => {
  it('the rules are reached, one is opened and left', () =>
    read('/', async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('p');
      await page.waitForURL(/\/admission/);
      await settle(page);
      await page.locator('.table-row a').first().focus();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/admission\/rules\//);
      await page.locator('aside.panel').waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(/\/admission(\?|$)/);
    }));
});

const PAGES = [
  ['rules', '/admission'],
  ['rule', '/admission/rules/admission.privileged'],
  ['modes', '/admission/modes?sel=admission.exec'],
  ['try', '/admission/try'],
  ['editor', '/admission/editor'],
  ['decisions', '/admission/decisions?range=7d'],
  ['decision', '/admission/decisions/ad-0001?range=7d'],
  ['exceptions', '/admission/exceptions'],
  ['exception', '/admission/exceptions?sel=exception.debug'],
  ['exception-new', '/admission/exceptions?sel=new'],
  ['coverage', '/admission/coverage'],
  ['sources', '/admission/sources'],
  ['reports', '/admission/modes'],
  ['coverage-namespaces', '/admission/coverage?tab=namespaces'],
  ['coverage-custom', '/admission/coverage?tab=custom'],
  ['finding', '/findings/f-policy-role?by=list'],
] as const;

describe.each([
  ['en', 'light', 1440],
  ['ja', 'dark', 1440],
  ['ja', 'light', 390],
  ['en', 'dark', 390],
] as const)('in %s, %s, at %d pixels', (language, theme, width) => {
  it('every page is clean for axe, in one language, and no wider than the screen', async () => {
    const { context, page, complaints } = await visit(browser, { language, theme, width, height: 900 });
    const faults: string[] = [];
    try {
      await signIn(page, mock.url);
      complaints.length = 0;
      for (const [name, path] of PAGES) {
        await go(page, path);
        await settle(page);
        if (name === 'modes') {
          await page.locator('button[type="submit"]').click();
          await settle(page);
        }
        await page.screenshot({
          path: join(PICTURES, `admission-${name}-${language}-${theme}-${width}.png`),
        });
        for (const { id, targets } of await violationsOf(page))
          faults.push(`${name}: ${id}: ${targets.join(' | ')}`);
        if (language === 'ja')
          for (const sentence of await englishSentences(page)) faults.push(`${name}: English: ${sentence}`);
        const over = await page.evaluate(() => {
          const main = document.querySelector('main');
          return Math.max(
            document.documentElement.scrollWidth - window.innerWidth,
            main === null ? 0 : main.scrollWidth - main.clientWidth,
          );
        });
        if (over > 0) faults.push(`${name}: ${over} pixels too wide`);
        for (const complaint of complaints.splice(0)) faults.push(`${name}: ${complaint}`);
      }
    } finally {
      await context.close();
    }
    expect(faults).toEqual([]);
  });
});

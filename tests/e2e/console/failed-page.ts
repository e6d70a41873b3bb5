// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import type { Page } from 'playwright-core';

const TEXT_MAX = 1500;
const REQUESTS_MAX = 20;
const ANSWER_MS = 5000;

/** A page that is watched from its start, so that a test which waited in vain can say what was there instead. */
export class WatchedPage {
  readonly #page: Page;
  readonly #requests: string[] = [];

  constructor(page: Page) {
    this.#page = page;
    page.on('crash', () => this.#note('the page crashed'));
    page.on('requestfailed', (request) =>
      this.#note(`${request.method()} ${request.url()}: ${request.failure()?.errorText ?? 'failed'}`),
    );
    page.on('response', (response) => {
      if (response.status() >= 400)
        this.#note(`${response.request().method()} ${response.url()}: ${response.status()}`);
    });
  }

  #note(line: string): void {
    this.#requests.push(line);
    if (this.#requests.length > REQUESTS_MAX) this.#requests.shift();
  }

  /** Address, text and failed requests of the page; never throws, a page that does not answer is said to. */
  async tell(): Promise<string> {
    const text = await Promise.race([
      this.#page
        .evaluate(() => document.querySelector('#root')?.textContent ?? document.body.textContent)
        .catch((cause: unknown) => `no text: ${String(cause)}`),
      new Promise<string>((resolve) => setTimeout(resolve, ANSWER_MS, 'the page does not answer')),
    ]);
    return `${this.#page.url()}\n${this.#requests.join('\n')}\n${text.slice(0, TEXT_MAX)}`;
  }
}

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ControllerProcess, Told } from '@bartizan/testkit/attack';

const PASSWORD = 'plover-anvil-quartz-tide-9';

/** Somebody who is signed in, as a browser is. */
export class Person {
  readonly #controller: ControllerProcess;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(controller: ControllerProcess, headers: Readonly<Record<string, string>>) {
    this.#controller = controller;
    this.#headers = headers;
  }

  /** Makes a user and signs them in; the one-time password is changed at once, as it has to be. */
  static async named(controller: ControllerProcess, name: string, role: string): Promise<Person> {
    const made = (await controller.call('POST', '/users', { name, role })) as { oneTimePassword: string };
    const current = made.oneTimePassword;
    const first = await controller.ask('POST', '/session', { body: { name, password: current } });
    const changed = await controller.ask('POST', '/session/password', {
      body: { current, next: PASSWORD },
      headers: { cookie: first.cookie ?? '', 'x-csrf-token': String(first.json['csrfToken']) },
    });
    if (changed.status >= 400) throw new Error(JSON.stringify(changed.json));
    const signed = await controller.ask('POST', '/session', { body: { name, password: PASSWORD } });
    return new Person(controller, {
      cookie: signed.cookie ?? '',
      'x-csrf-token': String(signed.json['csrfToken']),
    });
  }

  get(path: string): Promise<Told> {
    return this.#controller.ask('GET', path, { headers: this.#headers });
  }

  post(path: string, body: object = {}): Promise<Told> {
    return this.#controller.ask('POST', path, { body, headers: this.#headers });
  }
}

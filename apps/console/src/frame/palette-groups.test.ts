// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { foundGroups } from './palette-groups.ts';

const failed = { title: 'Could not be searched', action: { id: 'failed', description: 'why' } };
const action = (id: string) => ({ id, label: id });
const searched = (title: string, isError: boolean, ...ids: string[]) => ({
  ...{ title, isError, actions: ids.map(action) },
});

describe('what the palette found', () => {
  it('is grouped by list, without lists that have nothing', () => {
    expect(foundGroups([searched('Workloads', false, 'w-1'), searched('Images', false)], failed)).toEqual([
      { group: 'Workloads', actions: [action('w-1')] },
    ]);
    expect(foundGroups([searched('Workloads', false), searched('Images', false)], failed)).toEqual([]);
  });
  it('says which lists could not be searched, also where others found something', () => {
    const groups = foundGroups(
      [searched('Workloads', false, 'w-1'), searched('Images', true), searched('Findings', true, 'old')],
      failed,
    );
    expect(groups).toEqual([
      { group: 'Workloads', actions: [action('w-1')] },
      {
        group: 'Could not be searched',
        actions: [{ id: 'failed', description: 'why', label: 'Images, Findings' }],
      },
    ]);
  });
});

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_FIELDS, ROUTES } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage, LOCAL_ROOT } from '../../testing/api-stage.ts';

let test: TestStore;
let stage: ApiStage;

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock);
});
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

const PATHS = new Map<string, string>(ROUTES.map(({ id, path }) => [id, path]));
const LISTS = Object.entries(LIST_FIELDS).flatMap(([id, fields]) => {
  const path = PATHS.get(id) ?? '';
  return path.includes(':') ? [] : [{ path, fields: fields as readonly string[] }];
});
const MADE_IN_MEMORY = /^\/(?:access\/(?!requests)|admission\/rules|compliance\/checks|rules)/u;
const statusOf = async (path: string, filter: string, sort = ''): Promise<number> => {
  const told = await stage.ask({
    path: `${path.slice(1)}?filter=${encodeURIComponent(filter)}${sort === '' ? '' : `&sort=${sort}`}`,
    token: LOCAL_ROOT,
  });
  return told.status;
};

describe('a list of the API', () => {
  it.each(LISTS)('$path takes the fields that are said of it, and no other', async ({ path, fields }) => {
    const place = ['cluster', 'namespace'].filter((field) => fields.includes(field));
    // No cluster is watched here: such rows are refused, the filter is not.
    const taken = /^\/access\/(?!requests)/u.test(path) ? 409 : 200;
    expect(await statusOf(path, place.map((field) => `${field}:shop`).join(' '))).toBe(taken);
    expect(await statusOf(path, 'nosuchfield:1')).toBe(400);
    if (MADE_IN_MEMORY.test(path)) expect(await statusOf(path, '', 'nosuchfield')).toBe(400);
  });
});

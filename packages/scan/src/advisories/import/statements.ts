// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asNumber, asObject, asText, compact, parseJson } from '../../json/fields.ts';
import type { ReleaseLife } from '../pack-format.ts';
import type { Importer } from './importer.ts';

/** `*-coverage.json`: which source packages of a distribution were looked at. */
export const coverageImporter: Importer = {
  id: 'coverage',
  claims: (file) => file.endsWith('-coverage.json'),
  read: (input, builder) => {
    const record = asObject(parseJson(input.content().toString('utf8')));
    const ecosystem = asText(record?.['ecosystem']);
    if (ecosystem === undefined) throw new TypeError('no ecosystem in the coverage list');
    for (const item of asList(record?.['source_packages'])) {
      const name = asText(item) ?? asText(asObject(item)?.['source_package']);
      if (name === undefined) input.refuse(1);
      else builder.addCovered(ecosystem, name);
    }
  },
};

const readLife = (value: unknown): ReleaseLife =>
  compact<ReleaseLife>({
    series: asText(asObject(value)?.['series']),
    release: asText(asObject(value)?.['release']),
    eol: asText(asObject(value)?.['eol']),
    eolLts: asText(asObject(value)?.['eol_lts']),
  });

/** `eol.json`: end-of-life dates of distribution releases. */
export const lifeImporter: Importer = {
  id: 'life',
  claims: (file) => file === 'eol.json',
  read: (input, builder) => {
    const distributions =
      asObject(asObject(parseJson(input.content().toString('utf8')))?.['distributions']) ?? {};
    const life: Record<string, Record<string, ReleaseLife>> = {};
    for (const [distribution, releases] of Object.entries(distributions)) {
      const entries = Object.entries(asObject(releases) ?? {}).slice(0, 500);
      life[distribution] = Object.fromEntries(entries.map(([release, dates]) => [release, readLife(dates)]));
    }
    builder.setLife(life);
  },
};

/** `manifest.json`: where the rows come from, and what is known to be missing. */
export const manifestImporter: Importer = {
  id: 'manifest',
  claims: (file) => file === 'manifest.json',
  read: (input, builder) => {
    const manifest = asObject(parseJson(input.content().toString('utf8')));
    for (const item of asList(manifest?.['sources']).slice(0, 500)) {
      const source = asObject(item);
      const name = asText(source?.['source']);
      if (source === undefined || name === undefined) continue;
      builder.addSource(
        compact({
          name,
          date: asText(source['date']),
          rows: asNumber(source['records']) ?? 0,
          licence: asText(source['license']),
          missing: asText(source['missing']),
        }),
      );
    }
    if (manifest?.['kind'] === 'sample')
      builder.setSample(asText(manifest['note']), asText(manifest['built']));
    builder.setNoData(
      asList(manifest?.['no_data'])
        .flatMap((text) => asText(text) ?? [])
        .slice(0, 200),
    );
  },
};

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseJson } from '../../json/fields.ts';
import type { CveFacts } from '../row.ts';
import {
  alpineImporter,
  debianTrackerImporter,
  epssImporter,
  kevImporter,
  osvJsonImporter,
  osvZipImporter,
} from './feeds.ts';
import type { Importer } from './importer.ts';
import { readAdvisoryRecord, readEpssRecord, readKevRecord, readSeverityRecord } from './jsonl.ts';
import { readLines } from './lines.ts';
import { coverageImporter, lifeImporter, manifestImporter } from './statements.ts';

const cveImporter = (
  id: string,
  read: (value: unknown) => { cve: string; facts: CveFacts } | undefined,
): Importer => ({
  id,
  claims: (file) => file === `${id}.jsonl.gz` || file === `${id}.jsonl`,
  read: (input, builder) => {
    for (const line of readLines(input.content(), input.refuse)) {
      const record = read(parseJson(line));
      if (record === undefined) input.refuse(1);
      else builder.addCve(record.cve, record.facts);
    }
  },
});

/** Files of the same form that are no advisories, or that are kept out on purpose. */
const NOT_ADVISORIES = /^(?:cve-meta|cve-products|match-labels|npm-heuristic|oss-fuzz)\.jsonl(?:\.gz)?$/;

const advisoryImporter: Importer = {
  id: 'advisories',
  claims: (file) => /\.jsonl(?:\.gz)?$/.test(file) && !NOT_ADVISORIES.test(file),
  read: (input, builder) => {
    const isMalicious = input.file.startsWith('malicious-packages');
    for (const line of readLines(input.content(), input.refuse)) {
      const keyed = readAdvisoryRecord(parseJson(line), isMalicious);
      if (keyed === undefined) input.refuse(1);
      else builder.addRow(keyed.ecosystem, keyed.name, keyed.row);
    }
  },
};

/** Every kind of file we can read, the more particular ones first. */
export const importers: readonly Importer[] = [
  cveImporter('cve-severity', readSeverityRecord),
  cveImporter('kev', readKevRecord),
  cveImporter('epss', readEpssRecord),
  osvZipImporter,
  osvJsonImporter,
  debianTrackerImporter,
  alpineImporter,
  kevImporter,
  epssImporter,
  coverageImporter,
  lifeImporter,
  manifestImporter,
  advisoryImporter,
];

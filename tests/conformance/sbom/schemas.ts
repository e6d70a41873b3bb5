// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { goModule } from '../outside.ts';

/** Why a document does not hold to a schema; empty when it does. */
export type Validator = (document: unknown) => string[];

const read = (path: string): object => JSON.parse(readFileSync(path, 'utf8')) as object;

const validatorOf = (schema: object, others: Readonly<Record<string, object>>): Validator => {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
  addFormats.default(ajv);
  // Formats for internationalised names, which ajv-formats leaves out; the schemas use them for mail and references.
  ajv.addFormat('idn-email', /^[^@\s]+@[^@\s]+$/);
  ajv.addFormat('iri-reference', /^\S*$/);
  for (const [name, other] of Object.entries(others))
    ajv.addSchema({ ...other, $id: `http://cyclonedx.org/schema/${name}` });
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
};

/** A validator of a schema that stands alone; JSON Schema 2020-12 is read by a reader of its own. */
export const schemaValidator = (schema: object): Validator => {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  ajv.addFormat('iri', /^\S+$/);
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
};

/** The official schemas, as two Go modules carry them: CycloneDX 1.6 and 1.7, SPDX 2.3. */
export const officialSchemas = (): Readonly<Record<'cyclonedx' | 'cyclonedx-1.6' | 'spdx', Validator>> => {
  const cyclonedx = join(goModule('github.com/CycloneDX/cyclonedx-go@v0.9.3'), 'schema');
  const syft = join(goModule('github.com/anchore/syft@v1.57.0'), 'schema');
  const licences = read(join(syft, 'cyclonedx/spdx.schema.json'));
  // Signatures and cryptographic names are no part of what we write: anything goes there.
  const open = {
    'jsf-0.82.schema.json': { definitions: { signature: {} } },
    'cryptography-defs.schema.json': { definitions: { algorithmFamiliesEnum: {}, ellipticCurvesEnum: {} } },
    'spdx.schema.json': licences,
  };
  return {
    cyclonedx: validatorOf(read(join(syft, 'cyclonedx/cyclonedx.json')), open),
    'cyclonedx-1.6': validatorOf(read(join(cyclonedx, 'bom-1.6.schema.json')), open),
    spdx: validatorOf(read(join(syft, 'spdx-json/spdx-schema-2.3.json')), {}),
  };
};

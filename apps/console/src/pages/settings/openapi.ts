// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseProblem } from '../../data/api-error.ts';
import { currentLanguage } from '../../i18n/language.ts';

/** The parts of an OpenAPI document that the reference page shows. Read leniently: it is only shown. */
export interface SchemaView {
  readonly type: string;
  readonly description: string;
  readonly unit: string;
  readonly choices: readonly string[];
  readonly fields: readonly FieldView[];
}
export interface FieldView {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: SchemaView;
}
export interface OperationView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly permission: string;
  readonly parameters: readonly (FieldView & { readonly place: string })[];
  readonly body: SchemaView | undefined;
  readonly answer: SchemaView | undefined;
}

type Json = Readonly<Record<string, unknown>>;
const asRecord = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {});
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const DEPTH_MAX = 4;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const resolve = (document: Json, value: unknown): Json => {
  const record = asRecord(value);
  const reference = asText(record['$ref']);
  if (reference === '') return record;
  if (!reference.startsWith('#/')) return { type: reference };
  let at: unknown = document;
  for (const part of reference.slice(2).split('/'))
    at = asRecord(at)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return asRecord(at);
};

const typeName = (schema: Json, items: SchemaView | undefined): string => {
  if (items !== undefined) return `${items.type}[]`;
  const title = asText(schema['title']);
  const type = schema['type'];
  if (title !== '') return title;
  if (Array.isArray(type)) return type.map(String).join(' | ');
  return asText(type) || (schema['anyOf'] === undefined ? 'any' : 'one of');
};

const viewSchema = (document: Json, value: unknown, depth: number): SchemaView => {
  const schema = resolve(document, value);
  const items = schema['items'] === undefined ? undefined : viewSchema(document, schema['items'], depth + 1);
  const required = asList(schema['required']);
  const properties = depth >= DEPTH_MAX ? [] : Object.entries(asRecord(schema['properties']));
  return {
    type: typeName(schema, items),
    description: asText(schema['description']),
    unit: asText(schema['unit']),
    choices: asList(schema['enum']).map(String),
    fields:
      items?.fields ??
      properties.map(([name, property]) => ({
        name,
        isRequired: required.includes(name),
        schema: viewSchema(document, property, depth + 1),
      })),
  };
};

const contentSchema = (document: Json, value: unknown): SchemaView | undefined => {
  const content = asRecord(resolve(document, value)['content']);
  const first = content['application/json'] ?? Object.values(content)[0];
  const schema = asRecord(first)['schema'];
  return schema === undefined ? undefined : viewSchema(document, schema, 0);
};

const localSummary = (operation: Json): string => {
  const both = asRecord(operation['x-summary']);
  const language = currentLanguage();
  return asText(both[language]) || asText(operation[`x-summary-${language}`]) || asText(operation['summary']);
};

/** What operations are about, in words; a controller of before names them only. */
const localTag = (document: Json, name: string): string => {
  const tag =
    asList(document['tags'])
      .map(asRecord)
      .find((one) => one['name'] === name) ?? {};
  return (
    (currentLanguage() === 'en' ? '' : asText(tag[`x-title-${currentLanguage()}`])) ||
    asText(tag['x-title']) ||
    name
  );
};

const viewOperation = (
  document: Json,
  at: { path: string; method: string },
  operation: Json,
): OperationView => {
  const answers = asRecord(operation['responses']);
  const good = Object.keys(answers).find((status) => status.startsWith('2'));
  return {
    id: asText(operation['operationId']) || `${at.method} ${at.path}`,
    method: at.method.toUpperCase(),
    path: at.path,
    summary: localSummary(operation),
    tag: localTag(document, asText(asList(operation['tags'])[0])),
    permission: asText(operation['x-permission']),
    parameters: asList(operation['parameters']).map((entry) => {
      const parameter = resolve(document, entry);
      return {
        name: asText(parameter['name']),
        place: asText(parameter['in']),
        isRequired: parameter['required'] === true,
        schema: viewSchema(document, parameter['schema'], 0),
      };
    }),
    body: contentSchema(document, operation['requestBody']),
    answer: good === undefined ? undefined : contentSchema(document, answers[good]),
  };
};

/** Every operation of an OpenAPI document, as written there. */
export const viewOperations = (value: unknown): OperationView[] => {
  const document = asRecord(value);
  return Object.entries(asRecord(document['paths'])).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = asRecord(item)[method];
      return operation === undefined ? [] : [viewOperation(document, { path, method }, asRecord(operation))];
    }),
  );
};

/** Reads the document from the controller. */
export const loadOpenapi = async (signal: AbortSignal): Promise<OperationView[]> => {
  const response = await fetch('/api/v1/openapi.json', {
    signal,
    headers: { 'accept-language': currentLanguage() },
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw parseProblem(response.status, body);
  return viewOperations(body);
};

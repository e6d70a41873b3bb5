// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLanguage, useT } from '../../i18n/language.ts';
import { Asked } from '../../widgets/states.tsx';
import { Copy } from '../../widgets/text.tsx';
import { type FieldView, loadOpenapi, type OperationView, type SchemaView } from './openapi.ts';

const Fields = ({ fields }: { fields: readonly FieldView[] }) => {
  const t = useT();
  return (
    <ul className="api-fields">
      {fields.map((field) => (
        <li key={field.name}>
          <span className="row wrap" style={{ gap: 6 }}>
            <code>{field.name}</code>
            <span className="quiet small" translate="no">
              {field.schema.type}
              {field.schema.unit !== '' && field.schema.unit !== '1' && ` · ${field.schema.unit}`}
            </span>
            {!field.isRequired && <span className="quiet small">{t('api.optional')}</span>}
          </span>
          {field.schema.description !== '' && (
            <div className="small second" translate="no">
              {field.schema.description}
            </div>
          )}
          {field.schema.choices.length > 0 && (
            <div className="small mono quiet anywhere" translate="no">
              {field.schema.choices.join(' | ')}
            </div>
          )}
          {field.schema.fields.length > 0 && (
            <details>
              <summary className="small">{t('api.inside')}</summary>
              <Fields fields={field.schema.fields} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
};

const Part = ({ title, schema }: { title: string; schema: SchemaView | undefined }) => {
  if (schema === undefined) return null;
  return (
    <div className="section">
      <h3 className="small second">
        {title} <code>{schema.type}</code>
      </h3>
      <Fields fields={schema.fields} />
    </div>
  );
};

const Operation = ({ operation }: { operation: OperationView }) => {
  const t = useT();
  return (
    <li className="check">
      <details>
        <summary>
          <span className="method" data-method={operation.method}>
            {operation.method}
          </span>
          <code className="anywhere">{operation.path}</code>
          <span className="second api-summary">{operation.summary}</span>
        </summary>
        <div className="check-body stack">
          <span className="row wrap small quiet">
            <code>{operation.id}</code>
            {operation.permission !== '' && (
              <span>
                {t('api.permission')} <code>{operation.permission}</code>
              </span>
            )}
            <Copy
              value={`curl -H 'Authorization: Bearer $BARTIZAN_KEY' -X ${operation.method} "${window.location.origin}${operation.path}"`}
              label={t('api.curl')}
            />
          </span>
          {operation.parameters.length > 0 && (
            <div className="section">
              <h3 className="small second">{t('api.parameters')}</h3>
              <Fields fields={operation.parameters} />
            </div>
          )}
          <Part title={t('api.body')} schema={operation.body} />
          <Part title={t('api.answer')} schema={operation.answer} />
        </div>
      </details>
    </li>
  );
};

/** The API of this very controller, drawn from the document it serves. */
export const ApiReference = () => {
  const t = useT();
  const language = useLanguage();
  const [wanted, setWanted] = useState('');
  const asked = useQuery({
    queryKey: ['openapi', language],
    queryFn: ({ signal }) => loadOpenapi(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const needle = wanted.normalize('NFKC').toLowerCase();
  return (
    <section className="card" aria-labelledby="api-title">
      <div className="card-head">
        <div>
          <h2 id="api-title">{t('settings.api')}</h2>
          <p className="quiet small">{t('api.note')}</p>
        </div>
        <TextInput
          size="xs"
          data-filter-input
          leftSection={<IconSearch size={14} aria-hidden="true" />}
          placeholder={t('api.search')}
          aria-label={t('api.search')}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      </div>
      <Asked of={asked} rows={10}>
        {(operations) => {
          const shown = operations.filter((operation) =>
            `${operation.id} ${operation.path} ${operation.summary}`.toLowerCase().includes(needle),
          );
          const tags = [...new Set(shown.map((operation) => operation.tag))];
          return (
            <div>
              {tags.map((tag) => (
                <div key={tag}>
                  <h3 className="api-tag">{tag}</h3>
                  <ul className="list-plain">
                    {shown
                      .filter((operation) => operation.tag === tag)
                      .map((operation) => (
                        <Operation key={operation.id} operation={operation} />
                      ))}
                  </ul>
                </div>
              ))}
              {shown.length === 0 && <p className="card-body quiet">{t('palette.nothing')}</p>}
            </div>
          );
        }}
      </Asked>
    </section>
  );
};

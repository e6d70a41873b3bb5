// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Textarea } from '@mantine/core';
import { useT } from '../../i18n/language.ts';
import { DOCUMENT_CHARS_MAX, type ReadDocument } from './document.ts';

interface DocumentFieldProps {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the text is, once somebody asked for it. */
  readonly read: ReadDocument | undefined;
  readonly minRows?: number;
}

/** Text of one YAML or JSON document, with the line of a mistake. */
export const DocumentField = ({
  label,
  description,
  value,
  onChange,
  read,
  minRows = 14,
}: DocumentFieldProps) => {
  const t = useT();
  const fault =
    read === undefined || read.ok ? undefined : (
      <>
        {t(`admission.document.${read.fault}`)}
        {read.line !== undefined && ` ${t('admission.document.line', { n: read.line })}`}
        {read.detail !== '' && <span translate="no"> {read.detail}</span>}
      </>
    );
  return (
    <Textarea
      label={label}
      description={description}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fault}
      autosize
      minRows={minRows}
      maxRows={32}
      // One more than is read, so that what is too long is told and never cut in silence.
      maxLength={DOCUMENT_CHARS_MAX + 1}
      spellCheck={false}
      translate="no"
      autoCapitalize="none"
      autoComplete="off"
      className="mono-input"
    />
  );
};

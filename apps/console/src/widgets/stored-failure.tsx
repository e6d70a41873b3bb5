// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';
import { useFormat } from '../format/use-format.ts';
import { useLanguage, useT } from '../i18n/language.ts';
import { Verbatim } from './text.tsx';

/** The catalogue is large, and most readers meet no failure that was kept: it is loaded with the first one. */
const titlesOf = async () => {
  const { ERRORS } = await import('@bartizan/contracts/errors');
  return new Map(Object.entries(ERRORS).map(([code, { title }]) => [code, title]));
};

interface StoredFailureProps {
  readonly code: string;
  /** What happened there; kept in English. */
  readonly detail?: string | undefined;
}
/** A failure that a status keeps: its title in the language of the reader before what happened, which is English. */
export const StoredFailure = ({ code, detail }: StoredFailureProps) => {
  const t = useT();
  const { text } = useFormat();
  const language = useLanguage();
  const titles = useQuery({ queryKey: ['titles of errors'], queryFn: titlesOf, staleTime: Infinity });
  const title = titles.data?.get(code);
  return (
    <>
      {title !== undefined && <strong>{text(title)}</strong>}{' '}
      {detail !== undefined && detail !== '' && (
        <>
          {language !== 'en' && t('error.detail')}{' '}
          <span lang="en">
            <Verbatim>{detail}</Verbatim>
          </span>{' '}
        </>
      )}
      <code>{code}</code>
    </>
  );
};

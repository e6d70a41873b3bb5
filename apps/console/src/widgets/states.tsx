// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, UNREACHABLE } from '../data/api-error.ts';
import { useT } from '../i18n/language.ts';
import { Prose } from './prose.tsx';
import { Copy, Verbatim } from './text.tsx';

/** Structure of what will come, after 200 ms: a fast answer shows nothing in between. */
export const Loading = ({ rows = 6, height = 20 }: { rows?: number; height?: number }) => {
  const t = useT();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div style={{ minHeight: 120 }} />;
  return (
    <div className="stack tight card-body" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, index) => `row-${index}`).map((key, index) => (
        <Skeleton key={key} height={height} width={`${92 - ((index * 17) % 38)}%`} radius="sm" />
      ))}
    </div>
  );
};

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
}
/** Nothing here, said in words, with what to do next. */
export const Empty = ({ title, children, action, icon }: EmptyProps) => (
  <div className="state">
    <span className="state-mark">{icon ?? <IconInbox size={24} aria-hidden="true" />}</span>
    <h2>{title}</h2>
    {children !== undefined && <p>{children}</p>}
    {action}
  </div>
);

/** Title, cause and remedy of a failure in words, whatever was thrown. */
export const useFailureText = (error: unknown) => {
  const t = useT();
  if (error instanceof ApiError && error.code !== UNREACHABLE) {
    return {
      code: error.code,
      title: error.title === '' ? t('error.status', { status: error.status }) : error.title,
      detail: error.detail,
      remedy: error.remedy === '' ? t('error.remedy') : error.remedy,
      traceId: error.traceId,
    };
  }
  if (error instanceof ApiError) {
    return { code: UNREACHABLE, title: t('error.unreachable'), remedy: t('error.unreachable.remedy') };
  }
  return {
    code: 'E_CONSOLE',
    title: t('error.console'),
    detail: String(error),
    remedy: t('error.console.remedy'),
  };
};

/** A failure: what, why, what to do, and a way to try again. */
export const FailureState = ({ error, retry }: { error: unknown; retry?: () => void }) => {
  const t = useT();
  const { code, title, detail, remedy, traceId } = useFailureText(error);
  return (
    <div className="state error" role="alert">
      <span className="state-mark">
        <IconAlertTriangle size={24} aria-hidden="true" />
      </span>
      <h2>{title}</h2>
      {detail !== undefined && (
        <p>
          <Verbatim>{detail}</Verbatim>
        </p>
      )}
      <p>
        <Prose text={remedy} />
      </p>
      <span className="row quiet small">
        <code>{code}</code>
        {traceId !== undefined && (
          <>
            <span>
              {t('error.trace')} <code>{traceId}</code>
            </span>
            <Copy value={traceId} />
          </>
        )}
      </span>
      {retry !== undefined && (
        <Button variant="default" onClick={retry}>
          {t('error.retry')}
        </Button>
      )}
    </div>
  );
};

/** A failure in one line, inside a form. */
export const FailureLine = ({ error }: { error: unknown }) => {
  const { code, title, detail, remedy } = useFailureText(error);
  return (
    <div className="banner" data-tone="error" role="alert">
      <IconAlertTriangle size={18} aria-hidden="true" color="var(--danger)" />
      <div style={{ flex: 1 }}>
        <strong>{title}</strong>
        {detail !== undefined && (
          <div className="small" translate="no">
            {detail}
          </div>
        )}
        <div className="small second">
          <Prose text={remedy} />
        </div>
      </div>
      <code className="quiet">{code}</code>
    </div>
  );
};

/** Something that is not known: why, and what makes it known. Never drawn as an empty zero. */
export const Unknown = ({
  why,
  what,
  inline = false,
}: {
  why: ReactNode;
  what?: ReactNode;
  inline?: boolean;
}) => (
  <span className={inline ? 'unknown inline' : 'unknown'}>
    <span>{why}</span>
    {what !== undefined && <span className="small quiet">{what}</span>}
  </span>
);

interface AskedProps<T> {
  readonly of: UseQueryResult<T>;
  readonly rows?: number;
  readonly children: (data: NonNullable<T>) => ReactNode;
}
/** The answer of a question: loading, failed with retry, or drawn. Old answers stay while new ones come. */
export const Asked = <T,>({ of, rows, children }: AskedProps<T>) => {
  if (of.data !== undefined && of.data !== null) return <>{children(of.data)}</>;
  if (of.isError) return <FailureState error={of.error} retry={() => void of.refetch()} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
};

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconEyeOff, IconInbox } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, isUnwatched, UNREACHABLE } from '../data/api-error.ts';
import { useLanguage, useT } from '../i18n/language.ts';
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

/** No cluster is watched: what that leaves unknown, or how to watch one. */
export const Unwatched = ({ children }: { children: ReactNode }) => {
  const t = useT();
  return (
    <Empty title={t('admission.not-watched')} icon={<IconEyeOff size={24} aria-hidden="true" />}>
      {children}
    </Empty>
  );
};

interface FailureText {
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
  readonly detail?: string | undefined;
  readonly detailLanguage?: 'en' | 'ja' | undefined;
  readonly traceId?: string | undefined;
}

/** Title, cause and remedy of a failure in words, whatever was thrown. */
export const useFailureText = (error: unknown): FailureText => {
  const t = useT();
  if (error instanceof ApiError && error.code !== UNREACHABLE) {
    return {
      code: error.code,
      title: error.title === '' ? t('error.status', { status: error.status }) : error.title,
      detail: error.detail,
      detailLanguage: error.detailLanguage,
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
    detailLanguage: 'en',
    remedy: t('error.console.remedy'),
  };
};

/** What happened in detail, in the language of the page. */
const Detail = ({ detail, detailLanguage }: Pick<FailureText, 'detail' | 'detailLanguage'>) => {
  const language = useLanguage();
  if (detail === undefined || detailLanguage !== language) return null;
  return (
    <p className="small">
      <Verbatim>{detail}</Verbatim>
    </p>
  );
};

/** What happened in detail where that is said in English only: below what the reader can read, and named as such. */
const EnglishDetail = ({ detail, detailLanguage }: Pick<FailureText, 'detail' | 'detailLanguage'>) => {
  const t = useT();
  const language = useLanguage();
  if (detail === undefined || detailLanguage !== 'en' || language === 'en') return null;
  return (
    <p className="small quiet">
      {t('error.detail')}{' '}
      <span lang="en">
        <Verbatim>{detail}</Verbatim>
      </span>
    </p>
  );
};

/** A failure: what, why, what to do, and a way to try again. No cluster is none: trying again changes nothing. */
export const FailureState = ({ error, retry }: { error: unknown; retry?: () => void }) => {
  const t = useT();
  const { code, title, detail, detailLanguage, remedy, traceId } = useFailureText(error);
  if (isUnwatched(error)) {
    return (
      <Unwatched>
        <Prose text={remedy} />
      </Unwatched>
    );
  }
  return (
    <div className="state error" role="alert">
      <span className="state-mark">
        <IconAlertTriangle size={24} aria-hidden="true" />
      </span>
      <h2>{title}</h2>
      <Detail detail={detail} detailLanguage={detailLanguage} />
      <p>
        <Prose text={remedy} />
      </p>
      <EnglishDetail detail={detail} detailLanguage={detailLanguage} />
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

/** A failure in one line: inside a form, or above what was known before it. */
export const FailureLine = ({ error, retry }: { error: unknown; retry?: () => void }) => {
  const t = useT();
  const { code, title, detail, detailLanguage, remedy } = useFailureText(error);
  return (
    <div className="banner" data-tone="error" role="alert">
      <IconAlertTriangle size={18} aria-hidden="true" color="var(--danger)" />
      <div style={{ flex: 1 }}>
        <strong>{title}</strong>
        <Detail detail={detail} detailLanguage={detailLanguage} />
        <div className="small second">
          <Prose text={remedy} />
        </div>
        <EnglishDetail detail={detail} detailLanguage={detailLanguage} />
        <code className="quiet small">{code}</code>
      </div>
      {retry !== undefined && (
        <Button variant="default" onClick={retry}>
          {t('error.retry')}
        </Button>
      )}
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
  readonly of: {
    readonly data: T | undefined;
    readonly isError: boolean;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly rows?: number;
  readonly children: (data: NonNullable<T>) => ReactNode;
}
/**
 * The answer of a question: loading, failed with retry, or drawn. Old answers stay while new ones come; when none
 * comes, that is said above them.
 */
export const Asked = <T,>({ of, rows, children }: AskedProps<T>) => {
  if (of.data !== undefined && of.data !== null) {
    return (
      <>
        {of.isError && <FailureLine error={of.error} retry={() => void of.refetch()} />}
        {children(of.data)}
      </>
    );
  }
  if (of.isError) return <FailureState error={of.error} retry={() => void of.refetch()} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
};

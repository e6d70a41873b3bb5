// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconFileSpreadsheet, IconPrinter } from '@tabler/icons-react';
import { useEffect } from 'react';
import { forExcel, saveFile } from '../../data/download.ts';
import { useApi } from '../../data/queries.ts';
import { useSession } from '../../data/session.ts';
import { useScopedFilter, useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { BrandMark } from '../../frame/rail.tsx';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { Verbatim } from '../../widgets/text.tsx';
import { withOpenState } from '../findings/open-state.ts';
import { csvOfReport, type ReportHead } from './report-data.ts';
import { ReportActs, ReportFindings, ReportSummary } from './report-parts.tsx';
import { type ReportAnswer, useReport } from './use-report.ts';

const HEAD_FIELDS = ['scope', 'filter', 'advisories', 'digest', 'generated', 'findings'] as const;

/** Names what a report rests on, in the words it is printed with. */
const useReportHead = (filter: string, report: ReportAnswer | undefined): ReportHead | undefined => {
  const t = useT();
  const { exact, count } = useFormat();
  const { search } = useView();
  const advisories = useApi('advisory.status').data;
  if (report === undefined || advisories === undefined) return undefined;
  const { present, builtAtMs, digest, sample } = advisories;
  const built = builtAtMs === undefined ? t('advisories.undated') : exact(builtAtMs);
  return {
    scope: search.scope ?? t('scope.all'),
    filter: filter === '' ? t('report.no-filter') : filter,
    advisories: present ? (sample ? t('advisories.sample', { age: built }) : built) : t('advisories.none'),
    digest: digest ?? t('report.no-digest'),
    generated: exact(report.generatedAtMs),
    findings:
      report.findings.length < report.total
        ? t('report.cut', { n: count(report.findings.length), total: count(report.total) })
        : count(report.total),
  };
};

const useSaveCsv = (head: ReportHead | undefined, findings: readonly Finding[]) => {
  const t = useT();
  const { exact, language } = useFormat();
  return (): void => {
    if (head === undefined) return;
    const text = csvOfReport(head, findings, {
      head: {
        scope: t('scope.label'),
        filter: t('filter.label'),
        advisories: t('settings.advisories'),
        digest: t('advisories.digest'),
        generated: t('report.generated'),
        findings: t('page.findings'),
      },
      columns: [
        t('field.severity'),
        t('finding.title'),
        t('field.vulnerability'),
        t('finding.object'),
        t('finding.where'),
        t('finding.fixed-in'),
        t('finding.fix'),
        t('field.first-seen'),
        t('report.id'),
      ],
      severity: (severity) => t(`severity.${severity}`),
      date: exact,
      language,
    });
    const day = new Date().toISOString().slice(0, 10);
    saveFile(new Blob([forExcel(text)], { type: 'text/csv' }), `bartizan-findings-${day}.csv`);
  };
};

const HeadFacts = ({ head }: { head: ReportHead }) => {
  const t = useT();
  const { user } = useSession();
  const names: Readonly<Record<(typeof HEAD_FIELDS)[number], string>> = {
    scope: t('scope.label'),
    filter: t('filter.label'),
    advisories: t('settings.advisories'),
    digest: t('advisories.digest'),
    generated: t('report.generated'),
    findings: t('page.findings'),
  };
  return (
    <dl className="report-head">
      {HEAD_FIELDS.map((field) => (
        <div key={field} data-wide={field === 'digest' || field === 'filter'}>
          <dt>{names[field]}</dt>
          <dd className={field === 'digest' || field === 'filter' ? 'mono anywhere' : 'anywhere'}>
            {field === 'filter' || field === 'digest' ? (
              <span translate="no">{head[field]}</span>
            ) : (
              head[field]
            )}
          </dd>
        </div>
      ))}
      <div>
        <dt>{t('report.by')}</dt>
        <dd>
          <Verbatim>{user.displayName === '' ? user.name : user.displayName}</Verbatim>
        </dd>
      </div>
    </dl>
  );
};

/** A name for the file that the browser offers when it prints into one. */
const useFileTitle = (): void => {
  useEffect(() => {
    const before = document.title;
    document.title = `bartizan-findings-${new Date().toISOString().slice(0, 10)}`;
    return () => {
      document.title = before;
    };
  }, []);
};

/** Findings on paper: what was asked, what it rests on, what to do first, and every finding of the filter. */
export const ReportPage = () => {
  const t = useT();
  const filter = withOpenState(useScopedFilter('finding.list'));
  const asked = useReport(filter);
  const head = useReportHead(filter, asked.data);
  const saveCsv = useSaveCsv(head, asked.data?.findings ?? []);
  useFileTitle();
  return (
    <div className="page report-page">
      <div className="page-head no-print">
        <div>
          <BackLink to="/findings" label={t('page.findings')} />
          <p>{t('report.note')}</p>
        </div>
        <span className="row wrap">
          <Button
            variant="default"
            size="sm"
            disabled={head === undefined}
            onClick={saveCsv}
            leftSection={<IconFileSpreadsheet size={16} aria-hidden="true" />}
          >
            {t('report.csv')}
          </Button>
          <Button
            size="sm"
            disabled={head === undefined}
            onClick={() => window.print()}
            leftSection={<IconPrinter size={16} aria-hidden="true" />}
          >
            {t('report.pdf')}
          </Button>
        </span>
      </div>
      <Asked of={asked} rows={12}>
        {(report) => (
          <article className="card report">
            <header className="report-title">
              <BrandMark size={30} />
              <h1>{t('report.title')}</h1>
            </header>
            {head !== undefined && <HeadFacts head={head} />}
            {report.findings.length < report.total && <Unknown why={t('report.cut.note')} />}
            <ReportSummary findings={report.findings} />
            <ReportActs groups={report.groups} total={report.groupsTotal} />
            <ReportFindings findings={report.findings} />
          </article>
        )}
      </Asked>
    </div>
  );
};

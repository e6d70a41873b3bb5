// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityMark } from '../../widgets/mark.tsx';
import { Reachable } from '../../widgets/reachable.tsx';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';
import { Verbatim } from '../../widgets/text.tsx';
import { objectOf, placeOf } from './report-data.ts';
import type { Groups } from './use-report.ts';

/** How many of each severity. */
export const ReportSummary = ({ findings }: { findings: readonly Finding[] }) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <section aria-labelledby="report-summary">
      <h2 id="report-summary">{t('report.summary')}</h2>
      <ul className="report-counts">
        {SEVERITY_ORDER.map((severity) => (
          <li key={severity}>
            <span className="row">
              <SeverityMark severity={severity} />
              {t(`severity.${severity}`)}
            </span>
            <strong>{count(findings.filter((finding) => finding.severity === severity).length)}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
};

/** What removes most, in the order of its effect. */
export const ReportActs = ({ groups, total }: { groups: Groups['items']; total: number }) => {
  const t = useT();
  const { text, count } = useFormat();
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="report-acts">
      <h2 id="report-acts">{t('report.acts')}</h2>
      <ol className="report-acts">
        {groups.map((group) => (
          <li key={group.groupKey}>
            <div className="row apart">
              <span className="anywhere">{text(group.action)}</span>
              <span className="nowrap second">
                {t('next.removes', { count: group.findings, n: count(group.findings) })}
                {group.knownExploited > 0 && ` · ${t('next.exploited', { count: group.knownExploited })}`}
              </span>
            </div>
            {group.command !== undefined && (
              <code className="anywhere" translate="no">
                {visibleText(group.command)}
              </code>
            )}
          </li>
        ))}
      </ol>
      {total > groups.length && (
        <p className="quiet small">{t('report.acts.more', { n: count(total - groups.length) })}</p>
      )}
    </section>
  );
};

/** Every finding of the filter, worst first. */
export const ReportFindings = ({ findings }: { findings: readonly Finding[] }) => {
  const t = useT();
  const { text, fullDate } = useFormat();
  return (
    <section aria-labelledby="report-findings">
      <h2 id="report-findings">{t('page.findings')}</h2>
      {findings.length === 0 ? (
        <p>{t('report.none')}</p>
      ) : (
        <Reachable className="report-scroll" labelledBy="report-findings">
          <table className="report-table as-cards">
            <thead>
              <tr>
                <th>{t('field.severity')}</th>
                <th>{t('finding.title')}</th>
                <th>{t('finding.object')}</th>
                <th>{t('finding.where')}</th>
                <th>{t('finding.fixed-in')}</th>
                <th className="nowrap">{t('field.first-seen')}</th>
              </tr>
            </thead>
            <tbody>
              {findings.map((finding) => (
                <tr key={finding.id} data-finding={finding.id}>
                  <td className="nowrap">
                    <SeverityMark severity={finding.severity} size={9} /> {t(`severity.${finding.severity}`)}
                  </td>
                  <td>
                    {text(finding.title)}
                    {finding.vulnerability?.knownExploited === true && (
                      <strong className="warn-text"> {t('finding.exploited')}</strong>
                    )}
                  </td>
                  <td data-label={t('finding.object')}>
                    <Verbatim mono>{objectOf(finding)}</Verbatim>
                  </td>
                  <td data-label={t('finding.where')}>
                    <Verbatim>{placeOf(finding)}</Verbatim>
                  </td>
                  <td data-label={t('finding.fixed-in')}>
                    {finding.fix.version === undefined ? (
                      t(`fix.${finding.fix.state}`)
                    ) : (
                      <Verbatim mono>{finding.fix.version}</Verbatim>
                    )}
                  </td>
                  <td className="nowrap" data-label={t('field.first-seen')}>
                    {fullDate(finding.firstSeenAtMs)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Reachable>
      )}
    </section>
  );
};

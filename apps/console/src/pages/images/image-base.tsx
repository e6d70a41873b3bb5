// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { Link } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import { Prose } from '../../widgets/prose.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { Facts, Verbatim, When } from '../../widgets/text.tsx';
import type { ImageDetail } from './image-detail.ts';
import { shortDigest } from './image-facts.ts';

type BaseReport = ResponseOf<'image.base'>;
/** Findings that are named on the card; the command line lists more. */
const NAMED_MAX = 8;
const LICENCES_SHOWN = 12;

const Newer = ({ report: { newer, reason, newBase } }: { report: BaseReport }) => {
  const t = useT();
  const { count } = useFormat();
  if (newer === 'current') return <p className="quiet">{t('base.current')}</p>;
  if (newBase?.effect === undefined) return <Unknown why={t(`base.reason.${reason ?? 'no-base'}`)} />;
  const { removes, adds, keeps, removed, isComplete } = newBase.effect;
  return (
    <div className="stack tight">
      <p>
        <strong>{t('base.removes', { n: count(removes) })}</strong>{' '}
        <span className="quiet">{t('base.rest', { adds: count(adds), keeps: count(keeps) })}</span>
      </p>
      <p className="row wrap">
        <Link to="/images/$id" params={{ id: newBase.digest }} translate="no">
          {visibleText(newBase.reference)}
        </Link>
        {newBase.createdAtMs !== undefined && <When at={newBase.createdAtMs} />}
      </p>
      {!isComplete && <Unknown inline why={t('base.incomplete')} />}
      <ul className="list-plain">
        {removed.slice(0, NAMED_MAX).map((flaw) => (
          <li key={`${flaw.vulnerability} ${flaw.package}`} className="row wrap">
            <SeverityBadge severity={flaw.severity} />
            <span translate="no">{visibleText(`${flaw.vulnerability} ${flaw.package} ${flaw.version}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
};

const BaseFacts = ({ report: { base, findings } }: { report: BaseReport }) => {
  const t = useT();
  const { count } = useFormat();
  if (base === undefined) return <Unknown why={t('base.unknown')} what={t('base.unknown.what')} />;
  const name = base.reference ?? base.digest ?? '';
  return (
    <Facts
      rows={[
        [
          t('image.base'),
          base.digest === undefined || base.layers === undefined ? (
            <Verbatim key="n" mono>
              {name}
            </Verbatim>
          ) : (
            <Link key="n" to="/images/$id" params={{ id: base.digest }} translate="no">
              {visibleText(base.reference ?? shortDigest(base.digest))}
            </Link>
          ),
        ],
        [t('base.how'), t(`base.how.${base.how}`)],
        [t('image.tab.layers'), base.layers !== undefined && count(base.layers)],
        [
          t('base.findings'),
          base.layers !== undefined &&
            t('base.findings.counts', {
              base: count(findings.base),
              own: count(findings.own),
              unknown: count(findings.unknown),
            }),
        ],
      ]}
    />
  );
};

/** What the image is built on, and what a newer version of that would change. */
export const BaseCard = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const asked = useApi('image.base', { params: { id: image.digest } });
  return (
    <section className="card card-body stack tight" aria-labelledby="image-base">
      <h2 id="image-base">{t('image.base')}</h2>
      <Asked of={asked} rows={3}>
        {(report) => (
          <>
            <BaseFacts report={report} />
            {report.base !== undefined && <Newer report={report} />}
          </>
        )}
      </Asked>
    </section>
  );
};

/** Under which licences the packages of the image are. */
export const LicenceCard = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { count } = useFormat();
  const isRead = image.packages !== undefined;
  const asked = useApi('image.licences', { params: { id: image.digest }, enabled: isRead });
  return (
    <section className="card card-body stack tight" aria-labelledby="image-licences">
      <h2 id="image-licences">{t('licences.title')}</h2>
      {isRead ? (
        <Asked of={asked} rows={3}>
          {({ licences, kinds, packages, undeclared, isComplete }) => (
            <>
              <p className="quiet small">
                {t('licences.counts', { packages: count(packages), undeclared: count(undeclared) })}
              </p>
              {!isComplete && <Unknown inline why={t('base.incomplete')} />}
              <ul className="list-plain">
                {licences.slice(0, LICENCES_SHOWN).map(({ licence, packages: under, examples }) => (
                  <li
                    key={licence}
                    className="row apart"
                    title={visibleText(examples.join(', '))}
                    translate="no"
                  >
                    <Verbatim>{licence}</Verbatim>
                    <span className="number">{count(under)}</span>
                  </li>
                ))}
              </ul>
              {kinds > LICENCES_SHOWN && (
                <p className="quiet small">
                  <Prose text={t('licences.more', { n: count(kinds - LICENCES_SHOWN) })} />
                </p>
              )}
            </>
          )}
        </Asked>
      ) : (
        <Unknown why={t('licences.unread')} />
      )}
    </section>
  );
};

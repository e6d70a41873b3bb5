// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WorkloadRef } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { Link } from '@tanstack/react-router';
import { cutMiddle } from '../format/numbers.ts';

type Ref = Pick<WorkloadRef, 'workload' | 'namespace' | 'name'> & {
  readonly kind?: WorkloadRef['kind'];
  readonly containerName?: string;
  readonly image?: string;
  readonly imageDigest?: string;
};

/** Namespace and name as people say them. */
export const workloadName = (ref: Pick<Ref, 'namespace' | 'name'>): string =>
  visibleText(ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`);

/** A workload by name, or an image by what it is called, leading to its page. Other objects of a cluster have none. */
export const WorkloadLink = ({ subject, most = 40 }: { subject: Ref; most?: number }) => {
  if (subject.kind === 'Image') {
    const name = subject.image ?? subject.name;
    return (
      <Link
        to="/images/$id"
        params={{ id: subject.imageDigest ?? subject.workload }}
        title={visibleText(name)}
        translate="no"
      >
        {cutMiddle(name, most)}
      </Link>
    );
  }
  if (subject.kind === 'KubernetesObject') {
    return (
      <span title={workloadName(subject)} translate="no" className="anywhere">
        {cutMiddle(workloadName(subject), most)}
      </span>
    );
  }
  return (
    <Link to="/workloads/$id" params={{ id: subject.workload }} title={workloadName(subject)} translate="no">
      {cutMiddle(workloadName(subject), most)}
    </Link>
  );
};

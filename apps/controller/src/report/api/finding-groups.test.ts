// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aFinding, workloadRef } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { groupFindings } from './finding-groups.ts';

const running = aFinding({ id: 'f-run' });
const ofImage = aFinding({
  id: 'f-image',
  subject: { ...workloadRef('sha256:aa'), kind: 'Image' },
  countedAt: 'w-1',
});

describe('findings by the act that removes them', () => {
  it('count what an image and its workload share once, and say that the act reaches both', () => {
    expect(groupFindings([ofImage, running])).toMatchObject([{ findings: 1, workloads: 2 }]);
  });

  it('count what is left when only the image is asked for', () => {
    expect(groupFindings([ofImage])).toMatchObject([{ findings: 1, workloads: 1 }]);
    expect(groupFindings([{ ...ofImage, state: 'fixed' }])).toEqual([]);
  });
});

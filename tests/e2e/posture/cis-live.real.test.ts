// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { dirname } from 'node:path';
import type { Finding } from '@bartizan/contracts';
import type { BenchmarkResult, ComplianceRun, ComplianceRunRow } from '@bartizan/contracts/compliance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { HIDE_FIRST, NodeAgent } from '../../cluster/node-agent.ts';
import { type Running, startRunning } from '../../controller/running.ts';

const SEEN_MS = 5000;
const KUBELET = '/var/lib/kubelet/config.yaml';
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const PORT = 6445;
const ANONYMOUS = '4.2.1';
const ANONYMOUS_FINDING = 'benchmark.kubernetes.kubelet-anonymous';
const PROFILING = '1.2.15';

/**
 * From a change on the node to what the API says: the agent looks again by itself. The API server that is judged runs as
 * clusters have it, in a static pod that the kubelet starts anew when its manifest changes.
 */
describe.skipIf(!hasKubebox)(
  'CIS on a live control plane, judged again by itself',
  { timeout: 240_000 },
  () => {
    const up = useCluster();
    const elapsed: string[] = [];
    let controller: Running;
    let agent: NodeAgent | undefined;

    const newest = async (): Promise<ComplianceRun | undefined> => {
      const listed = await controller.call({ path: 'compliance/runs?limit=5' });
      const rows = listed.json['items'] as ComplianceRunRow[];
      const mine = rows.find(({ nodes }) => nodes.some(({ name }) => name === `${up().name}-1`));
      if (mine === undefined) return undefined;
      return (await controller.call({ path: `compliance/runs/${mine.id}` })).json as unknown as ComplianceRun;
    };
    const verdict = async (check: string): Promise<BenchmarkResult | undefined> =>
      (await newest())?.results.find((one) => one.benchmark === 'cis-kubernetes-1.12' && one.check === check);
    /** Waits until the API says so, at most five times as long as promised. */
    const becomes = async (
      check: string,
      status: string,
      limitMs = 5 * SEEN_MS,
    ): Promise<BenchmarkResult> => {
      const startedMs = performance.now();
      for (;;) {
        const found = await verdict(check);
        const tookMs = Math.round(performance.now() - startedMs);
        if (found?.status === status) {
          elapsed.push(`${check} ${status} ${tookMs} ms`);
          return found;
        }
        if (tookMs > limitMs)
          throw new Error(`${check} is ${JSON.stringify(found)} and not ${status}\n${agent?.log}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    /** Waits until the finding of that check on this node has a state: it is kept right after the run. */
    const findingIs = async (state: Finding['state']): Promise<Finding> => {
      const query = `filter=${encodeURIComponent(`check:${ANONYMOUS_FINDING} state:${state}`)}`;
      const deadlineMs = performance.now() + SEEN_MS;
      for (;;) {
        const listed = await controller.call({ path: `findings?${query}` });
        const found = (listed.json['items'] as Finding[]).find(
          ({ subject }) => subject.name === `${up().name}-1`,
        );
        if (found !== undefined) return found;
        if (performance.now() > deadlineMs)
          throw new Error(`no finding is ${state}: ${JSON.stringify(listed.json)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const inNode = (script: string, ...words: string[]): Promise<string> =>
      up().enter(['sh', '-c', script, 'sh', ...words]);
    /** Waits until the API server of the static pod runs with a flag. */
    const runsWith = async (flag: string): Promise<void> => {
      await inNode(
        `for try in $(seq 500); do
         for process in /proc/[0-9]*; do
           words=$(tr '\\0' ' ' < $process/cmdline 2>/dev/null) || continue
           case "$words" in */kubebox\\ kube-apiserver*--secure-port=${PORT}*) case "$words" in *"$1"*) exit 0;; esac;; esac
         done
         sleep 0.1
       done
       exit 1`,
        flag,
      );
    };

    const writeManifest = async (): Promise<void> => {
      const read = await inNode('cat /proc/$(cat /run/kubebox/kube-apiserver.pid)/cmdline');
      const [program = '', component = '', ...flags] = read.replace(/\0$/, '').split('\0');
      const args = flags
        .filter((flag) => !flag.startsWith('--audit-'))
        .map((flag) => (flag.startsWith('--secure-port=') ? `--secure-port=${PORT}` : flag));
      const manifest = [
        'apiVersion: v1',
        'kind: Pod',
        'metadata: { name: kube-apiserver, namespace: kube-system }',
        'spec:',
        '  hostNetwork: true',
        '  terminationGracePeriodSeconds: 1',
        '  containers:',
        '  - name: kube-apiserver',
        '    image: localhost/busybox:1',
        '    imagePullPolicy: Never',
        '    workingDir: /etc/kubernetes/pki',
        '    command:',
        ...['/opt/bin/kubebox', component, ...args].map((word) => `    - ${word}`),
        '    volumeMounts:',
        '    - { name: programs, mountPath: /opt/bin, readOnly: true }',
        '    - { name: settings, mountPath: /etc/kubernetes, readOnly: true }',
        '  volumes:',
        `  - { name: programs, hostPath: { path: ${dirname(program)} } }`,
        '  - { name: settings, hostPath: { path: /etc/kubernetes } }',
        '',
      ].join('\n');
      await inNode(`mkdir -p ${dirname(MANIFEST)} && printf '%s' "$1" > ${MANIFEST}`, manifest);
    };

    beforeAll(async () => {
      controller = await startRunning({ kubeconfig: up().kubeconfig });
      await writeManifest();
      await runsWith('--profiling=false');
      agent = new NodeAgent(up(), controller);
      // The node of this cluster does not live without its first API server, which no kubelet starts: the agent is not
      // shown that one, since two with other flags are a conflict, and not judged.
      await agent.start({}, HIDE_FIRST);
      await becomes(PROFILING, 'pass', 60_000);
      await becomes(ANONYMOUS, 'pass', 60_000);
      elapsed.length = 0;
    }, 400_000);
    afterAll(async () => {
      await agent?.close();
      await controller?.close();
      process.stdout.write(`from a change to the API: ${elapsed.join(', ')} (promised: ${SEEN_MS} ms)\n`);
    }, 60_000);

    it('sees a change of the kubelet file as a finding, and the diff it proposes makes the check green and closes it', async () => {
      await inNode(`sed -i 's/anonymous: { enabled: false }/anonymous: { enabled: true }/' ${KUBELET}`);
      const failed = await becomes(ANONYMOUS, 'fail');
      expect(failed.fix).toContain(KUBELET.slice(1));
      const finding = await findingIs('open');
      expect(finding).toMatchObject({
        kind: 'posture',
        subject: { kind: 'Host', name: `${up().name}-1` },
        owasp: { 2022: ['K09'], 2025: ['K06'] },
        fix: { state: 'configuration', command: failed.fix },
      });
      expect(finding.evidence.join(' ')).toContain(KUBELET);
      await inNode(`printf '%s' "$1" | patch -p1 -d /`, finding.fix.command ?? '');
      await becomes(ANONYMOUS, 'pass');
      expect((await findingIs('fixed')).id).toBe(finding.id);
    });

    it('sees a flag of the API server that its pod was started anew with, and proposes the diff of its manifest', async () => {
      await inNode(`sed -i 's/--profiling=false/--profiling=true/' ${MANIFEST}`);
      await runsWith('--profiling=true');
      const failed = await becomes(PROFILING, 'fail');
      expect(failed.fix).toContain('-    - --profiling=true\n');
      expect(failed.fix).toContain('+    - --profiling=false\n');
    });
  },
);

// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProcfs, type Procfs } from '../procfs/procfs.ts';

/** A container of Podman as files show it: its conmon (process 100) and first process (101) in /proc, bundle and store. */
export class MonitoredContainer {
  readonly id = 'ab'.repeat(32);
  readonly image = 'docker.io/library/nginx:1';
  readonly folder = mkdtempSync(join(tmpdir(), 'bartizan-conmon-'));
  readonly bundle = join(this.folder, 'store/vfs-containers', this.id, 'userdata');
  readonly pidFile = join(this.folder, 'pid');

  constructor() {
    mkdirSync(this.bundle, { recursive: true });
    this.config(JSON.stringify({ annotations: { 'io.container.manager': 'libpod' } }));
    const metadata = JSON.stringify({ 'image-name': this.image, name: 'web' });
    const created = '2026-11-25T10:00:00Z';
    this.store([{ id: 'other' }, { id: this.id, names: ['web'], metadata, created }]);
    this.process(100, 1, ['/usr/bin/conmon', ...this.words, '-p', this.pidFile]);
    this.process(101, 100, ['nginx']);
  }

  /** What conmon is told of the container. */
  get words(): string[] {
    return ['-c', this.id, '-n', 'web', '-b', this.bundle];
  }

  get procfs(): Procfs {
    return openProcfs(join(this.folder, 'proc'));
  }

  /** The machine on which it runs. */
  get machine(): { readonly procfs: Procfs; readonly root: string | undefined } {
    const identity = this.procfs.rootIdentity(100);
    return { procfs: this.procfs, root: identity.ok ? identity.value : undefined };
  }

  config(json: string): void {
    writeFileSync(join(this.bundle, 'config.json'), json);
  }

  store(rows: unknown): void {
    const json = typeof rows === 'string' ? rows : JSON.stringify(rows);
    writeFileSync(join(this.folder, 'store/vfs-containers/containers.json'), json);
  }

  process(pid: number, parent: number, words: readonly string[], sees = this.folder): void {
    this.end(pid);
    const at = join(this.folder, 'proc', String(pid));
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'cmdline'), `${words.join('\0')}\0`);
    writeFileSync(join(at, 'stat'), `${pid} (x) S ${parent} ${'0 '.repeat(48)}\n`);
    symlinkSync(sees, join(at, 'root'));
  }

  end(pid: number): void {
    rmSync(join(this.folder, 'proc', String(pid)), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

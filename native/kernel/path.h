/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths without bpf_d_path (which these program types may not call): a walk from the leaf to the root of
 * the process, across mounts. Parts are written leaf first, a zero byte after each; a path that reached a
 * root ends with an empty part. The sensor turns them round.
 */
#ifndef BARTIZAN_PATH_H
#define BARTIZAN_PATH_H

#define PATH_PARTS 40
/*
 * The state of a walk lies behind the record and not on the stack: what is read back from a map is any number
 * to the verifier, so that all steps look alike to it. bpf_loop because 6.1 refuses the loop that clang makes.
 */
/* Enough of struct dentry for its parent and name on every kernel we know; checked at load. */
#define DENTRY_HEAD 64

static __always_inline __u32 put_name(struct record *r, __u32 at, const void *name)
{
  long n;

  if (at > TAIL_LIMIT)
    return at;
  n = bpf_probe_read_kernel_str((__u8 *)r + at, NAME_BYTES, name);
  if (n > 0)
    at += (__u32)n & (2 * NAME_BYTES - 1);
  return at;
}

static __always_inline __u32 put_end(struct record *r, __u32 at)
{
  if (at > TAIL_LIMIT)
    return at;
  ((__u8 *)r)[at] = 0;
  return at + 1;
}

/* One step up. Gives 1 at the end. */
static long walk_step(__u32 index, void *context)
{
  const __u32 parent_at = __builtin_preserve_field_info(((struct dentry *)0)->d_parent, BPF_FIELD_BYTE_OFFSET);
  const __u32 name_at = __builtin_preserve_field_info(((struct dentry *)0)->d_name.name, BPF_FIELD_BYTE_OFFSET);
  struct record *r = *(struct record **)context;
  struct walk *w = &((struct scratch *)r)->walk;
  __u8 head[DENTRY_HEAD] __attribute__((aligned(8)));
  void *parent, *dentry = w->dentry;

  if (dentry == w->root_dentry && w->mount == w->root_mount) {
    w->at = put_end(r, w->at);
    w->complete = 1;
    return 1;
  }
  if (dentry == w->mount_root) {
    void *mount = w->mount - bpf_core_field_offset(struct mount, mnt);
    void *above = NULL;

    bpf_probe_read_kernel(&above, sizeof(above), &((struct mount *)mount)->mnt_parent);
    if (above == mount || !above) {
      w->at = put_end(r, w->at);
      w->complete = 1;
      return 1;
    }
    bpf_probe_read_kernel(&w->dentry, sizeof(void *), &((struct mount *)mount)->mnt_mountpoint);
    w->mount = above + bpf_core_field_offset(struct mount, mnt);
    bpf_probe_read_kernel(&w->mount_root, sizeof(void *), &((struct vfsmount *)w->mount)->mnt_root);
    return 0;
  }
  if (parent_at > DENTRY_HEAD - 8 || name_at > DENTRY_HEAD - 8 ||
      bpf_probe_read_kernel(head, sizeof(head), dentry))
    return 1;
  w->at = put_name(r, w->at, *(void **)(head + name_at));
  parent = *(void **)(head + parent_at);
  /* A file without a place: memory file, pipe, socket. */
  if (parent == dentry) {
    w->complete = 1;
    return 1;
  }
  w->dentry = parent;
  return 0;
}

/* Writes the parts of a path at `at`, sets `text`, gives the next free offset. `r` is a scratch record. */
static __always_inline __u32 put_walk(struct record *r, __u32 at, struct bz_text *text, void *dentry, void *mount,
                                      struct fs_struct *fs)
{
  struct walk *w = &((struct scratch *)r)->walk;

  text->offset = at;
  text->length = 0;
  if (!dentry || !mount)
    return at;
  w->dentry = dentry;
  w->mount = mount;
  w->root_dentry = fs->root.dentry;
  w->root_mount = fs->root.mnt;
  w->mount_root = BPF_CORE_READ((struct vfsmount *)mount, mnt_root);
  w->at = at;
  w->complete = 0;
  bpf_loop(PATH_PARTS, walk_step, &r, 0);
  if (!w->complete)
    r->process.flags |= BZ_PROCESS_PATH_TRUNCATED;
  text->length = w->at - at;
  return w->at;
}

static __always_inline __u32 put_path(struct record *r, __u32 at, struct bz_text *text, struct path *path,
                                      struct fs_struct *fs)
{
  return put_walk(r, at, text, path->dentry, path->mnt, fs);
}

#endif

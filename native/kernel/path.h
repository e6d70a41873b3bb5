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
 * to the verifier, so that the rounds of the loop look alike to it (on the stack they exceeded its budget).
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

static __noinline int walk_path(struct record *r)
{
  struct walk *w = &((struct scratch *)r)->walk;
  const __u32 parent_at = __builtin_preserve_field_info(((struct dentry *)0)->d_parent, BPF_FIELD_BYTE_OFFSET);
  const __u32 name_at = __builtin_preserve_field_info(((struct dentry *)0)->d_name.name, BPF_FIELD_BYTE_OFFSET);
  void *dentry = w->dentry;
  void *vfsmount = w->mount;
  void *mount_root = NULL;
  int i;

  if (parent_at > DENTRY_HEAD - 8 || name_at > DENTRY_HEAD - 8)
    return 0;
  bpf_probe_read_kernel(&mount_root, sizeof(mount_root), &((struct vfsmount *)vfsmount)->mnt_root);
  for (i = 0; i < PATH_PARTS; i++) {
    __u8 head[DENTRY_HEAD] __attribute__((aligned(8)));
    void *parent, *name;

    if (dentry == w->root_dentry && vfsmount == w->root_mount)
      goto root;
    if (dentry == mount_root) {
      struct mount *mount = vfsmount - bpf_core_field_offset(struct mount, mnt);
      struct mount *above = NULL;

      bpf_probe_read_kernel(&above, sizeof(above), &mount->mnt_parent);
      if (above == mount || !above)
        goto root;
      bpf_probe_read_kernel(&dentry, sizeof(dentry), &mount->mnt_mountpoint);
      vfsmount = (void *)above + bpf_core_field_offset(struct mount, mnt);
      bpf_probe_read_kernel(&mount_root, sizeof(mount_root), &((struct vfsmount *)vfsmount)->mnt_root);
      continue;
    }
    if (bpf_probe_read_kernel(head, sizeof(head), dentry))
      break;
    parent = *(void **)(head + parent_at);
    name = *(void **)(head + name_at);
    w->at = put_name(r, w->at, name);
    /* A file without a place: memory file, pipe, socket. */
    if (parent == dentry) {
      w->complete = 1;
      break;
    }
    dentry = parent;
  }
  return 0;
root:
  w->complete = 1;
  w->at = put_end(r, w->at);
  return 0;
}

/* Writes the parts of a path at `at`, sets `text`, gives the next free offset. */
static __always_inline __u32 put_path(struct record *r, __u32 at, struct bz_text *text, struct path *path,
                                      struct fs_struct *fs)
{
  struct walk *w = &((struct scratch *)r)->walk;

  w->dentry = path->dentry;
  w->mount = path->mnt;
  w->root_dentry = fs->root.dentry;
  w->root_mount = fs->root.mnt;
  w->at = at;
  w->complete = 0;
  text->offset = at;
  text->length = 0;
  if (!w->dentry || !w->mount)
    return at;
  walk_path(r);
  if (!w->complete)
    r->process.flags |= BZ_PROCESS_PATH_TRUNCATED;
  text->length = w->at - at;
  return w->at;
}

#endif

/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths without bpf_d_path (which these program types may not call): a walk from the leaf to the root of the mount
 * namespace, across mounts. Not to the root of the process: that one it chooses itself (chroot), and what it says of its
 * path would be what it likes. After pivot_root, as in containers, both are the same.
 *
 * Parts are written leaf first, a zero byte after each; a path that reached a root ends with an empty part. The sensor
 * turns them round. Of a path with too many parts those nearest the leaf and those nearest the root are written, with a
 * part "..." where the others were; when the walk found no root, "..." is the last.
 */
#ifndef BARTIZAN_PATH_H
#define BARTIZAN_PATH_H

/* Parts that are written, counted from the leaf. */
#define PATH_PARTS 40
/* Steps until a walk gives up: the parts of the longest path that one call can name. */
#define WALK_STEPS 2048
/* The last offset at which one more part fits with all that may follow: the mark, the parts nearest the root, the end. */
#define PATH_LIMIT (TAIL_LIMIT - WALK_TOP * NAME_BYTES - 8)
/*
 * The state of a walk lies behind the record and not on the stack: what is read back from a map is any number
 * to the verifier, so that all steps look alike to it. bpf_loop because 6.1 refuses the loop that clang makes.
 */
/* Enough of struct dentry for its parent and name on every kernel we know; checked at load. */
#define DENTRY_HEAD 64
/* The same of struct mount for where it hangs and its root. */
#define MOUNT_HEAD 64

/* How a walk ended; 0 while it has not. A file without a place: memory file, pipe, socket. */
enum { END_ROOT = 1, END_NOWHERE = 2 };

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
  if (at >= RECORD_BYTES)
    return at;
  ((__u8 *)r)[at] = 0;
  return at + 1;
}

/* Where parts are missing. */
static __always_inline __u32 put_gap(struct record *r, __u32 at)
{
  __u8 *to = (__u8 *)r + at;

  if (at > RECORD_BYTES - 4)
    return at;
  to[0] = to[1] = to[2] = '.';
  to[3] = 0;
  return at + 4;
}

/* Goes on in another mount, all that is needed of it in one read. False when it cannot be read. */
static __always_inline bool enter_mount(struct walk *w, void *mount)
{
  const __u32 above_at = __builtin_preserve_field_info(((struct mount *)0)->mnt_parent, BPF_FIELD_BYTE_OFFSET);
  const __u32 point_at = __builtin_preserve_field_info(((struct mount *)0)->mnt_mountpoint, BPF_FIELD_BYTE_OFFSET);
  const __u32 root_at = __builtin_preserve_field_info(((struct mount *)0)->mnt.mnt_root, BPF_FIELD_BYTE_OFFSET);
  __u8 head[MOUNT_HEAD] __attribute__((aligned(8)));

  if (above_at > MOUNT_HEAD - 8 || point_at > MOUNT_HEAD - 8 || root_at > MOUNT_HEAD - 8 ||
      bpf_probe_read_kernel(head, sizeof(head), mount))
    return 0;
  w->mount = mount;
  w->above = *(void **)(head + above_at);
  w->mountpoint = *(void **)(head + point_at);
  w->mount_root = *(void **)(head + root_at);
  return 1;
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

  if (dentry == w->root_dentry && w->mount + bpf_core_field_offset(struct mount, mnt) == w->root_mount &&
      index < PATH_PARTS)
    w->root_bytes = w->at - w->start;
  if (dentry == w->mount_root) {
    if (w->above == w->mount || !w->above) {
      w->end = END_ROOT;
      return 1;
    }
    w->dentry = w->mountpoint;
    if (!enter_mount(w, w->above))
      return 1;
    /* The usual end, without another step: the first mount of a namespace lies under its root and shows nothing. */
    if (w->dentry != w->mount_root || w->above != w->mount)
      return 0;
    w->end = END_ROOT;
    return 1;
  }
  if (parent_at > DENTRY_HEAD - 8 || name_at > DENTRY_HEAD - 8 ||
      bpf_probe_read_kernel(head, sizeof(head), dentry))
    return 1;
  if (index < PATH_PARTS) {
    if (w->at > PATH_LIMIT)
      return 1;
    w->at = put_name(r, w->at, *(void **)(head + name_at));
  } else {
    w->top[w->passed & (WALK_TOP - 1)] = *(void **)(head + name_at);
    w->passed++;
  }
  parent = *(void **)(head + parent_at);
  if (parent == dentry) {
    w->end = END_NOWHERE;
    return 1;
  }
  w->dentry = parent;
  return 0;
}

/* Writes one of the parts that were passed over last, the one farthest from the root first. */
static long top_step(__u32 index, void *context)
{
  struct record *r = *(struct record **)context;
  struct walk *w = &((struct scratch *)r)->walk;
  void *name = w->top[(w->passed + index) & (WALK_TOP - 1)];

  if (name)
    w->at = put_name(r, w->at, name);
  return 0;
}

/*
 * Writes the parts of a path at `at`, sets `text`, gives the next free offset. `r` is a scratch record. With `fs`, the
 * walk also finds `root_bytes`.
 */
static __always_inline __u32 put_walk(struct record *r, __u32 at, struct bz_text *text, void *dentry, void *mount,
                                      struct fs_struct *fs)
{
  struct walk *w = &((struct scratch *)r)->walk;

  text->offset = at;
  text->length = 0;
  w->root_bytes = 0;
  if (!dentry || !mount)
    return at;
  w->dentry = dentry;
  w->root_dentry = NULL;
  if (fs) {
    w->root_dentry = fs->root.dentry;
    w->root_mount = fs->root.mnt;
  }
  w->start = w->at = at;
  w->end = 0;
  w->passed = 0;
  __builtin_memset(w->top, 0, sizeof(w->top));
  if (enter_mount(w, mount - bpf_core_field_offset(struct mount, mnt)))
    bpf_loop(WALK_STEPS, walk_step, &r, 0);
  if (!w->end || w->passed > WALK_TOP) {
    r->process.flags |= BZ_PROCESS_PATH_TRUNCATED;
    w->at = put_gap(r, w->at);
  }
  if (w->end && w->passed)
    bpf_loop(WALK_TOP, top_step, &r, 0);
  if (w->end == END_ROOT)
    w->at = put_end(r, w->at);
  text->length = w->at - at;
  return w->at;
}

static __always_inline __u32 put_path(struct record *r, __u32 at, struct bz_text *text, struct path *path)
{
  return put_walk(r, at, text, path->dentry, path->mnt, NULL);
}

#endif

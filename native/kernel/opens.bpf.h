/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens of watched paths, from the opened file itself and not from the caller's text: links are resolved and a
 * second thread cannot change it. Here only names are compared, last parts and names of the directories above
 * (a sieve); the sensor compares whole paths.
 */
#define WATCH_NAME_BYTES 24
#define WATCH_PARENTS 4
#define WATCH_LEAF 0
#define WATCH_DIRECTORY 1
#define ACCESS_READ 1
#define ACCESS_WRITE 2
/* Set on the file that overlayfs opens behind the one that the program sees. */
#define FMODE_NOACCOUNT 0x20000000

struct watch_key {
  __u32 length;
  __u32 what;
  char name[WATCH_NAME_BYTES];
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct watch_key);
  __type(value, __u32);
} watched SEC(".maps");

/*
 * What there is to be found at all: most names have a length that no watched name has, and are not even read. Bit n
 * of `lengths` (by WATCH_LEAF and WATCH_DIRECTORY) stands for names of n bytes, the last one for all longer names.
 */
struct watch_bounds {
  __u64 lengths[2];
  /* Access that any directory is watched for; saves the way up when none is. */
  __u32 directories;
  __u32 spare;
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct watch_bounds);
} watched_bounds SEC(".maps");

static __always_inline __u32 name_access(const bool known, struct dentry *dentry, __u32 what,
                                         const struct watch_bounds *bounds)
{
  __u32 length = FIELD(known, dentry, d_name.len);
  struct watch_key key = {};
  __u32 *access;

  if (!(bounds->lengths[what] >> (length < 63 ? length : 63) & 1))
    return 0;
  key.length = length;
  key.what = what;
  bpf_probe_read_kernel_str(key.name, sizeof(key.name), FIELD(known, dentry, d_name.name));
  access = bpf_map_lookup_elem(&watched, &key);
  return access ? *access : 0;
}

static __always_inline __u32 is_watched(const bool known, struct dentry *dentry, __u32 mode)
{
  __u32 zero = 0;
  struct watch_bounds *bounds = bpf_map_lookup_elem(&watched_bounds, &zero);
  int i;

  if (!bounds)
    return 0;
  if (name_access(known, dentry, WATCH_LEAF, bounds) & mode)
    return 1;
  if (!(bounds->directories & mode))
    return 0;
#pragma unroll
  for (i = 0; i < WATCH_PARENTS; i++) {
    struct dentry *parent = FIELD(known, dentry, d_parent);

    if (!parent || parent == dentry)
      return 0;
    dentry = parent;
    if (name_access(known, dentry, WATCH_DIRECTORY, bounds) & mode)
      return 1;
  }
  return 0;
}

/* `known`: see FIELD. */
static __always_inline void observe_open(const bool known, struct task_struct *t, struct file *file, __s32 result)
{
  __u32 all = FIELD(known, file, f_mode), mode = all & (ACCESS_READ | ACCESS_WRITE);
  __u32 at = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_open);
  struct dentry *dentry = FIELD(known, file, f_path.dentry);
  struct vfsmount *mount = FIELD(known, file, f_path.mnt);
  struct record *r;

  if (!mode || all & FMODE_NOACCOUNT || !dentry || !mount)
    return;
  if (mode & ACCESS_READ)
    observe_use(known, t, file, dentry, mount);
  if (!is_watched(known, dentry, mode))
    return;
  r = scratch_record(SCRATCH_SYSCALL);
  if (!r)
    return;
  begin(r, BZ_KIND_OPEN);
  put_process(r, t);
  r->open.inode = BPF_CORE_READ(file, f_inode, i_ino);
  r->open.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
  r->open.mode = mode;
  r->open.open_flags = BPF_CORE_READ(file, f_flags);
  r->open.result = result;
  at = put_walk(r, at, &r->open.path, dentry, mount, t->fs);
  r->open.root_bytes = ((struct scratch *)r)->walk.root_bytes;
  submit_sheddable(r, at);
}

SEC("fentry/security_file_open")
int BPF_PROG(on_file_open, struct file *file)
{
  observe_open(KNOWN, bpf_get_current_task_btf(), file, 0);
  return 0;
}

/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files are in use: the first opening of a file for reading in each container (or on the host), then silence
 * for an hour, or until others have pushed the file out of the table. A file that is opened all day costs one record
 * an hour; nothing is decided here about what belongs to which package.
 */
#define USES_MAX 65536
#define USE_SILENCE_NS (3600ull * 1000 * 1000 * 1000)
#define S_IFREG 0100000
/* Set by the kernel on file systems that hold no programs, such as procfs, sysfs and cgroup. */
#define SB_I_NOEXEC 2
/* All processes in the host's mount namespace are one. */
#define HOST_GROUP 0

struct use_key {
  __u64 group;
  __u64 inode;
  __u32 device;
  __u32 spare;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, USES_MAX);
  __type(key, struct use_key);
  __type(value, __u64);
} uses SEC(".maps");

/* The scan of the agent opens every manifest: that is not the workload's doing. */
static __always_inline bool is_agent(struct task_struct *t)
{
  return t->tgid == cfg.agent_pid || t->real_parent->tgid == cfg.agent_pid;
}

/*
 * What hangs on a file that the kernel itself hands to a program is a pointer that the verifier knows, and a load; what
 * was read from a table is a number to it, and is asked of a helper, which takes far more instructions. Which of the two it
 * is, `known` says where this is inlined.
 */
enum { ASKED = 0, KNOWN = 1 };
#define FIELD(known, from, member) ((known) ? (from)->member : BPF_CORE_READ(from, member))

static __always_inline void observe_use(const bool known, struct task_struct *t, struct file *file,
                                        struct dentry *dentry, struct vfsmount *mount)
{
  __u32 at = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_file_use);
  struct inode *inode = FIELD(known, file, f_inode);
  struct super_block *sb = FIELD(known, inode, i_sb);
  __u32 file_mode = FIELD(known, inode, i_mode), mount_namespace = t->nsproxy->mnt_ns->ns.inum;
  __u64 now = bpf_ktime_get_boot_ns(), *told;
  struct use_key key = {};
  struct record *r;

  if ((file_mode & S_IFMT) != S_IFREG || FIELD(known, sb, s_iflags) & SB_I_NOEXEC || is_agent(t))
    return;
  key.group = mount_namespace == host.mount_namespace ? HOST_GROUP : cgroup_key(t->cgroups);
  key.inode = FIELD(known, inode, i_ino);
  key.device = FIELD(known, sb, s_dev);
  told = bpf_map_lookup_elem(&uses, &key);
  if (told && now - *told < USE_SILENCE_NS)
    return;
  r = scratch_record(SCRATCH_SYSCALL);
  if (!r)
    return;
  bpf_map_update_elem(&uses, &key, &now, BPF_ANY);
  begin(r, BZ_KIND_FILE_USE);
  put_process(r, t);
  r->file_use.inode = key.inode;
  r->file_use.device = key.device;
  r->file_use.file_mode = file_mode;
  r->file_use.spare = 0;
  at = put_walk(r, at, &r->file_use.path, dentry, mount, NULL);
  /* What was given up is told at the next opening. */
  if (!submit_sheddable(r, at))
    bpf_map_delete_elem(&uses, &key);
}

/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Who did it: the process block of every record. */
#ifndef BARTIZAN_PROCESS_H
#define BARTIZAN_PROCESS_H

#define OVERLAYFS_MAGIC 0x794c7630
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_UNIX 1
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define TTY_MAJOR 4
#define TTYAUX_MAJOR 5
#define PTS_FIRST_MAJOR 136
#define PTS_LAST_MAJOR 143

static __always_inline __u64 cgroup_key(struct css_set *set)
{
  if (cfg.memory_v1)
    return set->subsys[bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)]->cgroup->kn->id;
  return set->dfl_cgrp->kn->id;
}

/* The key of the control group and, beside it, the unified id. */
static __always_inline void put_cgroup(struct record *r, struct task_struct *t)
{
  struct css_set *set = t->cgroups;

  r->header.unified_cgroup_id = set->dfl_cgrp->kn->id;
  r->header.cgroup_id = cgroup_key(set);
}

static __always_inline __u64 effective_caps(const struct cred *cred)
{
  __u64 caps = 0;

  /* An array of two u32 before 6.3, one u64 since: the eight bytes are the same. */
  bpf_probe_read_kernel(&caps, sizeof(caps), &cred->cap_effective);
  return caps;
}

static __always_inline void put_ns_pid(struct record *r, struct task_struct *leader)
{
  struct pid *typed = leader->thread_pid;
  void *pid = NULL;
  struct upid *at;

  r->process.ns_pid = 0;
  r->process.pid_namespace = 0;
  /* As a plain number: 6.1 allows no arithmetic with a variable on a typed pointer. */
  if (bpf_probe_read_kernel(&pid, sizeof(pid), &leader->thread_pid) || !pid)
    return;
  at = pid + bpf_core_field_offset(struct pid, numbers) + typed->level * bpf_core_type_size(struct upid);
  r->process.ns_pid = BPF_CORE_READ(at, nr);
  r->process.pid_namespace = BPF_CORE_READ(at, ns, ns.inum);
}

static __always_inline void put_tty(struct record *r, struct task_struct *t)
{
  struct tty_struct *tty = t->signal->tty;
  __u32 minor;

  r->process.tty = 0;
  if (!tty)
    return;
  minor = tty->driver->minor_start + tty->index;
  r->process.tty = (minor & 0xff) | (tty->driver->major << 8) | ((minor & ~0xffu) << 12);
}

/* Everything that is a number; text fields are left empty. */
static __always_inline void put_process(struct record *r, struct task_struct *t)
{
  struct task_struct *leader = t->group_leader;
  struct task_struct *parent = t->real_parent->group_leader;
  const struct cred *cred = t->real_cred;
  __u32 mount_namespace = t->nsproxy->mnt_ns->ns.inum;

  put_cgroup(r, t);
  r->process.start_boot_us = leader->start_boottime / 1000;
  r->process.parent_start_boot_us = parent->start_boottime / 1000;
  r->process.pid = t->tgid;
  r->process.parent_pid = parent->tgid;
  r->process.uid = cred->uid.val;
  r->process.euid = cred->euid.val;
  r->process.gid = cred->gid.val;
  r->process.caps_effective = effective_caps(cred);
  r->process.mount_namespace = mount_namespace;
  r->process.flags = 0;
  if (mount_namespace && mount_namespace != host.mount_namespace)
    r->process.flags = BZ_PROCESS_IN_CONTAINER;
  put_ns_pid(r, leader);
  put_tty(r, t);
  r->process.filesystem = 0;
  r->process.stdio0 = r->process.stdio1 = r->process.stdio2 = r->process.reserved = 0;
  __builtin_memset(&r->process.executable, 0, 3 * sizeof(struct bz_text) + sizeof(__u32));
}

/* Local sockets join processes of one host, as pipes do; programs use either. Only others reach the network. */
static __always_inline __u8 stdio_socket_kind(struct file *file)
{
  struct socket *socket = BPF_CORE_READ(file, private_data);
  __u16 family = BPF_CORE_READ(socket, sk, __sk_common.skc_family);

  return family == AF_UNIX ? BZ_STDIO_PIPE : BZ_STDIO_SOCKET;
}

static __always_inline __u8 stdio_kind(void *file)
{
  struct inode *inode;
  __u16 mode = 0;
  __u32 major;

  if (!file)
    return BZ_STDIO_NONE;
  inode = BPF_CORE_READ((struct file *)file, f_inode);
  mode = BPF_CORE_READ(inode, i_mode) & S_IFMT;
  if (mode == S_IFSOCK)
    return stdio_socket_kind(file);
  if (mode == S_IFIFO)
    return BZ_STDIO_PIPE;
  if (mode != S_IFCHR)
    return BZ_STDIO_FILE;
  major = BPF_CORE_READ(inode, i_rdev) >> 20;
  if (major == TTY_MAJOR || major == TTYAUX_MAJOR || (major >= PTS_FIRST_MAJOR && major <= PTS_LAST_MAJOR))
    return BZ_STDIO_TTY;
  return BZ_STDIO_FILE;
}

static __always_inline void put_stdio(struct record *r, struct task_struct *t)
{
  struct fdtable *table = t->files->fdt;
  void *files[3] = {};

  if (table->max_fds < 3 || bpf_probe_read_kernel(files, sizeof(files), table->fd))
    return;
  r->process.stdio0 = stdio_kind(files[0]);
  r->process.stdio1 = stdio_kind(files[1]);
  r->process.stdio2 = stdio_kind(files[2]);
}

/* What kind of file the executable is. */
static __always_inline void put_executable_kind(struct record *r, struct file *file)
{
  struct inode *inode = file->f_inode;
  __u32 magic = inode->i_sb->s_magic;

  r->process.filesystem = magic;
  if (inode->i_nlink == 0)
    r->process.flags |= BZ_PROCESS_FILELESS;
  if (magic != OVERLAYFS_MAGIC) {
    r->process.flags |= BZ_PROCESS_LAYER_KNOWN;
    return;
  }
  if (bpf_core_field_exists(struct ovl_inode, __upperdentry)) {
    struct ovl_inode *overlay = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
    void *upper = NULL;

    if (bpf_probe_read_kernel(&upper, sizeof(upper), &overlay->__upperdentry))
      return;
    r->process.flags |= upper ? BZ_PROCESS_LAYER_KNOWN | BZ_PROCESS_UPPER_LAYER : BZ_PROCESS_LAYER_KNOWN;
  }
}

static __always_inline void put_ancestors(struct record *r, struct task_struct *t)
{
  __u32 n = 0;
  int i;

  __builtin_memset(&r->exec, 0, sizeof(r->exec));
#pragma unroll
  for (i = 0; i < BZ_ANCESTOR_MAX; i++) {
    t = t->real_parent->group_leader;
    if (t->tgid == 0)
      break;
    r->exec.ancestor_pid[i] = t->tgid;
    r->exec.ancestor_start_us[i] = t->start_boottime / 1000;
    n = i + 1;
    if (t->tgid == 1)
      break;
  }
  r->exec.ancestor_count = n;
}

#endif

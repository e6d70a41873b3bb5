/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few kernel types that our programs read, with only the members they read. Offsets are relocated
 * against the running kernel at load (CO-RE), so order and size here mean nothing.
 */
#ifndef BARTIZAN_TYPES_H
#define BARTIZAN_TYPES_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

#define NULL ((void *)0)

enum bpf_map_type {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2, BPF_RB_AVAIL_DATA = 0, BPF_RB_RING_SIZE = 1 };

/* The context of a program that sees packets: its layout is an interface of the kernel, never relocated. */
struct bpf_sock;
struct __sk_buff {
  __u32 len;
  __u32 between[41];
  struct bpf_sock *sk;
};
_Static_assert(__builtin_offsetof(struct __sk_buff, sk) == 168, "as in the kernel's linux/bpf.h");

/* Only its relocated value is used. */
enum cgroup_subsys_id { memory_cgrp_id = 4 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
  unsigned int val;
} kuid_t;
typedef struct {
  unsigned int val;
} kgid_t;
typedef struct {
  __u64 val;
} kernel_cap_t;

struct cred {
  kuid_t uid;
  kgid_t gid;
  kuid_t euid;
  kgid_t egid;
  kernel_cap_t cap_effective;
};

struct qstr {
  __u32 len;
  const unsigned char *name;
};
struct super_block {
  unsigned long s_magic;
  unsigned long s_iflags;
  unsigned int s_dev;
};
struct inode {
  unsigned short i_mode;
  unsigned int i_nlink;
  unsigned int i_rdev;
  unsigned long i_ino;
  struct super_block *i_sb;
};
struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
};
struct vfsmount {
  struct dentry *mnt_root;
};
struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};
struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};
struct ovl_inode {
  struct inode vfs_inode;
  struct dentry *__upperdentry;
};
struct file {
  unsigned int f_mode;
  unsigned int f_flags;
  struct inode *f_inode;
  void *private_data;
  struct path f_path;
};
struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};
struct files_struct {
  struct fdtable *fdt;
};
struct fs_struct {
  struct path root;
  struct path pwd;
};

struct ns_common {
  unsigned int inum;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct pid_namespace {
  struct ns_common ns;
};
struct net {
  struct ns_common ns;
};
struct nsproxy {
  struct mnt_namespace *mnt_ns;
  struct net *net_ns;
};
struct upid {
  int nr;
  struct pid_namespace *ns;
};
struct pid {
  unsigned int level;
  struct upid numbers[1];
};

struct kernfs_node {
  __u64 id;
};
struct cgroup_root {
  int hierarchy_id;
};
struct cgroup;
struct cgroup_subsys_state {
  struct cgroup *cgroup;
  struct cgroup_subsys_state *parent;
};
struct cgroup {
  struct cgroup_subsys_state self;
  int level;
  struct kernfs_node *kn;
  struct cgroup_subsys_state *subsys[16];
  struct cgroup_root *root;
};
struct css_set {
  struct cgroup_subsys_state *subsys[16];
  struct cgroup *dfl_cgrp;
};

struct tty_driver {
  int major;
  int minor_start;
};
struct tty_struct {
  int index;
  struct tty_driver *driver;
};
struct signal_struct {
  struct tty_struct *tty;
  int group_exit_code;
  struct {
    int counter;
  } live;
};
struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  struct file *exe_file;
};
struct thread_info {
  __u32 status;
};
struct task_struct {
  struct thread_info thread_info;
  unsigned int flags;
  int pid;
  int tgid;
  int exit_code;
  __u64 start_boottime;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  struct pid *thread_pid;
  const struct cred *real_cred;
  const struct cred *cred;
  unsigned in_execve : 1;
  struct mm_struct *mm;
  struct fs_struct *fs;
  struct files_struct *files;
  struct nsproxy *nsproxy;
  struct signal_struct *signal;
  struct css_set *cgroups;
};
struct linux_binprm {
  struct file *file;
};
struct pt_regs {
  unsigned long di;
  unsigned long orig_ax;
};

struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};
typedef struct {
  struct net *net;
} possible_net_t;
struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  possible_net_t skc_net;
  unsigned long skc_flags;
  struct {
    __s64 counter;
  } skc_cookie;
};
struct sock_cgroup_data {
  struct cgroup *cgroup;
};
struct sock {
  struct sock_common __sk_common;
  __u16 sk_protocol;
  int sk_err;
  struct sock_cgroup_data sk_cgrp_data;
};
struct inet_sock {
  __be16 inet_sport;
};
struct socket {
  struct sock *sk;
};
struct tcp_sock {
  __u64 bytes_sent;
  __u64 bytes_retrans;
  __u64 bytes_received;
};

struct bpf_iter_meta;
struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
};

#pragma clang attribute pop

#endif

/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a look at system calls shows where the kernel refuses fentry programs: opens, changes of
 * credentials, connect() of datagram sockets. Looked at on the return, from kernel objects.
 */
#define TS_COMPAT 2
#define X32_BIT 0x40000000

enum what { NOTHING, OPEN, CREDENTIALS, CONNECT };

static __always_inline enum what what_is(__u32 nr)
{
  switch (nr) {
  case 2:   /* open */
  case 85:  /* creat */
  case 257: /* openat */
  case 304: /* open_by_handle_at */
  case 437: /* openat2 */
    return OPEN;
  case 42: /* connect */
    return CONNECT;
  case 105: /* setuid */
  case 106: /* setgid */
  case 113: /* setreuid */
  case 114: /* setregid */
  case 117: /* setresuid */
  case 119: /* setresgid */
  case 122: /* setfsuid */
  case 123: /* setfsgid */
  case 126: /* capset */
  case 272: /* unshare */
  case 308: /* setns */
    return CREDENTIALS;
  }
  return NOTHING;
}

/* The same for 32-bit programs. */
static __always_inline enum what what_is_compat(__u32 nr)
{
  switch (nr) {
  case 5:
  case 8:
  case 295:
  case 342:
  case 437:
    return OPEN;
  case 362:
    return CONNECT;
  case 23:
  case 46:
  case 70:
  case 71:
  case 164:
  case 170:
  case 185:
  case 203:
  case 204:
  case 208:
  case 210:
  case 213:
  case 214:
  case 310:
  case 346:
    return CREDENTIALS;
  }
  return NOTHING;
}

static __always_inline struct file *file_of(struct task_struct *t, __u32 fd)
{
  struct fdtable *table = t->files->fdt;
  struct file *file = NULL;

  if (fd < table->max_fds)
    bpf_probe_read_kernel(&file, sizeof(file), table->fd + fd);
  return file;
}

static __always_inline void put_credentials(struct record *r, const struct cred *cred, __u32 cause, __u32 nr)
{
  __builtin_memset(&r->credentials, 0, sizeof(r->credentials));
  r->credentials.after_caps = effective_caps(cred);
  r->credentials.after_uid = BPF_CORE_READ(cred, uid.val);
  r->credentials.after_euid = BPF_CORE_READ(cred, euid.val);
  r->credentials.after_gid = BPF_CORE_READ(cred, gid.val);
  r->credentials.cause = cause;
  r->credentials.call = nr;
}

#define CREDENTIALS_BYTES (sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_credentials))

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
  __u32 nr = regs->orig_ax & ~X32_BIT;
  struct task_struct *t;
  struct record *r;
  enum what what;

  /* The cheap question first: most calls end here. */
  if (nr > 437)
    return 0;
  t = bpf_get_current_task_btf();
  what = t->thread_info.status & TS_COMPAT ? what_is_compat(nr) : what_is(nr);
  if (what == NOTHING || result < 0)
    return 0;
  if (what == OPEN) {
    struct file *file = file_of(t, result);

    if (file)
      observe_open(ASKED, t, file, result);
    return 0;
  }
  if (what == CONNECT) {
    struct file *file = file_of(t, regs->di);

    if (file)
      observe_datagram_connect(t, file);
    return 0;
  }
  r = scratch_record(SCRATCH_SYSCALL);
  if (!r)
    return 0;
  begin(r, BZ_KIND_CREDENTIALS);
  put_process(r, t);
  put_credentials(r, t->real_cred, 1, nr);
  submit(r, CREDENTIALS_BYTES);
  return 0;
}

/*
 * Every change of credentials in the kernel, by whatever way. The process block shows what was before.
 * Preferred where the kernel takes it: nothing then runs at each system call.
 */
SEC("fentry/commit_creds")
int BPF_PROG(on_commit_creds, struct cred *new)
{
  struct task_struct *t = bpf_get_current_task_btf();
  const struct cred *old = t->real_cred;
  struct record *r;

  if (old->uid.val == new->uid.val && old->euid.val == new->euid.val && old->gid.val == new->gid.val &&
      effective_caps(old) == effective_caps(new))
    return 0;
  r = scratch_record(SCRATCH_CREDENTIALS);
  if (!r)
    return 0;
  begin(r, BZ_KIND_CREDENTIALS);
  put_process(r, t);
  put_credentials(r, new, BPF_CORE_READ_BITFIELD_PROBED(t, in_execve) ? 2 : 1, 0);
  submit(r, CREDENTIALS_BYTES);
  return 0;
}

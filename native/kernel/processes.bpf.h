/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/* exec, fork, exit and the walk over what already runs. */

/* Arguments as the new program sees them. The environment behind them never leaves the kernel. */
static __always_inline __u32 put_arguments(struct record *r, __u32 at, struct mm_struct *mm)
{
  unsigned long start = mm->arg_start;
  unsigned long bytes = mm->arg_end - start;

  r->process.arguments.offset = at;
  if (bytes > ARGUMENTS_MAX) {
    bytes = ARGUMENTS_MAX;
    r->process.flags |= BZ_PROCESS_ARGUMENTS_TRUNCATED;
  }
  if (bytes == 0 || at > TAIL_LIMIT - ARGUMENTS_MAX)
    return at;
  if (bpf_probe_read_user((__u8 *)r + at, bytes, (void *)start)) {
    r->process.flags |= BZ_PROCESS_ARGUMENTS_TRUNCATED;
    return at;
  }
  r->process.arguments.length = bytes;
  return at + bytes;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *t, int old_pid, struct linux_binprm *bprm)
{
  struct record *r = scratch_record(SCRATCH_PROCESS);
  __u32 at = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_exec);
  struct file *file = bprm->file;

  if (!r)
    return 0;
  begin(r, BZ_KIND_EXEC);
  put_process(r, t);
  put_ancestors(r, t);
  put_stdio(r, t);
  put_executable_kind(r, file);
  at = put_arguments(r, at, t->mm);
  at = put_path(r, at, &r->process.executable, &file->f_path);
  at = put_path(r, at, &r->process.cwd, &t->fs->pwd);
  submit(r, at);
  return 0;
}

/* `maker` is who asked. With CLONE_PARENT the child is not its child, but runs its program all the same. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *maker, struct task_struct *child)
{
  struct record *r;

  if (child->pid != child->tgid)
    return 0;
  r = scratch_record(SCRATCH_PROCESS);
  if (!r)
    return 0;
  begin(r, BZ_KIND_FORK);
  put_process(r, child);
  r->fork.maker_start_us = maker->group_leader->start_boottime / 1000;
  r->fork.maker_pid = maker->tgid;
  r->fork.spare = 0;
  submit(r, sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_fork));
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *t)
{
  struct record *r;
  int code;

  if (t->signal->live.counter != 0)
    return 0;
  r = scratch_record(SCRATCH_PROCESS);
  if (!r)
    return 0;
  begin(r, BZ_KIND_EXIT);
  put_process(r, t);
  code = t->exit_code;
  r->exit.status = (code >> 8) & 0xff;
  r->exit.signal = code & 0x7f;
  submit(r, sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_exit));
  return 0;
}

#define KTHREADD 2
#define PF_KTHREAD 0x00200000

SEC("iter/task")
int on_existing(struct bpf_iter__task *ctx)
{
  struct task_struct *t = ctx->task;
  __u32 at = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_exec);
  struct record *r;
  struct file *file;

  if (!t || t->pid != t->tgid)
    return 0;
  if (t->tgid == KTHREADD && t->flags & PF_KTHREAD) {
    host.mount_namespace = t->nsproxy->mnt_ns->ns.inum;
    host.network_namespace = t->nsproxy->net_ns->ns.inum;
  }
  if (!t->mm || !host.mount_namespace)
    return 0;
  r = scratch_record(SCRATCH_PROCESS);
  if (!r)
    return 0;
  begin(r, BZ_KIND_EXISTING);
  put_process(r, t);
  put_ancestors(r, t);
  put_stdio(r, t);
  file = t->mm->exe_file;
  if (file) {
    put_executable_kind(r, file);
    at = put_path(r, at, &r->process.executable, &file->f_path);
  }
  at = put_path(r, at, &r->process.cwd, &t->fs->pwd);
  submit(r, at);
  return 0;
}

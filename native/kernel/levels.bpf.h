/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that `bartizan-sensor levels` loads, attaches and lets act on a control group of its own, to find
 * out how far protection reaches on a kernel. Never loaded in a session.
 */
enum action {
  ACTION_EXEC,
  ACTION_OPEN_READ,
  ACTION_OPEN_WRITE,
  ACTION_CONNECT,
  ACTION_MOUNT,
  ACTION_PTRACE,
  ACTION_MODULE_LOAD,
  ACTION_BPF,
  ACTION_SETUID,
  ACTION_USER_NAMESPACE,
  ACTION_LAST,
};

#define FMODE_WRITE 2
#define READING_MODULE 2

/* Unified control group to the bit of the one action that is refused in it. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u64);
  __type(value, __u32);
} denied SEC(".maps");

static __always_inline int is_denied(enum action action)
{
  __u64 group = bpf_get_current_cgroup_id();
  __u32 *bits = bpf_map_lookup_elem(&denied, &group);

  return bits && *bits & (1u << action);
}

/* The constant is set in a branch of its own: what clang makes of a conditional, 6.12 does not accept as -1. */
#define REFUSE_IF(condition)                  \
  ({                                          \
    long verdict = 0;                         \
    if (condition)                            \
      asm volatile("%0 = -1" : "=r"(verdict)); \
    verdict;                                  \
  })

SEC("lsm/bprm_check_security")
long BPF_PROG(level_lsm_exec)
{
  return REFUSE_IF(is_denied(ACTION_EXEC));
}

SEC("lsm/file_open")
long BPF_PROG(level_lsm_open, struct file *file)
{
  return REFUSE_IF(is_denied(file->f_mode & FMODE_WRITE ? ACTION_OPEN_WRITE : ACTION_OPEN_READ));
}

SEC("lsm/socket_connect")
long BPF_PROG(level_lsm_connect)
{
  return REFUSE_IF(is_denied(ACTION_CONNECT));
}

SEC("lsm/sb_mount")
long BPF_PROG(level_lsm_mount)
{
  return REFUSE_IF(is_denied(ACTION_MOUNT));
}

SEC("lsm/ptrace_access_check")
long BPF_PROG(level_lsm_ptrace)
{
  return REFUSE_IF(is_denied(ACTION_PTRACE));
}

SEC("lsm/kernel_read_file")
long BPF_PROG(level_lsm_module_load, struct file *file, int id)
{
  return REFUSE_IF(id == READING_MODULE && is_denied(ACTION_MODULE_LOAD));
}

SEC("lsm/bpf")
long BPF_PROG(level_lsm_bpf)
{
  return REFUSE_IF(is_denied(ACTION_BPF));
}

SEC("lsm/task_fix_setuid")
long BPF_PROG(level_lsm_setuid)
{
  return REFUSE_IF(is_denied(ACTION_SETUID));
}

SEC("lsm/userns_create")
long BPF_PROG(level_lsm_user_namespace)
{
  return REFUSE_IF(is_denied(ACTION_USER_NAMESPACE));
}

/* Attached to the control group of the test alone. */
SEC("cgroup/connect4")
int level_cgroup_connect(void *context)
{
  return 0;
}

/* The new program is there but has run no instruction yet. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(level_kill_exec)
{
  if (is_denied(ACTION_EXEC))
    bpf_send_signal(9);
  return 0;
}

/* Too late: the call still happens. 64-bit calls only, which is what the test makes. */
SEC("tp_btf/sys_enter")
int BPF_PROG(level_kill_call, struct pt_regs *regs, long nr)
{
  int hit = 0;

  switch (nr) {
  case 2:
  case 257:
  case 437:
    hit = is_denied(ACTION_OPEN_READ) || is_denied(ACTION_OPEN_WRITE);
    break;
  case 42:
    hit = is_denied(ACTION_CONNECT);
    break;
  case 165:
    hit = is_denied(ACTION_MOUNT);
    break;
  case 101:
    hit = is_denied(ACTION_PTRACE);
    break;
  case 175:
  case 313:
    hit = is_denied(ACTION_MODULE_LOAD);
    break;
  case 321:
    hit = is_denied(ACTION_BPF);
    break;
  case 105:
  case 113:
  case 117:
    hit = is_denied(ACTION_SETUID);
    break;
  case 56:
  case 272:
  case 435:
    hit = is_denied(ACTION_USER_NAMESPACE);
    break;
  }
  if (hit)
    bpf_send_signal(9);
  return 0;
}

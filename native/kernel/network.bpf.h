/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections. States change in soft interrupts too, where the current task is whoever was interrupted: only
 * the start of a connection and listen say who did it, and the sensor keeps that by socket.
 */
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define SOCK_DONE 1

enum tcp_state { TCP_ESTABLISHED = 1, TCP_SYN_SENT = 2, TCP_SYN_RECV = 3, TCP_CLOSE = 7, TCP_LISTEN = 10 };

#include "first_bytes.bpf.h"

static __always_inline void put_socket(struct record *r, const struct sock *sk)
{
  const struct sock_common *common = &sk->__sk_common;

  __builtin_memset(&r->network, 0, sizeof(r->network));
  r->network.local_port = common->skc_num;
  r->network.remote_port = bpf_ntohs(common->skc_dport);
  r->network.network_namespace = common->skc_net.net->ns.inum;
  r->network.protocol = sk->sk_protocol;
  if (common->skc_family == AF_INET) {
    __u32 local = common->skc_rcv_saddr;
    __u32 remote = common->skc_daddr;

    r->network.family = 4;
    __builtin_memcpy(r->network.local_address, &local, 4);
    __builtin_memcpy(r->network.remote_address, &remote, 4);
  } else {
    r->network.family = 6;
    bpf_probe_read_kernel(r->network.local_address, 16, &common->skc_v6_rcv_saddr);
    bpf_probe_read_kernel(r->network.remote_address, 16, &common->skc_v6_daddr);
  }
}

static __always_inline void put_traffic(struct record *r, const struct sock *sk)
{
  struct tcp_sock *tcp = (void *)sk;

  r->network.bytes_sent = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
  r->network.bytes_received = BPF_CORE_READ(tcp, bytes_received);
  /* The end mark of the other side is counted like a byte. */
  if (r->network.bytes_received && BPF_CORE_READ(sk, __sk_common.skc_flags) & (1ul << SOCK_DONE))
    r->network.bytes_received--;
}

/* Nobody, but in the socket's control group. */
static __always_inline void put_no_owner(struct record *r, const struct sock *sk)
{
  struct cgroup *group = sk->sk_cgrp_data.cgroup;

  __builtin_memset(&r->process, 0, sizeof(r->process));
  r->process.flags = BZ_PROCESS_UNKNOWN;
  r->header.unified_cgroup_id = group->kn->id;
  r->header.cgroup_id = cfg.memory_v1 ? 0 : r->header.unified_cgroup_id;
}

static __always_inline __u8 socket_kind(int old, int new)
{
  if (old == TCP_CLOSE && new == TCP_SYN_SENT)
    return BZ_KIND_CONNECT_START;
  if (old == TCP_SYN_SENT && (new == TCP_ESTABLISHED || new == TCP_CLOSE))
    return BZ_KIND_CONNECT;
  if (old == TCP_SYN_RECV)
    return new == TCP_ESTABLISHED ? BZ_KIND_ACCEPT : 0;
  if (new == TCP_LISTEN)
    return BZ_KIND_LISTEN;
  return new == TCP_CLOSE ? BZ_KIND_CLOSE : 0;
}

#define NETWORK_BYTES (sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_network))

/* Room for one network record in the ring itself; these programs may interrupt each other. */
static __always_inline struct record *reserve_network(void)
{
  struct record *r;

  if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > cfg.shed_above_bytes) {
    count(COUNT_SHED);
    return NULL;
  }
  r = bpf_ringbuf_reserve(&ring, NETWORK_BYTES, 0);
  if (!r) {
    count(COUNT_DROPPED);
    return NULL;
  }
  r->header.length = NETWORK_BYTES;
  return r;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_socket_state, struct sock *sk, int old, int new)
{
  __u8 kind = socket_kind(old, new);
  __u16 family = sk->__sk_common.skc_family;
  struct record *r;

  if (!kind || sk->sk_protocol != IPPROTO_TCP || (family != AF_INET && family != AF_INET6))
    return 0;
  r = reserve_network();
  if (!r)
    return 0;
  begin(r, kind);
  if (kind == BZ_KIND_CONNECT_START || kind == BZ_KIND_LISTEN)
    put_process(r, bpf_get_current_task_btf());
  else
    put_no_owner(r, sk);
  put_socket(r, sk);
  if (!r->network.local_port)
    r->network.local_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
  r->network.socket_id = bpf_get_socket_cookie(sk);
  r->network.old_state = old;
  r->network.new_state = new;
  if (new == TCP_CLOSE && old != TCP_LISTEN)
    put_traffic(r, sk);
  if (kind == BZ_KIND_CONNECT && new == TCP_CLOSE)
    r->network.error = sk->sk_err;
  follow(r, kind);
  bpf_ringbuf_submit(r, 0);
  count(COUNT_SUBMITTED);
  return 0;
}

/* connect() on a datagram socket, from its successful return. */
static __always_inline void observe_datagram_connect(struct task_struct *t, struct file *file)
{
  struct socket *socket = BPF_CORE_READ(file, private_data);
  struct sock *sk = BPF_CORE_READ(socket, sk);
  struct record *r;
  __u16 family, remote_port;

  if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_UDP)
    return;
  family = BPF_CORE_READ(sk, __sk_common.skc_family);
  if (family != AF_INET && family != AF_INET6)
    return;
  /* connect() to no family dissolves the socket: it has no other side then. */
  remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (!remote_port)
    return;
  r = reserve_network();
  if (!r)
    return;
  begin(r, BZ_KIND_CONNECT);
  put_process(r, t);
  __builtin_memset(&r->network, 0, sizeof(r->network));
  r->network.socket_id = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  r->network.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  r->network.remote_port = remote_port;
  r->network.network_namespace = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  r->network.protocol = IPPROTO_UDP;
  r->network.new_state = TCP_ESTABLISHED;
  r->network.family = family == AF_INET ? 4 : 6;
  if (family == AF_INET) {
    bpf_probe_read_kernel(r->network.local_address, 4, &sk->__sk_common.skc_rcv_saddr);
    bpf_probe_read_kernel(r->network.remote_address, 4, &sk->__sk_common.skc_daddr);
  } else {
    bpf_probe_read_kernel(r->network.local_address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bpf_probe_read_kernel(r->network.remote_address, 16, &sk->__sk_common.skc_v6_daddr);
  }
  follow_datagrams(r);
  bpf_ringbuf_submit(r, 0);
  count(COUNT_SUBMITTED);
}

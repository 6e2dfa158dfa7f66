/*
 * The system calls that the filter of seccomp.c refuses, by who cannot make them. Numbers that old headers lack are
 * the same on every architecture.
 */
#ifndef KATO_SYSCALLS_H
#define KATO_SYSCALLS_H
#include <sys/syscall.h>

#define NR_CLONE3 435
#define NR_OPENAT2 437

/* file_setattr, of Linux 6.17; what is newer is refused as unknown. */
#define NEWEST_CALL 469u

/* Nobody: not the monitor either. */
static const uint32_t REFUSED_CALLS[] = {
    /* sockets of every family, and what could be done with one that is there */
    SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendmsg, SYS_sendmmsg, SYS_recvmsg,
    SYS_recvmmsg,
    /* a second way to make nearly every call */
    425, 426, 427, /* io_uring_setup, _enter, _register */
    /* other processes */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */, 440 /* process_madvise */,
    448 /* process_mrelease */, SYS_migrate_pages, SYS_move_pages, SYS_setpriority, SYS_ioprio_set,
    SYS_sched_setscheduler, SYS_sched_setattr, SYS_sched_setparam, SYS_tkill,
    /* kernel machinery with a history */
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_fanotify_init,
    SYS_lookup_dcookie, 447 /* memfd_secret */,
    /* namespaces and mounts */
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, 428 /* open_tree */,
    429 /* move_mount */, 430, 431, 432, 433 /* fsopen, fsconfig, fsmount, fspick */, 442 /* mount_setattr */,
    467 /* open_tree_attr */, SYS_open_by_handle_at, SYS_name_to_handle_at,
    /* the machine */
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_swapon, SYS_swapoff, SYS_reboot, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
    SYS_quotactl, 443 /* quotactl_fd */, SYS_syslog, SYS_acct, SYS_sethostname, SYS_setdomainname, SYS_vhangup,
    /* what Landlock does not see, and kato has no use for */
    SYS_truncate, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr, 463, 466 /* …xattrat */,
    469 /* file_setattr */,
    /* talk with other processes */
    SYS_shmget, SYS_shmat, SYS_shmctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_semget, SYS_semop,
    SYS_semtimedop, SYS_semctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend, SYS_mq_timedreceive, SYS_mq_notify,
    /* programs from nowhere */
    SYS_memfd_create, SYS_execveat,
#if defined(__x86_64__)
    SYS_ioperm, SYS_iopl, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS__sysctl, SYS_chown, SYS_lchown,
#endif
};

/* The runtime, in every command and role: no children, and signals to itself only (see seccomp.c). */
static const uint32_t RUNTIME_CALLS[] = {
    424 /* pidfd_send_signal */, 434 /* pidfd_open */, SYS_setsid, SYS_setpgid,
    /* what is in force stays as it is */
    SYS_seccomp, 444, 445, 446 /* landlock_* */,
#if defined(__x86_64__)
    SYS_fork, SYS_vfork,
#endif
};

/* Parsers and writers: Landlock does not see that the mode or the times of a file change. */
static const uint32_t ROLE_CALLS[] = {
    SYS_fchmodat, 452 /* fchmodat2 */,
#if defined(__x86_64__)
    SYS_chmod, SYS_utime, SYS_utimes, SYS_futimesat,
#endif
    SYS_utimensat,
};
#endif

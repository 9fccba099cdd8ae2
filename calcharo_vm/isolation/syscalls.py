"""The system calls that an isolated program may not make, and their numbers by architecture.

The numbers are those of the kernel's headers: `asm/unistd_64.h` for x86-64, `asm-generic/unistd.h` for 64-bit ARM.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ARCHITECTURES", "CLONE", "CLONE3", "DENIED", "PRCTL", "PRLIMIT", "SIGNALS"]

ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the kernel calls each architecture when a filter asks (`linux/audit.h`)."""

Numbers = dict[str, int]
"""The number of a system call, by architecture; one that an architecture does not have is left out."""


def _of(x86_64: int, aarch64: int | None = None) -> Numbers:
    return {"x86_64": x86_64} if aarch64 is None else {"x86_64": x86_64, "aarch64": aarch64}


DENIED: Final[dict[str, Numbers]] = {
    # network
    "socket": _of(41, 198),
    "connect": _of(42, 203),
    "bind": _of(49, 200),
    "listen": _of(50, 201),
    "accept": _of(43, 202),
    "accept4": _of(288, 242),
    "sendmmsg": _of(307, 269),
    # processes
    "execve": _of(59, 221),
    "execveat": _of(322, 281),
    "fork": _of(57),
    "vfork": _of(58),
    # other processes
    "ptrace": _of(101, 117),
    "process_vm_readv": _of(310, 270),
    "process_vm_writev": _of(311, 271),
    "process_madvise": _of(440, 440),
    "kcmp": _of(312, 272),
    "pidfd_open": _of(434, 434),
    "pidfd_getfd": _of(438, 438),
    "pidfd_send_signal": _of(424, 424),
    "tkill": _of(200, 130),
    "rt_tgsigqueueinfo": _of(297, 240),
    "migrate_pages": _of(256, 238),
    "move_pages": _of(279, 239),
    # file systems
    "mount": _of(165, 40),
    "umount2": _of(166, 39),
    "pivot_root": _of(155, 41),
    "mount_setattr": _of(442, 442),
    "fsopen": _of(430, 430),
    "fsconfig": _of(431, 431),
    "fsmount": _of(432, 432),
    "fspick": _of(433, 433),
    "move_mount": _of(429, 429),
    "open_tree": _of(428, 428),
    "chroot": _of(161, 51),
    "name_to_handle_at": _of(303, 264),
    "open_by_handle_at": _of(304, 265),
    "fanotify_init": _of(300, 262),
    "fanotify_mark": _of(301, 263),
    "inotify_init": _of(253),
    "inotify_init1": _of(294, 26),
    "quotactl": _of(179, 60),
    "quotactl_fd": _of(443, 443),
    "mknod": _of(133),
    "mknodat": _of(259, 33),
    "swapon": _of(167, 224),
    "swapoff": _of(168, 225),
    # namespaces and identities
    "unshare": _of(272, 97),
    "setns": _of(308, 268),
    "setuid": _of(105, 146),
    "setgid": _of(106, 144),
    "setreuid": _of(113, 145),
    "setregid": _of(114, 143),
    "setresuid": _of(117, 147),
    "setresgid": _of(119, 149),
    "setgroups": _of(116, 159),
    "setfsuid": _of(122, 151),
    "setfsgid": _of(123, 152),
    "capset": _of(126, 91),
    "personality": _of(135, 92),
    # keys
    "add_key": _of(248, 217),
    "request_key": _of(249, 218),
    "keyctl": _of(250, 219),
    # memory and objects that outlive their makers
    "memfd_create": _of(319, 279),
    "memfd_secret": _of(447, 447),
    "shmget": _of(29, 194),
    "shmat": _of(30, 196),
    "shmctl": _of(31, 195),
    "shmdt": _of(67, 197),
    "semget": _of(64, 190),
    "semop": _of(65, 193),
    "semctl": _of(66, 191),
    "semtimedop": _of(220, 192),
    "msgget": _of(68, 186),
    "msgsnd": _of(69, 189),
    "msgrcv": _of(70, 188),
    "msgctl": _of(71, 187),
    "mq_open": _of(240, 180),
    "mq_unlink": _of(241, 181),
    # large or rarely used parts of the kernel
    "bpf": _of(321, 280),
    "perf_event_open": _of(298, 241),
    "userfaultfd": _of(323, 282),
    "io_uring_setup": _of(425, 425),
    "io_uring_enter": _of(426, 426),
    "io_uring_register": _of(427, 427),
    "io_setup": _of(206, 0),
    "vmsplice": _of(278, 75),
    "seccomp": _of(317, 277),
    "landlock_create_ruleset": _of(444, 444),
    "mbind": _of(237, 235),
    "set_mempolicy": _of(238, 237),
    "lookup_dcookie": _of(212, 18),
    "nfsservctl": _of(180, 42),
    "uselib": _of(134),
    "modify_ldt": _of(154),
    # the machine
    "init_module": _of(175, 105),
    "finit_module": _of(313, 273),
    "delete_module": _of(176, 106),
    "kexec_load": _of(246, 104),
    "kexec_file_load": _of(320, 294),
    "reboot": _of(169, 142),
    "syslog": _of(103, 116),
    "acct": _of(163, 89),
    "settimeofday": _of(164, 170),
    "clock_settime": _of(227, 112),
    "clock_adjtime": _of(305, 266),
    "adjtimex": _of(159, 171),
    "sethostname": _of(170, 161),
    "setdomainname": _of(171, 162),
    "vhangup": _of(153, 58),
    "iopl": _of(172),
    "ioperm": _of(173),
    "setpriority": _of(141, 140),
    "ioprio_set": _of(251, 30),
    "sched_setaffinity": _of(203, 122),
    "sched_setscheduler": _of(144, 119),
    "sched_setattr": _of(314, 274),
    "sched_setparam": _of(142, 118),
}

SIGNALS: Final[dict[str, Numbers]] = {
    "kill": _of(62, 129),
    "tgkill": _of(234, 131),
    "rt_sigqueueinfo": _of(129, 138),
}
"""Those that send a signal to the process of their first argument: a program may send them to itself."""

CLONE: Final = _of(56, 220)
"""Makes threads, which are allowed, and processes, which are not: the first argument says which."""
CLONE3: Final = _of(435, 435)
"""Does the same, where no filter can look; the C library does without it when it is told that there is none."""
PRLIMIT: Final = _of(302, 261)
"""Reads and sets limits of the process of its first argument: 0 is the caller."""
PRCTL: Final = _of(157, 167)
"""Does many things; its first argument says which."""

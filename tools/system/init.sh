#!/usr/bin/env bash
# Becomes the first process of a machine: init.sh ROOT NAME [locked]. Runs in mount, host name, IPC, process, control
# group and network namespaces of its own, so nothing here is seen outside. `locked`: in a user namespace too, in which
# nobody may make another.
set -euo pipefail
root=$1 name=$2 mode=${3:-open}

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
mount -t mqueue -o nosuid,nodev,noexec mqueue "$root/dev/mqueue"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0 1 2; do
  names=(stdin stdout stderr)
  ln -s "fd/$number" "$root/dev/${names[number]}"
done
: >"$root/dev/console"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
ip link set lo up
hostname "$name"
if [[ $mode == locked ]]; then echo 0 >/proc/sys/user/max_user_namespaces; fi

cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
# The clock is the host's.
exec setpriv --bounding-set=-sys_time --inh-caps=-sys_time \
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=kato-test LANG=C.UTF-8 TERM=dumb \
  /lib/systemd/systemd --system --log-target=journal --show-status=0

#!/bin/sh
# Starts a lab's virtlogd and libvirtd, in namespaces of their own. Called by lab/daemons.ts as root with
#   LAB_NETNS    network namespace, made with `ip netns add`
#   LAB_RUN      folder under /run for the sockets
#   LAB_STATE    folder for everything else, with the sub-folders named below
#   LAB_CGROUPS  the lab's control groups, a folder for each hierarchy, separated by blanks
set -eu

if [ "${1-}" != inside ]; then
  # A cgroup namespace takes as its root what its creator is in, so this comes before unshare.
  for group in $LAB_CGROUPS; do
    echo $$ > "$group/cgroup.procs"
  done
  exec nsenter --net="/run/netns/$LAB_NETNS" -- \
    unshare --mount --propagation slave --cgroup --uts -- sh "$0" inside
fi

hostname "$LAB_NETNS"
ip link set lo up

# --- /sys: libvirt reads NICs and bridges from it, and a sysfs shows those of the namespace that mounts it.
mkdir -p "$LAB_RUN/cgroup"
mount --rbind /sys/fs/cgroup "$LAB_RUN/cgroup"
mount -t sysfs sysfs /sys

# --- Control groups: only the lab's own part of each hierarchy, at the usual places.
if [ -e "$LAB_RUN/cgroup/cgroup.controllers" ]; then
  mount --bind "$LAB_RUN/cgroup/$LAB_NETNS" /sys/fs/cgroup
  # In version 2 a group that has controllers for its children must not hold processes itself.
  mkdir -p /sys/fs/cgroup/daemons
  echo $$ > /sys/fs/cgroup/daemons/cgroup.procs
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for hierarchy in "$LAB_RUN"/cgroup/*; do
    place=/sys/fs/cgroup/${hierarchy##*/}
    if [ -L "$hierarchy" ]; then
      cp -P "$hierarchy" "$place"
    elif [ -d "$hierarchy/$LAB_NETNS" ]; then
      mkdir "$place"
      mount --bind "$hierarchy/$LAB_NETNS" "$place"
    fi
  done
fi
umount --lazy "$LAB_RUN/cgroup"

# --- libvirt's folders, and /var/log as a whole because swtpm logs there too.
for pair in etc:/etc/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log swtpm-ca:/var/lib/swtpm-localca; do
  mkdir -p "${pair#*:}"
  mount --bind "$LAB_STATE/${pair%%:*}" "${pair#*:}"
done

# --- /run: an empty one, so that libvirtd finds no D-Bus, systemd-machined, firewalld, Open vSwitch or PID file of the host.
mkdir -p "$LAB_RUN/empty"
mount -t tmpfs -o mode=755 tmpfs "$LAB_RUN/empty"
mkdir -p "$LAB_RUN/empty/lock" "$LAB_RUN/empty/libvirt" "$LAB_RUN/empty/${LAB_RUN#/run/}"
mount --bind "$LAB_RUN" "$LAB_RUN/empty/${LAB_RUN#/run/}"
mount --bind "$LAB_RUN/libvirt" "$LAB_RUN/empty/libvirt"
if [ -d /run/udev ]; then
  mkdir "$LAB_RUN/empty/udev"
  mount --bind -o ro /run/udev "$LAB_RUN/empty/udev"
fi
# -n: mount would note it in /run, which has just been replaced.
mount -n --move "$LAB_RUN/empty" /run

# --- /dev/net/tun: guests' NICs are taps. Small machines and containers may lack the node though the kernel has the driver.
if [ ! -c /dev/net/tun ] && grep -qw tun /proc/misc; then
  mkdir -p /dev/net
  mount -t tmpfs -o mode=755 tmpfs /dev/net
  mknod -m 666 /dev/net/tun c 10 200
fi

# Nothing of the caller's environment reaches the daemons; both return when they are ready to serve.
clean="env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8"
$clean virtlogd --daemon --config /etc/libvirt/virtlogd.conf --pid-file /run/libvirt/virtlogd.pid
$clean libvirtd --daemon --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirt/libvirtd.pid

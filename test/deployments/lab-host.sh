#!/bin/sh
# Boots a host of a lab: this machine's own system in a container, over which all that it writes is kept apart. Called by lab-host.ts as root with
#   HOST_NETNS    network namespace, the lab's own
#   HOST_FOLDER   folder for the mounts
#   HOST_SHARED   folders that host and lab have in common
#   HOST_CGROUPS  the lab's control groups, a folder for each hierarchy, separated by blanks
set -eu

if [ "${1-}" != inside ]; then
  for group in $HOST_CGROUPS; do
    mkdir -p "$group/host"
    # A cpuset of version 1 takes none before it has CPUs; the host needs none of its own.
    echo $$ > "$group/host/cgroup.procs" 2>/dev/null || true
  done
  exec unshare --mount --propagation private -- sh "$0" inside
fi

mkdir -p "$HOST_FOLDER" "$HOST_SHARED"
mount -t tmpfs tmpfs "$HOST_FOLDER"
cd "$HOST_FOLDER"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root

# A host as it was installed: of what this machine is set up to be nothing is there.
cd root/etc
rm -rf fstab machine-id systemd/system systemd/network sysctl.d/* sysctl.conf
mkdir -p systemd/system/multi-user.target.wants systemd/network
uuidgen --random | tr -d - > machine-id
echo "$HOST_NETNS" > hostname
for unit in getty.target console-getty.service systemd-logind.service systemd-udevd.service; do
  ln -s /dev/null "systemd/system/$unit"
done
ln -s /lib/systemd/system/systemd-networkd.service systemd/system/multi-user.target.wants/
ln -s /lib/systemd/system/systemd-networkd.service systemd/system/dbus-org.freedesktop.network1.service
cd /

# systemd-nspawn notes its containers in /run.
mount -t tmpfs tmpfs /run/systemd

# The network's settings of the kernel belong to the namespace; all others are this machine's and stay read-only.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
status=133
# 133: the host wants to be started anew.
while [ "$status" = 133 ]; do
  status=0
  systemd-nspawn --quiet --boot --directory="$HOST_FOLDER/root" --machine="$HOST_NETNS" --register=no --keep-unit --settings=no \
    --network-namespace-path="/run/netns/$HOST_NETNS" --private-users=no --capability=CAP_NET_ADMIN --link-journal=no --console=pipe \
    --bind="$HOST_SHARED:/run/openvswitch" || status=$?
done
exit "$status"

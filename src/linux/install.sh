#!/bin/sh
# Puts the files beside this script on a Linux host and has them used, or takes them away again. As root:
#
#   sh install.sh          puts what is below files/, as the manifest says, and takes away what an earlier run put there and is no longer in it
#   sh install.sh remove   takes away all that earlier runs put there
#
# It is the same for all hosts: what varies is in the manifest. A file or a network device that is there and was not put there by it is left
# alone, and the run refused. Where something fails, what was there before the run is put back.
#
# With VIRTUNED_ROOT=/mnt/image files are put below that folder, the image of a host, and nothing is started.
#
# What it has put is noted below /var/lib/virtuned, in a folder for each stack and host:
#   current     what is on the host: a copy of the folder that this script was in
#   next        what is being put there; where this is found a run was killed
#   originals   files of packages that others took the place of
#   folders     folders that it made
set -eu
umask 022
LC_ALL=C
SYSTEMD_COLORS=0
export LC_ALL SYSTEMD_COLORS

root=${VIRTUNED_ROOT:-}
self=$(basename "$0")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
networkd=/etc/systemd/network
units=/etc/systemd/system
# Seconds until devices have to be there, and interfaces to be configured.
there_within=10
configured_within=60

say() {
  printf 'virtuned: %s\n' "$*"
}

fail() {
  printf 'virtuned: %s\n' "$*" >&2
  exit 1
}

# --- Manifests: a line "virtuned 1 OWNER", then one "MODE SHA256 PATH" for each file.

owner_of() {
  sed -n '1s/^virtuned 1 \([A-Za-z0-9][A-Za-z0-9._-]*\)$/\1/p' "$1/manifest"
}

# Paths of a folder's manifest, those that a pattern of sed finds.
paths_of() {
  sed -n "2,\$s|^[0-7]* [0-9a-f]* \(${2:-/.*}\)\$|\1|p" "$1/manifest"
}

# MODE or SHA256 of a path.
mode_of() {
  awk -v path="$2" 'NR > 1 && substr($0, index($0, "/")) == path { print $1 }' "$1/manifest"
}
sum_of() {
  awk -v path="$2" 'NR > 1 && substr($0, index($0, "/")) == path { print $2 }' "$1/manifest"
}

has() {
  [ -n "$(sum_of "$1" "$2")" ]
}

# Whether a file has the content that the manifest of a folder says.
is_as_in() {
  [ -f "$2" ] && [ ! -L "$2" ] && [ "$(sha256sum < "$2" | cut -d ' ' -f 1)" = "$(sum_of "$1" "$3")" ]
}

# Whether a list has a line.
in_list() {
  grep -qxF -e "$2" "$1"
}

# --- Before anything is changed.

# All that is needed has arrived, and whole.
check_arrived() {
  [ -f "$here/manifest" ] || fail "there is no manifest beside $self: copy the whole folder that it is in"
  [ -n "$(owner_of "$here")" ] || fail "the manifest is not one of virtuned's, or one of a later version"
  if grep -qEv '^virtuned 1 |^0[0-7]{3} [0-9a-f]{64} (/[A-Za-z0-9._ +-]+)+$' "$here/manifest" || grep -qE '/\.\.?(/|$)' "$here/manifest"; then
    fail "the manifest has a line that is none: write the folder anew"
  fi
  paths_of "$here" | while IFS= read -r path; do
    is_as_in "$here" "$here/files$path" "$path" || fail "$path did not arrive as it was sent: copy the folder again"
  done
}

# Whether a file is one of a package, and nobody has changed it.
is_of_package() {
  if command -v dpkg-query > /dev/null; then
    # shellcheck disable=SC2016 # dpkg's own variable
    dpkg-query --show --showformat='${Conffiles}\n' |
      grep -qxF " $1 $(md5sum < "$root$1" | cut -d ' ' -f 1)"
  elif command -v rpm > /dev/null; then
    rpm --query --file "$1" > /dev/null && ! rpm --verify --nodeps --file "$1" | grep -q "^..5.* $1\$"
  else
    return 1
  fi
}

# Nobody else has any of the files.
check_files_are_free() {
  paths_of "$here" | while IFS= read -r path; do
    if has "$state/current" "$path" || { [ ! -e "$root$path" ] && [ ! -L "$root$path" ]; }; then
      continue
    fi
    for other in "$root"/var/lib/virtuned/*/current; do
      if has "$other" "$path"; then
        printf '  %s, which %s has put there\n' "$path" "$(owner_of "$other")"
        continue 2
      fi
    done
    is_of_package "$path" || printf '  %s\n' "$path"
  done > "$work/taken"
  [ ! -s "$work/taken" ] || fail "refused, nothing was changed: these files are there already and are not of this delivery. \
Move them away, or give those of the program other names:
$(cat "$work/taken")"
}

# Nobody else has made a device of one of the names: systemd-networkd would take it over.
check_devices_are_free() {
  if [ -n "$root" ]; then
    return
  fi
  devices_of "$state/current" > "$work/own"
  cat "$state/current/left" >> "$work/own" 2> /dev/null || true
  devices_of "$here" | while IFS= read -r device; do
    if [ -e "/sys/class/net/$device" ] && ! in_list "$work/own" "$device"; then
      fail "refused, nothing was changed: there is a network device $device already, and it is not of this delivery. \
Delete it (ip link delete dev $device), or give that of the program another name"
    fi
  done
}

# --- Files.

# Makes a folder, and notes which were not there.
make_folder() {
  if [ ! -d "$root$1" ]; then
    make_folder "$(dirname "$1")"
    mkdir "$root$1"
    printf '%s\n' "$1" >> "$state/folders"
  fi
}

put_file() {
  target=$root$1
  [ ! -d "$target" ] || fail "$1 is a folder"
  make_folder "$(dirname "$1")"
  fresh=$target.virtuned-new
  rm -f "$fresh"
  if [ -f "$target" ]; then
    if ! has "$from" "$1" && [ ! -e "$state/originals$1" ]; then
      mkdir -p "$(dirname "$state/originals$1")"
      cp -p "$target" "$state/originals$1"
    fi
    # The owner stays: daemons such as FRR's read files that are theirs.
    cp -p "$target" "$fresh"
  else
    (umask 077 && : > "$fresh")
  fi
  cat "$to/files$1" > "$fresh"
  chmod "$(mode_of "$to" "$1")" "$fresh"
  mv -f "$fresh" "$target"
}

take_file() {
  rm -f "$root$1.virtuned-new"
  if [ -e "$state/originals$1" ]; then
    cp -p "$state/originals$1" "$root$1.virtuned-new"
    mv -f "$root$1.virtuned-new" "$root$1"
    rm "$state/originals$1"
  else
    rm -f "$root$1"
  fi
}

# What has to be done, as lists of paths: new, changed, gone.
compare() {
  : > "$work/new"
  : > "$work/changed"
  : > "$work/gone"
  paths_of "$to" | while IFS= read -r path; do
    if ! has "$from" "$path"; then
      printf '%s\n' "$path" >> "$work/new"
    elif [ "$(sum_of "$from" "$path")" != "$(sum_of "$to" "$path")" ] || ! is_as_in "$to" "$root$path" "$path"; then
      printf '%s\n' "$path" >> "$work/changed"
    fi
  done
  paths_of "$from" | while IFS= read -r path; do
    has "$to" "$path" || printf '%s\n' "$path" >> "$work/gone"
  done
  cat "$work/new" "$work/changed" > "$work/put"
  cat "$work/put" "$work/gone" > "$work/touched"
}

# Whether any file that is put or goes has a path that a pattern of grep finds.
touches() {
  grep -qE "$1" "$work/touched"
}

move_files() {
  while IFS= read -r path; do
    put_file "$path"
    say "put $path"
  done < "$work/put"
  while IFS= read -r path; do
    take_file "$path"
    say "took away $path"
  done < "$work/gone"
}

check_files() {
  paths_of "$to" | while IFS= read -r path; do
    is_as_in "$to" "$root$path" "$path" || fail "$path was changed by something else while it was put there"
  done
}

# --- Units of systemd.

# Names of the units of a folder that systemd starts by itself.
units_of() {
  paths_of "$1" "$units/[^/]*" | while IFS= read -r path; do
    if grep -q '^\[Install\]' "$1/files$path"; then
      basename "$path"
    fi
  done
}

stop_units_that_go() {
  units_of "$from" | while IFS= read -r unit; do
    if ! in_list "$work/gone" "$units/$unit"; then
      continue
    elif [ -n "$root" ]; then
      systemctl --root="$root" disable --quiet "$unit"
    else
      systemctl disable --quiet --now "$unit" || say "$unit could not be stopped"
      # One that failed would be known until the next start of the host.
      systemctl reset-failed "$unit" 2> /dev/null || true
    fi
  done
}

start_units() {
  if touches "^$units/"; then
    systemctl daemon-reload
  fi
  units_of "$to" | while IFS= read -r unit; do
    systemctl enable --quiet "$unit"
    verb=start
    # What a unit did to a device is gone with it.
    if in_list "$work/put" "$units/$unit" || [ -s "$work/remade" ]; then
      verb=restart
    fi
    if ! systemctl "$verb" "$unit"; then
      systemctl --no-pager --full status "$unit" >&2 || true
      fail "$unit does not start"
    fi
  done
}

# --- Settings of the kernel.

# Some settings are there with their module only. What is built in modprobe need not know.
load_modules() {
  { grep '^/etc/modules-load\.d/' "$work/put" || true; } | while IFS= read -r path; do
    { grep -E '^[a-z]' "$to/files$path" || true; } | while IFS= read -r module; do
      modprobe -q "$module" || true
    done
  done
}

set_sysctls() {
  if [ -f "$from/sysctl-before" ]; then
    while IFS= read -r line; do
      sysctl -q -w "$line"
    done < "$from/sysctl-before"
  fi
  { grep '^/etc/sysctl\.d/' "$work/put" || true; } | while IFS= read -r path; do
    { grep -E '^[a-z]' "$to/files$path" || true; } | while IFS= read -r line; do
      key=$(printf '%s' "$line" | sed 's/[ =].*//')
      value=$(printf '%s' "$line" | sed 's/^[^=]*= *//')
      before=$(sysctl -n "$key") || fail "this kernel has no setting $key, of $path"
      printf '%s=%s\n' "$key" "$before" >> "$to/sysctl-before"
      sysctl -q -w "$key=$value" || fail "the kernel does not take $key = $value, of $path"
    done
  done
  if grep -q '^/etc/sysctl\.d/' "$work/gone"; then
    say "settings of the kernel that are no longer in a file stay until the next start of the host"
  fi
}

# --- NICs, by udev.

set_links() {
  if ! touches "^$networkd/.*\.link\$|^/etc/udev/" || ! udevadm control --ping 2> /dev/null; then
    return
  fi
  udevadm control --reload
  { grep "^$networkd/.*\.link\$" "$work/put" || true; } | while IFS= read -r path; do
    nic=$(setting "$to/files$path" Link Name)
    nic=${nic:-$(setting "$to/files$path" Match OriginalName)}
    if [ -n "$nic" ] && [ -e "/sys/class/net/$nic" ]; then
      udevadm trigger --action=add --settle "/sys/class/net/$nic"
      say "$nic was set up anew, as far as its driver does that while it is used"
    fi
  done
}

# --- Interfaces, by systemd-networkd.

# The value of a key in a section.
setting() {
  sed -n "/^\[$2\]/,/^\[/s/^$3=//p" "$1" | head -n 1
}

# Names of the devices that systemd-networkd makes of the files of a folder.
devices_of() {
  paths_of "$1" "$networkd/[^/]*\\.netdev" | while IFS= read -r path; do
    setting "$1/files$path" NetDev Name
  done
}

# Names of the interfaces that systemd-networkd configures by the files of a folder, patterns apart.
configured_of() {
  paths_of "$1" "$networkd/[^/]*\\.network" | while IFS= read -r path; do
    setting "$1/files$path" Match Name | grep -v '[][*?! ]' || true
  done
}

# Names of all interfaces that have a file.
interfaces_of() {
  {
    devices_of "$1"
    configured_of "$1"
  } | sort -u
}

# Interfaces that a device is on top of, as the files of a folder say.
carriers_of() {
  paths_of "$1" "$networkd/[^/]*\\.network" | while IFS= read -r path; do
    if grep -qxE "(VLAN|VXLAN|MACVLAN|MACVTAP|IPVLAN|IPVTAP|Tunnel|MACsec)=$2" "$1/files$path"; then
      setting "$1/files$path" Match Name
    fi
  done
}

# Ports of a bridge that are not devices of a folder: guests.
guests_on() {
  devices_of "$2" > "$work/ports"
  find "/sys/class/net/$1/brif" -mindepth 1 2> /dev/null | sed 's|.*/||' | sort | grep -vxF -f "$work/ports" |
    while IFS= read -r port; do
      # NICs of the host have hardware, or a file.
      [ -e "/sys/class/net/$port/device" ] || in_list "$work/known" "$port" || printf '%s ' "$port"
    done
}

delete_device() {
  if [ -e "/sys/class/net/$1" ]; then
    ip link delete dev "$1" || [ ! -e "/sys/class/net/$1" ]
  fi
}

# systemd-networkd leaves an interface without a file as it is: in its bridge.
release_interfaces() {
  interfaces_of "$to" > "$work/interfaces"
  devices_of "$from" > "$work/own"
  interfaces_of "$from" | while IFS= read -r name; do
    master=$(readlink "/sys/class/net/$name/master" | sed 's|.*/||')
    if ! in_list "$work/interfaces" "$name" && in_list "$work/own" "$master"; then
      ip link set dev "$name" nomaster
    fi
  done
}

delete_devices_that_go() {
  interfaces_of "$from" > "$work/known"
  devices_of "$to" > "$work/stay"
  {
    devices_of "$from"
    cat "$work/left"
  } | sort -u | while IFS= read -r device; do
    if in_list "$work/stay" "$device"; then
      continue
    fi
    guests=$(guests_on "$device" "$from")
    if [ -n "$guests" ]; then
      printf '%s\n' "$device" >> "$to/left"
      say "$device stays while there are ports of others on it: $guests"
    else
      delete_device "$device"
    fi
  done
}

# systemd-networkd does not change a device that it has made: those that guests are not on are made anew.
delete_devices_that_change() {
  : > "$work/remade"
  { grep "^$networkd/.*\.netdev\$" "$work/changed" || true; } | while IFS= read -r path; do
    device=$(setting "$to/files$path" NetDev Name)
    if [ "$(setting "$to/files$path" NetDev Kind)" = bridge ]; then
      if [ -e "/sys/class/net/$device" ]; then
        say "$device is a bridge: what has changed in $path is used when it is made anew, at the next start of the host"
      fi
    else
      delete_device "$device"
      printf '%s\n' "$device" >> "$work/remade"
    fi
  done
}

# What is in the way of an interface, or nothing once it is as its files say.
whats_wrong_with() {
  # shellcheck disable=SC2046 # words: index, name, type, operational and setup state
  set -- "$1" $(networkctl --no-pager --no-legend list "$1" 2> /dev/null || true)
  case "${6:-missing} ${5:-}" in
    missing*) echo "there is none" ;;
    configured*) ;;
    # A device that is only made.
    unmanaged*) ! in_list "$work/configured" "$1" || printf '%s, %s\n' "$6" "$5" ;;
    # Of a bridge that has no guests yet, or an uplink without a cable.
    configuring\ no-carrier | configuring\ off) ;;
    *) printf '%s, %s\n' "$6" "$5" ;;
  esac
}

# systemd-networkd does not try again by itself.
mend_interface() {
  if [ -e "/sys/class/net/$1" ]; then
    # It failed for want of what was there a moment later, such as its bridge.
    networkctl reconfigure "$1"
    return
  fi
  networkctl reload
  # Devices on top of an interface are made when that is configured.
  carriers_of "$to" "$1" | while IFS= read -r carrier; do
    networkctl reconfigure "$carrier" || true
  done
}

wait_for_interfaces() {
  interfaces_of "$to" > "$work/interfaces"
  devices_of "$to" > "$work/devices"
  configured_of "$to" > "$work/configured"
  : > "$work/mended"
  began=$(date +%s)
  while :; do
    while IFS= read -r name; do
      wrong=$(whats_wrong_with "$name")
      [ -z "$wrong" ] || printf '%s: %s\n' "$name" "$wrong"
    done < "$work/interfaces" > "$work/wrong"
    if [ ! -s "$work/wrong" ]; then
      return
    fi
    sed -n 's/: \(there is none\|failed,\).*//p' "$work/wrong" | while IFS= read -r name; do
      if ! in_list "$work/mended" "$name"; then
        printf '%s\n' "$name" >> "$work/mended"
        mend_interface "$name"
      fi
    done
    waited=$(($(date +%s) - began))
    if [ "$waited" -ge "$configured_within" ]; then
      break
    elif sed -n 's/: there is none$//p' "$work/wrong" | grep -qvxF -f "$work/devices"; then
      # What no file makes does not come.
      break
    elif [ "$waited" -ge "$there_within" ] && grep -qE ': (there is none|failed)' "$work/wrong"; then
      break
    fi
    sleep 1
  done
  cut -d : -f 1 "$work/wrong" | while IFS= read -r name; do
    if [ -e "/sys/class/net/$name" ]; then
      networkctl --no-pager --full status "$name" >&2 || true
    else
      complaints | grep -F "$name: " | tail -n 3 >&2 || true
    fi
  done
  fail "interfaces are not as their files say:
$(sed 's/^/  /' "$work/wrong")"
}

# What systemd-networkd leaves out of a file it only writes to its log.
complaints() {
  journalctl --sync 2> /dev/null || true
  journalctl --quiet --no-pager --output=cat --unit=systemd-networkd --priority=warning "$@" || true
}

check_files_were_understood() {
  paths_of "$to" "$networkd/.*" > "$work/files"
  complaints ${cursor:+--after-cursor="$cursor"} |
    grep -F -f "$work/files" | grep -E 'ignoring|Failed' | sort -u > "$work/ignored" || true
  [ ! -s "$work/ignored" ] || fail "systemd-networkd does not understand all of the files:
$(sed 's/^/  /' "$work/ignored")"
}

reload_networkd() {
  verb=reload
  if touches '^/etc/systemd/networkd\.conf'; then
    verb=restart
  fi
  # What a device on top of an interface was once is not forgotten otherwise, and it would be made as that again.
  { grep "^$networkd/.*\.netdev\$" "$work/changed" "$work/gone" || true; } | sed 's/^[^:]*://' > "$work/netdevs"
  while IFS= read -r path; do
    device=$(setting "$from/files$path" NetDev Name)
    if [ -n "$(carriers_of "$from" "$device")$(carriers_of "$to" "$device")" ]; then
      verb=restart
    fi
  done < "$work/netdevs"
  if [ "$verb" = restart ]; then
    systemctl restart systemd-networkd
  else
    networkctl reload
  fi
}

configure_interfaces() {
  : > "$work/remade"
  if touches "^$networkd/.*\.(netdev|network)\$|^/etc/systemd/networkd\.conf" || [ -s "$work/left" ]; then
    if ! systemctl --quiet is-active systemd-networkd; then
      [ -z "$(interfaces_of "$to")" ] ||
        fail "systemd-networkd does not run on this host, and it is what makes interfaces of the files: systemctl enable --now systemd-networkd"
      delete_devices_that_go
      return
    fi
    cursor=$(complaints --lines=0 --show-cursor | sed -n 's/^ *-- cursor: //p')
    delete_devices_that_change
    reload_networkd
    check_files_were_understood
    # Not before: what is in a bridge that goes would be put in it again.
    release_interfaces
    delete_devices_that_go
    wait_for_interfaces
  else
    wait_for_interfaces
  fi
}

# --- Routing, by FRR.

configure_routing() {
  if ! touches '^/etc/frr/'; then
    return
  fi
  if command -v vtysh > /dev/null && [ -f /etc/frr/frr.conf ]; then
    vtysh --dryrun --inputfile /etc/frr/frr.conf >&2 || fail "FRR does not understand /etc/frr/frr.conf"
  fi
  if ! systemctl --quiet is-active frr; then
    if [ -z "$(paths_of "$to" '/etc/frr/.*')" ]; then
      return
    fi
    systemctl enable --quiet --now frr || fail "FRR does not start, or is not installed: see journalctl --unit=frr"
  elif touches '^/etc/frr/daemons$'; then
    systemctl restart frr || fail "FRR does not start: see journalctl --unit=frr"
  else
    # Without frr-reload.py, a package of its own, it can't be reloaded.
    systemctl reload frr || systemctl restart frr || fail "FRR does not take its files: see journalctl --unit=frr"
  fi
  systemctl --quiet is-active frr || fail "FRR has ended: see journalctl --unit=frr"
}

# --- From one state to another. Each run is a process of its own, so that it ends where something fails.

# With a third argument it goes on where something fails, as far as it can.
switch() {
  from=$state/$1
  to=$state/$2
  try=${3:-}
  cat "$from/left" "$to/left" 2> /dev/null | sort -u > "$work/left"
  rm -f "$to/left"
  compare
  $try stop_units_that_go
  move_files
  if [ -n "$root" ]; then
    units_of "$to" | while IFS= read -r unit; do
      systemctl --root="$root" enable --quiet "$unit"
    done
  else
    $try set_links
    $try configure_interfaces
    $try load_modules
    $try set_sysctls
    $try start_units
    $try configure_routing
  fi
  check_files
}

try() {
  ("$@") || printf '%s\n' "$1" >> "$work/undone"
}

go_back() {
  if sh "$state/current/install.sh" switch "$owner" next current try > "$work/back" 2>&1; then
    say "what was there before is back"
  else
    cat "$work/back" >&2
    say "the files that were there before are back, and not all is as they say"
  fi
  rm -rf "$state/next" "$state/current/sysctl-before"
}

# Copies what is to be on the host.
prepare() {
  mkdir -p "$state/$2"
  cp -R "$1/manifest" "$1/install.sh" "$state/$2/"
  if [ -d "$1/files" ]; then
    cp -R "$1/files" "$state/$2/"
  fi
}

# A folder as `prepare` makes it, without files.
prepare_nothing() {
  mkdir -p "$state/$1"
  cp "$here/install.sh" "$state/$1/"
  printf 'virtuned 1 %s\n' "$owner" > "$state/$1/manifest"
}

clear_up() {
  # A folder that was made after another can be in it.
  sed '1!G;h;$!d' "$state/folders" 2> /dev/null | while IFS= read -r folder; do
    rmdir "$root$folder" 2> /dev/null || true
  done
  rm -rf "$state"
  if [ -z "$(find "$root/var/lib/virtuned" -mindepth 1 -type d)" ]; then
    rm -rf "$root/var/lib/virtuned"
  fi
}

run() {
  mkdir -p "$root/var/lib/virtuned"
  if command -v flock > /dev/null; then
    exec 9> "$root/var/lib/virtuned/.lock"
    flock -w 600 9 || fail "another run has not ended in ten minutes"
  fi
  if [ ! -e "$state/current" ]; then
    (umask 077 && mkdir -p "$state")
    if [ -e "$state/previous" ]; then
      mv "$state/previous" "$state/current"
    else
      prepare_nothing current
    fi
  fi
  rm -rf "$state/previous"
  if [ -e "$state/next" ]; then
    say "an earlier run was killed: what was there before it is put back first"
    go_back
  fi
  if [ "$1" = install ]; then
    check_files_are_free
    check_devices_are_free
    (umask 077 && prepare "$here" next)
  else
    prepare_nothing next
  fi
  if ! sh "$state/next/install.sh" switch "$owner" current next; then
    go_back
    exit 1
  fi
  rm -f "$state/next/sysctl-before"
  mv "$state/current" "$state/previous"
  mv "$state/next" "$state/current"
  rm -rf "$state/previous"
  if [ "$1" = remove ]; then
    clear_up
  fi
}

main() {
  if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
    fail "this has to be run as root"
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  case "${1:-install}" in
    switch)
      owner=$2
      state=$root/var/lib/virtuned/$owner
      switch "$3" "$4" "${5:-}"
      [ ! -e "$work/undone" ]
      ;;
    install)
      check_arrived
      owner=$(owner_of "$here")
      state=$root/var/lib/virtuned/$owner
      run install
      say "the files of $owner are on the host"
      ;;
    remove)
      owner=$(owner_of "$here")
      state=$root/var/lib/virtuned/$owner
      if [ -e "$state" ]; then
        run remove
      fi
      say "no files of $owner are on the host"
      ;;
    *) fail "usage: sh $self [remove]" ;;
  esac
}

main "$@"

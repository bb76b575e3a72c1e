import type { Source } from "./practice";

/** The texts that practices cite. */
export const SOURCES = {
  formatDomain: { title: "libvirt: domain XML format", url: "https://libvirt.org/formatdomain.html" },
  formatNetwork: { title: "libvirt: network XML format", url: "https://libvirt.org/formatnetwork.html" },
  formatStorage: {
    title: "libvirt: storage pool and volume XML format",
    url: "https://libvirt.org/formatstorage.html",
  },
  libvirtLogical: {
    title: "libvirt: storage_backend_logical.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/storage/storage_backend_logical.c",
  },
  formatNwfilter: { title: "libvirt: network filters", url: "https://libvirt.org/formatnwfilter.html" },
  rfc4890: {
    title: "RFC 4890: filtering ICMPv6 messages in firewalls",
    url: "https://www.rfc-editor.org/rfc/rfc4890",
  },
  bridgeNetfilter: {
    title: "Linux: bridge-nf-call-iptables",
    url: "https://docs.kernel.org/networking/ip-sysctl.html#proc-sys-net-bridge-variables",
  },
  qemuValidate: {
    title: "libvirt: qemu_validate.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_validate.c",
  },
  domainValidate: {
    title: "libvirt: domain_validate.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/conf/domain_validate.c",
  },
  virtioPmemAddress: { title: "libvirt 9.4.0: news", url: "https://libvirt.org/news.html#v9-4-0-2023-06-01" },
  qemuNvdimm: {
    title: "QEMU: docs/nvdimm.txt",
    url: "https://gitlab.com/qemu-project/qemu/-/blob/master/docs/nvdimm.txt",
  },
  qemuVirtioPmem: {
    title: "QEMU: virtio pmem",
    url: "https://www.qemu.org/docs/master/system/devices/virtio-pmem.html",
  },
  bridgeVlan: { title: "libvirt 11.0.0: news", url: "https://libvirt.org/news.html#v11-0-0-2025-01-15" },
  terraformConnection: {
    title: "Terraform: connections of provisioners",
    url: "https://developer.hashicorp.com/terraform/language/resources/provisioners/connection",
  },
  libvirtProvider: {
    title: "Terraform provider dmacvicar/libvirt",
    url: "https://registry.terraform.io/providers/dmacvicar/libvirt/latest/docs",
  },
  vsphereVm: {
    title: "Terraform provider vmware/vsphere: vsphere_virtual_machine",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/virtual_machine",
  },
  vsphereDvs: {
    title: "Terraform provider vmware/vsphere: vsphere_distributed_virtual_switch",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/distributed_virtual_switch",
  },
  vspherePortGroup: {
    title: "Terraform provider vmware/vsphere: vsphere_distributed_port_group",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/distributed_port_group",
  },
  nova: {
    title: "OpenStack Nova: libvirt driver, network multiqueue",
    url: "https://docs.openstack.org/nova/latest/admin/virtual-machines.html",
  },
  kubevirt: {
    title: "KubeVirt: disks, I/O threads and multiqueue",
    url: "https://kubevirt.io/user-guide/storage/disks_and_volumes/",
  },
  rhelTuning: {
    title: "Red Hat Enterprise Linux: optimizing virtual machine performance",
    url: "https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/configuring_and_managing_virtualization/optimizing-virtual-machine-performance-in-rhel_configuring-and-managing-virtualization",
  },
  virtManager: {
    title: "virt-manager and virt-install: device defaults",
    url: "https://github.com/virt-manager/virt-manager",
  },
  qemuThrottle: {
    title: "QEMU: throttling of disk I/O",
    url: "https://gitlab.com/qemu-project/qemu/-/blob/master/docs/throttle.txt",
  },
  cinderTypes: {
    title: "OpenStack Cinder: volume types and filtering by capabilities",
    url: "https://docs.openstack.org/cinder/latest/admin/multi-backend.html",
  },
  rendezvous: {
    title: "Thaler, Ravishankar: Using name-based mappings to increase hit rates",
    url: "https://doi.org/10.1109/90.663936",
  },
  novaDiskRatio: {
    title: "OpenStack Nova: initial_disk_allocation_ratio",
    url: "https://docs.openstack.org/nova/latest/configuration/config.html#DEFAULT.initial_disk_allocation_ratio",
  },
  raidPenalty: {
    title: "Somasundaram, Shrivastava: Information storage and management, RAID impact on disk performance",
    url: "https://doi.org/10.1002/9781118236048",
  },
  qcow2: {
    title: "QEMU: qcow2 image format",
    url: "https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt",
  },
  storageEncryption: {
    title: "libvirt: storage volume encryption XML format",
    url: "https://libvirt.org/formatstorageencryption.html",
  },
  qemuBlock: {
    title: "QEMU: properties of block devices",
    url: "https://gitlab.com/qemu-project/qemu/-/blob/master/hw/block/block.c",
  },
  cgroupIo: {
    title: "Linux: control groups, I/O",
    url: "https://docs.kernel.org/admin-guide/cgroup-v2.html#io",
  },
  ioUringDisabled: {
    title: "Linux: kernel.io_uring_disabled",
    url: "https://docs.kernel.org/admin-guide/sysctl/kernel.html#io-uring-disabled",
  },
  ieee8021q: { title: "IEEE 802.1Q: VLAN identifiers", url: "https://standards.ieee.org/ieee/802.1Q/10323/" },
  vmwarePerformance: {
    title: "VMware: performance best practices for vSphere",
    url: "https://www.vmware.com/docs/vsphere-esxi-vcenter-server-80U3-performance-best-practices",
  },
  vsphereProvider: {
    title: "Terraform provider vmware/vsphere",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs",
  },
  vsphereNas: {
    title: "Terraform provider vmware/vsphere: vsphere_nas_datastore",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/nas_datastore",
  },
  vsphereVmfs: {
    title: "Terraform provider vmware/vsphere: vsphere_vmfs_datastore",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/vmfs_datastore",
  },
  vsphereDatastoreCluster: {
    title: "Terraform provider vmware/vsphere: vsphere_datastore_cluster",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/datastore_cluster",
  },
  vsphereDrsOverride: {
    title: "Terraform provider vmware/vsphere: vsphere_storage_drs_vm_override",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/storage_drs_vm_override",
  },
  vsphereComputeCluster: {
    title: "Terraform provider vmware/vsphere: vsphere_compute_cluster",
    url: "https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/compute_cluster",
  },
  vmwareStorageDrs: {
    title: "VMware: setting Storage DRS runtime rules",
    url: "https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.resmgmt.doc/GUID-AD2D13CE-539B-48C3-BBC9-E55A834874F0.html",
  },
  vmwareNoIoBalancing: {
    title: "VMware: Storage DRS and what is taken out of it (KB 320864)",
    url: "https://knowledge.broadcom.com/external/article/320864",
  },
  vmwareVsanPolicy: {
    title: "VMware: vSAN policies",
    url: "https://docs.vmware.com/en/VMware-vSphere/8.0/vsan-administration/GUID-08911FD3-2462-4C1C-AE81-0D4DBC8F7990.html",
  },
  vsphereDiskDatastore: {
    title: "Terraform provider vmware/vsphere: issue 1883",
    url: "https://github.com/vmware/terraform-provider-vsphere/issues/1883",
  },
  vsphereApiConfigSpec: {
    title: "vSphere API: VirtualMachineConfigSpec",
    url: "https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.vm.ConfigSpec.html",
  },
  vmwareStaticMac: {
    title: "VMware: VMware OUI in static MAC addresses",
    url: "https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.networking.doc/GUID-ADFECCE5-19E7-4A81-B706-171E279ACBCD.html",
  },
  vmwareBeacon: {
    title: "VMware: what is beacon probing (KB 1005577)",
    url: "https://kb.vmware.com/s/article/1005577",
  },
  vmwareLacp: {
    title: "VMware: limitations of the LACP support on a distributed switch",
    url: "https://docs.vmware.com/en/VMware-vSphere/6.5/com.vmware.vsphere.networking.doc/GUID-3FDE1E96-9217-4FE6-8B76-6E3A64766828.html",
  },
  vmwareIoControl: {
    title: "VMware: bandwidth allocation for system traffic",
    url: "https://docs.vmware.com/en/VMware-vSphere/6.5/com.vmware.vsphere.networking.doc/GUID-E8F17006-45DD-4AE7-9984-BF43952599E5.html",
  },
  vsphereApiIpfix: {
    title: "vSphere API: VMwareIpfixConfig",
    url: "https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.dvs.VmwareDistributedVirtualSwitch.IpfixConfig.html",
  },
  linuxBonding: {
    title: "Linux: bonding driver",
    url: "https://docs.kernel.org/networking/bonding.html",
  },
  ovsDatabase: {
    title: "Open vSwitch: ovs-vswitchd.conf.db(5)",
    url: "https://www.openvswitch.org/support/dist-docs/ovs-vswitchd.conf.db.5.html",
  },
  ovsBonding: { title: "Open vSwitch: bonding", url: "https://docs.openvswitch.org/en/latest/topics/bonding/" },
  systemdNetdev: {
    title: "systemd: systemd.netdev(5)",
    url: "https://www.freedesktop.org/software/systemd/man/latest/systemd.netdev.html",
  },
  systemdNetwork: {
    title: "systemd: systemd.network(5)",
    url: "https://www.freedesktop.org/software/systemd/man/latest/systemd.network.html",
  },
  linuxBridge: { title: "Linux: Ethernet bridging", url: "https://docs.kernel.org/networking/bridge.html" },
  rfc5517: { title: "RFC 5517: private VLANs", url: "https://www.rfc-editor.org/rfc/rfc5517" },
  vmwareTeaming: {
    title: "VMware: load balancing and failover policy",
    url: "https://docs.vmware.com/en/VMware-vSphere/5.5/com.vmware.vsphere.networking.doc/GUID-4D97C749-1FFD-403D-B2AE-0CD0F1C70E2B.html",
  },
  vsphereLag: {
    title: "Terraform provider vmware/vsphere: issue 1246",
    url: "https://github.com/vmware/terraform-provider-vsphere/issues/1246",
  },
  vsphereLacpConflict: {
    title: "Terraform provider vmware/vsphere: issue 2110",
    url: "https://github.com/vmware/terraform-provider-vsphere/issues/2110",
  },
  vsphereLacpPortGroup: {
    title: "Terraform provider vmware/vsphere: pull request 1214",
    url: "https://github.com/vmware/terraform-provider-vsphere/pull/1214",
  },
  vmwareIpHash: {
    title: "VMware: route based on IP hash",
    url: "https://docs.vmware.com/en/VMware-vSphere/6.5/com.vmware.vsphere.networking.doc/GUID-523FDFBD-EAEC-44A5-9451-F63EB792F156.html",
  },
  vmwareRightsizing: {
    title: "VMware: virtual machine vCPU and vNUMA rightsizing",
    url: "https://blogs.vmware.com/performance/2017/03/virtual-machine-vcpu-and-vnuma-rightsizing-rules-of-thumb.html",
  },
  vmwareMultiWriter: {
    title: "VMware: multi-writer flag on shared virtual disks (KB 313527)",
    url: "https://knowledge.broadcom.com/external/article/313527",
  },
  cloudInitVmware: {
    title: "cloud-init: VMware data source",
    url: "https://cloudinit.readthedocs.io/en/latest/reference/datasources/vmware.html",
  },
  cloudInitMultiPart: {
    title: "cloud-init: user data formats, MIME multi-part archive",
    url: "https://cloudinit.readthedocs.io/en/latest/explanation/format.html",
  },
  rhelScheduler: {
    title: "RHEL: setting the disk scheduler",
    url: "https://access.redhat.com/documentation/en-us/red_hat_enterprise_linux/8/html/monitoring_and_managing_system_status_and_performance/setting-the-disk-scheduler_monitoring-and-managing-system-status-and-performance",
  },
  mongodbProduction: {
    title: "MongoDB: production notes, readahead",
    url: "https://www.mongodb.com/docs/manual/administration/production-notes/",
  },
  linuxBlockSysfs: {
    title: "Linux: /sys/block/*/queue",
    url: "https://docs.kernel.org/admin-guide/abi-stable.html#abi-sys-block-disk-queue-nr-requests",
  },
  mount: { title: "mount(8)", url: "https://man7.org/linux/man-pages/man8/mount.8.html" },
  fstrim: { title: "fstrim(8)", url: "https://man7.org/linux/man-pages/man8/fstrim.8.html" },
  blkid: { title: "blkid(8)", url: "https://man7.org/linux/man-pages/man8/blkid.8.html" },
  systemdMount: { title: "systemd.mount(5)", url: "https://man7.org/linux/man-pages/man5/systemd.mount.5.html" },
  ext4: { title: "Linux: ext4", url: "https://docs.kernel.org/admin-guide/ext4.html" },
  rfc6996: {
    title: "RFC 6996: autonomous system reservation for private use",
    url: "https://www.rfc-editor.org/rfc/rfc6996",
  },
  rfc7938: { title: "RFC 7938: BGP in large-scale data centers", url: "https://www.rfc-editor.org/rfc/rfc7938" },
  rfc3021: {
    title: "RFC 3021: 31-bit prefixes on point-to-point links",
    url: "https://www.rfc-editor.org/rfc/rfc3021",
  },
  rfc8212: { title: "RFC 8212: default external BGP route propagation", url: "https://www.rfc-editor.org/rfc/rfc8212" },
  frrBgp: { title: "FRR: BGP", url: "https://docs.frrouting.org/en/latest/bgp.html" },
  frrIpv6Vtep: { title: "FRR: issue 5885", url: "https://github.com/FRRouting/frr/issues/5885" },
  ipSysctl: { title: "Linux: IP sysctl", url: "https://docs.kernel.org/networking/ip-sysctl.html" },
  juniperOversubscription: {
    title: "Juniper validated design: front-end fabric topology",
    url: "https://www.juniper.net/documentation/us/en/software/jvd/jvd-ai-dc-inference-apstra-amd/frontend_fabric_topology.html",
  },
  rfc7348: { title: "RFC 7348: VXLAN", url: "https://www.rfc-editor.org/rfc/rfc7348" },
  systemdLink: {
    title: "systemd.link: [Link] and [SR-IOV]",
    url: "https://www.freedesktop.org/software/systemd/man/252/systemd.link.html",
  },
  kernelParameters: {
    title: "Linux: kernel parameters",
    url: "https://docs.kernel.org/admin-guide/kernel-parameters.html",
  },
  ipLink: { title: "ip-link(8)", url: "https://man7.org/linux/man-pages/man8/ip-link.8.html" },
  virtio: {
    title: "OASIS: virtio 1.2, network device",
    url: "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html",
  },
  vmwareSriov: {
    title: "VMware: SR-IOV support",
    url: "https://docs.vmware.com/en/VMware-vSphere/6.5/com.vmware.vsphere.networking.doc/GUID-E8E8D7B2-FE67-4B4F-921F-C3D6D7223869.html",
  },
  vmwareSriovVfs: {
    title: "VMware: number of available virtual functions",
    url: "https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.networking.doc/GUID-DA8506CE-7813-4B4C-BE14-9B42C36637BA.html",
  },
  vmwareCoalescing: {
    title: "VMware: virtual network interrupt coalescing",
    url: "https://docs.vmware.com/en/VMware-Cloud-on-AWS/services/vmc-aws-performance/GUID-E1BD6A18-02F3-4CF8-A77B-A45E7C48EB93.html",
  },
  vmOperator: { title: "VMware: VM Operator, vmxnet3 settings", url: "https://github.com/vmware-tanzu/vm-operator" },
  htb: {
    title: "Linux: tc-htb(8), hierarchical token bucket",
    url: "https://man7.org/linux/man-pages/man8/tc-htb.8.html",
  },
  linuxVxlan: { title: "Linux: VXLAN", url: "https://docs.kernel.org/networking/vxlan.html" },
  linuxVxlanDriver: {
    title: "Linux: drivers/net/vxlan/vxlan_core.c",
    url: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/drivers/net/vxlan/vxlan_core.c",
  },
  frrEvpn: { title: "FRR: EVPN", url: "https://docs.frrouting.org/en/latest/evpn.html" },
  neutronMtu: {
    title: "OpenStack Neutron: MTU considerations",
    url: "https://docs.openstack.org/neutron/latest/admin/config-mtu.html",
  },
  bandwidth: {
    title: "libvirt: virnetdevbandwidth.c and virnetdevopenvswitch.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/util/virnetdevbandwidth.c",
  },
  vmwareShaping: {
    title: "VMware: traffic shaping of distributed port groups",
    url: "https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.networking.doc/GUID-964F5A21-0B53-468A-8A05-B71AA91F8A31.html",
  },
  vmwareNicAllocation: {
    title: "VMware: bandwidth allocation of virtual machine network adapters",
    url: "https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.networking.doc/GUID-C3313EF6-AF3E-42A9-A251-02839BD11871.html",
  },
  rfc9543: { title: "RFC 9543: network slices", url: "https://www.rfc-editor.org/rfc/rfc9543" },
  systemdPersistentNames: {
    title: "systemd: rules of persistent storage names",
    url: "https://github.com/systemd/systemd/blob/main/rules.d/60-persistent-storage.rules",
  },
  rfc3721: { title: "RFC 3721: iSCSI naming and discovery", url: "https://www.rfc-editor.org/rfc/rfc3721" },
  multipathConf: {
    title: "multipath-tools: multipath.conf(5)",
    url: "https://manpages.debian.org/bookworm/multipath-tools/multipath.conf.5.en.html",
  },
  nfs: { title: "Linux: nfs(5)", url: "https://man7.org/linux/man-pages/man5/nfs.5.html" },
  lvm: { title: "LVM: lvm(8)", url: "https://man7.org/linux/man-pages/man8/lvm.8.html" },
  lvmVdo: { title: "LVM: lvmvdo(7)", url: "https://man7.org/linux/man-pages/man7/lvmvdo.7.html" },
  lvmCache: { title: "LVM: lvmcache(7)", url: "https://man7.org/linux/man-pages/man7/lvmcache.7.html" },
  zfsTuning: {
    title: "OpenZFS: workload tuning",
    url: "https://openzfs.github.io/openzfs-docs/Performance%20and%20Tuning/Workload%20Tuning.html",
  },
  s3fs: { title: "s3fs: limitations", url: "https://github.com/s3fs-fuse/s3fs-fuse#limitations" },
  nvmeMultipath: {
    title: "Linux: NVMe multipath",
    url: "https://docs.kernel.org/admin-guide/nvme-multipath.html",
  },
  openIscsi: { title: "Open-iSCSI: README", url: "https://github.com/open-iscsi/open-iscsi/blob/master/README" },
} as const satisfies Record<string, Source>;

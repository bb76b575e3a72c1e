import type { Source } from "./practice";

/** The texts that practices cite. */
export const SOURCES = {
  formatDomain: { title: "libvirt: domain XML format", url: "https://libvirt.org/formatdomain.html" },
  formatNetwork: { title: "libvirt: network XML format", url: "https://libvirt.org/formatnetwork.html" },
  formatStorage: {
    title: "libvirt: storage pool and volume XML format",
    url: "https://libvirt.org/formatstorage.html",
  },
  formatNwfilter: { title: "libvirt: network filters", url: "https://libvirt.org/formatnwfilter.html" },
  qemuValidate: {
    title: "libvirt: qemu_validate.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_validate.c",
  },
  domainValidate: {
    title: "libvirt: domain_validate.c",
    url: "https://gitlab.com/libvirt/libvirt/-/blob/master/src/conf/domain_validate.c",
  },
  bridgeVlan: { title: "libvirt 11.0.0: news", url: "https://libvirt.org/news.html#v11-0-0-2025-01-15" },
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
  rfc6996: {
    title: "RFC 6996: autonomous system reservation for private use",
    url: "https://www.rfc-editor.org/rfc/rfc6996",
  },
} as const satisfies Record<string, Source>;

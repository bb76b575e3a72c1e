import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** An empty disk of 1 MiB, as `qemu-img convert -O vmdk -o subformat=streamOptimized` makes it, compressed. */
const DISK = [
  "H4sIAAAAAAACA+3Su2/TUBQHYEMXdCU2YIDFSmci8lAShgyUFIEQArVVO5v40lrNS7apGib+dJwHEnQHCfF9Ho59f75Xx0d+P/lw",
  "fpAkyUFzJQ+Sre+7ktzb10f7mtxPksf726fJ7+8mIX0Yfm7gn3GYTorqOp3EaloWq3pZvilmMdzEsiqWi3EnvH43GQ8Ho5dZL47C",
  "Kivjot4sfdkL0zJmdTxbr+K4VdXNw/zjqi7mxbeYt0I4TI9v62ZLmu/Pbw4NJxdp90V/lJ5+enVyepy2inl2GZ/nTRud9s08v97u",
  "O7uK+86yOkuPsiqGw8nkKIQ8/9y+Kcr6azZ7e3G+6zMdp61+axtdxuU81uW6PV3PikXe5Juweye8ilm+DTqDO0kVp80Qttmgt8uy",
  "PFvVsdx842a5yONuvV4uZ9UvHXQ7/WF/1Bv0h63gxwIAAAAAAAAAAOCPemIEAAD/lWdGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADAX/QD8Df3PAAAAQA=",
].join("");

/** Writes an OVF for Debian, with one disk on a SCSI controller and one NIC. */
export function writeOvf(folder: string): string {
  const disk = gunzipSync(Buffer.from(DISK, "base64"));
  writeFileSync(join(folder, "image-disk1.vmdk"), disk);
  const file = join(folder, "image.ovf");
  writeFileSync(file, ovf(disk.length));
  return file;
}

function ovf(diskBytes: number): string {
  const item = (parts: Record<string, string>) =>
    `<Item>${Object.entries(parts)
      .map(([name, value]) => `<rasd:${name}>${value}</rasd:${name}>`)
      .join("")}</Item>`;
  const rasd = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData";
  const vssd = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData";
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="${rasd}" xmlns:vssd="${vssd}" xmlns:vmw="http://www.vmware.com/schema/ovf">
<References><File ovf:id="file1" ovf:href="image-disk1.vmdk" ovf:size="${diskBytes}"/></References>
<DiskSection><Info>Disks</Info><Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="2" ovf:capacityAllocationUnits="byte * 2^30" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/></DiskSection>
<NetworkSection><Info>Networks</Info><Network ovf:name="VM Network"><Description>VM Network</Description></Network></NetworkSection>
<VirtualSystem ovf:id="image"><Info>Image</Info>
<OperatingSystemSection ovf:id="96" vmw:osType="debian12_64Guest"><Info>System</Info></OperatingSystemSection>
<VirtualHardwareSection><Info>Hardware</Info>
<System><vssd:ElementName>Hardware</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemType>vmx-19</vssd:VirtualSystemType></System>
${[
  item({ ElementName: "CPU", InstanceID: "1", ResourceType: "3", VirtualQuantity: "1" }),
  item({
    AllocationUnits: "byte * 2^20",
    ElementName: "Memory",
    InstanceID: "2",
    ResourceType: "4",
    VirtualQuantity: "1024",
  }),
  item({
    Address: "0",
    ElementName: "SCSI",
    InstanceID: "3",
    ResourceSubType: "VirtualSCSI",
    ResourceType: "6",
  }),
  item({
    AddressOnParent: "0",
    ElementName: "Disk",
    HostResource: "ovf:/disk/disk1",
    InstanceID: "4",
    Parent: "3",
    ResourceType: "17",
  }),
  item({
    AddressOnParent: "7",
    AutomaticAllocation: "true",
    Connection: "VM Network",
    ElementName: "NIC",
    InstanceID: "5",
    ResourceSubType: "VmxNet3",
    ResourceType: "10",
  }),
].join("\n")}
</VirtualHardwareSection></VirtualSystem></Envelope>
`;
}

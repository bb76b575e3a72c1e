import type { GuestReport } from "../../../lab";
import { formatReport, formatSize } from "../../../lab/report/format";
import { consoleLogIn, parseReports } from "../../../lab/report/parse";

const REPORT: GuestReport = {
  reason: "boot",
  bootId: "6156b3ca-d111-4aaa-949a-1aed50180788",
  uptimeSeconds: 5.55,
  hostname: "orders-db",
  kernel: "6.1.0-56-cloud-amd64",
  commandLine: "console=ttyS0 quiet",
  firmware: "efi",
  secureBoot: true,
  cpus: 4,
  memoryBytes: 228233216,
  nics: [
    {
      name: "eth0",
      mac: "52:54:00:f8:a1:e5",
      driver: "virtio_net",
      pci: "0000:01:00.0",
      mtu: 9000,
      rxQueues: 4,
      txQueues: 4,
      addresses: ["192.168.77.36/24"],
    },
  ],
  disks: [
    {
      name: "sda",
      bus: "virtio-scsi",
      pci: "0000:02:00.0",
      hctl: "0:0:0:0",
      sizeBytes: 1073741824,
      serial: "DATA-1",
      hardwareQueues: 4,
      scheduler: "none",
      queueDepth: 64,
      requests: 256,
      logicalBlockBytes: 512,
      physicalBlockBytes: 512,
      discardMaxBytes: 1073741824,
      rotational: true,
      writeCache: "write back",
      readOnly: false,
      removable: false,
    },
  ],
  seed: { device: "sr0", userDataSha256: "cda9ecb0", metaDataSha256: null, networkConfigSha256: null },
};

describe("parseReports", () => {
  const line = (report: GuestReport) => `VIRTUNED-REPORT ${JSON.stringify(report)}`;

  it("finds reports on a console with boot messages, carriage returns and a prompt", () => {
    const later: GuestReport = { ...REPORT, reason: "devices", uptimeSeconds: 9 };
    const console = `SeaBIOS\r\n\r\n${line(REPORT)}\r\n/ # ${line(later)}\r\n`;
    expect(parseReports(console)).toEqual([REPORT, later]);
  });

  it("leaves out a line that is not written to its end yet", () => {
    expect(parseReports(`${line(REPORT)}\r\n${line(REPORT).slice(0, 100)}`)).toEqual([REPORT]);
  });

  it("finds none on a console without any", () => {
    expect(parseReports("")).toEqual([]);
  });
});

describe("consoleLogIn", () => {
  it("finds the log of a serial port", () => {
    const xml = `<devices><serial type='pty'><source path='/dev/pts/3'/>
      <log file='/var/log/libvirt/qemu/a&amp;b-console.log' append='off'/><target port='0'/></serial></devices>`;
    expect(consoleLogIn(xml)).toBe("/var/log/libvirt/qemu/a&b-console.log");
  });

  it("takes a serial port that writes to a file", () => {
    expect(consoleLogIn(`<serial type="file"><source path="/tmp/a.log" append="on"/><target port="0"/></serial>`)).toBe(
      "/tmp/a.log",
    );
  });

  it("finds none where the console is not logged", () => {
    expect(
      consoleLogIn(`<serial type='pty'><source path='/dev/pts/3'/></serial><channel><log file='/x'/></channel>`),
    ).toBe(undefined);
  });
});

describe("formatReport", () => {
  it("reads as a summary and two tables", () => {
    expect(formatReport(REPORT)).toMatchInlineSnapshot(`
"orders-db: 4 CPUs, 217.7 MiB of memory, EFI with Secure Boot, Linux 6.1.0-56-cloud-amd64
reported 5.55 s after the kernel started (boot)
command line: console=ttyS0 quiet
cloud-init disk: sr0, user-data cda9ecb0

nic   mac                driver      pci           mtu   rx/tx queues  addresses
eth0  52:54:00:f8:a1:e5  virtio_net  0000:01:00.0  9000  4/4           192.168.77.36/24

disk  bus          address  size   serial  queues  depth  requests  scheduler  discard   cache       kind
sda   virtio-scsi  0:0:0:0  1 GiB  DATA-1  4       64     256       none       to 1 GiB  write back  rotational"
`);
  });

  it("says so where a guest has no NIC and no disk", () => {
    expect(formatReport({ ...REPORT, nics: [], disks: [] })).toMatch(/no NICs\n\nno disks$/);
  });
});

describe("formatSize", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [1073741824, "1 GiB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

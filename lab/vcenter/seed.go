package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// virtualFunctions is what each seeded NIC offers for SR-IOV.
const virtualFunctions = 8

// seedHosts gives each host physical NICs of its own, with SR-IOV on; the simulator's hosts share one list of one
// or two.
func seedHosts(ctx *reqContext, pnics int) {
	for n, o := range ctx.Map.All("HostSystem") {
		host := o.(*simulator.HostSystem)
		network := *host.Config.Network
		passthrough := slices.Clone(host.Config.PciPassthruInfo)
		network.Pnic = slices.Clone(network.Pnic)[:min(pnics, len(network.Pnic))]
		for i := len(network.Pnic); i < pnics; i++ {
			device, pci := fmt.Sprintf("vmnic%d", i), fmt.Sprintf("0000:%02x:00.0", 16+i)
			network.Pnic = append(network.Pnic, types.PhysicalNic{
				Key: "key-vim.host.PhysicalNic-" + device, Device: device, Driver: "ixgben",
				Pci: pci, Mac: fmt.Sprintf("00:50:56:00:%02x:%02x", n, i),
				LinkSpeed: &types.PhysicalNicLinkInfo{SpeedMb: 10000, Duplex: true},
			})
			passthrough = append(passthrough, &types.HostSriovInfo{
				HostPciPassthruInfo: types.HostPciPassthruInfo{Id: pci, DependentDevice: pci, PassthruCapable: true},
				SriovCapable:        true, SriovEnabled: true, SriovActive: true,
				NumVirtualFunction: virtualFunctions, NumVirtualFunctionRequested: virtualFunctions, MaxVirtualFunctionSupported: virtualFunctions,
			})
		}
		host.Config.PciPassthruInfo = passthrough
		network.ProxySwitch = slices.Clone(network.ProxySwitch)
		host.Config.Network = &network
		seedVsan(ctx, host)
	}
}

// seedTemplate makes a template machine through the API, as its user would: one disk on a paravirtual SCSI
// controller, one vmxnet3 NIC.
func seedTemplate(u *url.URL, name string) error {
	ctx := context.Background()
	client, err := govmomi.NewClient(ctx, u, true)
	if err != nil {
		return err
	}
	defer func() { _ = client.Logout(ctx) }()
	finder := find.NewFinder(client.Client)
	dc, err := finder.Datacenter(ctx, "DC0")
	if err != nil {
		return err
	}
	finder.SetDatacenter(dc)
	folders, err := dc.Folders(ctx)
	if err != nil {
		return err
	}
	pool, err := finder.ResourcePool(ctx, "DC0_C0/Resources")
	if err != nil {
		return err
	}
	network, err := finder.Network(ctx, "VM Network")
	if err != nil {
		return err
	}
	backing, err := network.EthernetCardBackingInfo(ctx)
	if err != nil {
		return err
	}
	nic, err := object.EthernetCardTypes().CreateEthernetCard("vmxnet3", backing)
	if err != nil {
		return err
	}
	scsi := &types.ParaVirtualSCSIController{VirtualSCSIController: types.VirtualSCSIController{
		SharedBus:         types.VirtualSCSISharingNoSharing,
		VirtualController: types.VirtualController{VirtualDevice: types.VirtualDevice{Key: 1000}},
	}}
	disk := &types.VirtualDisk{
		VirtualDevice: types.VirtualDevice{Key: -1, ControllerKey: 1000, UnitNumber: ptr(int32(0)), Backing: &types.VirtualDiskFlatVer2BackingInfo{
			DiskMode: "persistent", ThinProvisioned: ptr(true),
			VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: "[LocalDS_0]"},
		}},
		CapacityInKB: 8 << 20, CapacityInBytes: 8 << 30,
	}
	spec := types.VirtualMachineConfigSpec{
		Name: name, GuestId: "debian12_64Guest", NumCPUs: 1, MemoryMB: 1024, Firmware: "efi",
		Files: &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
	}
	for _, d := range []types.BaseVirtualDevice{scsi, disk, nic} {
		change := &types.VirtualDeviceConfigSpec{Operation: "add", Device: d}
		if d == types.BaseVirtualDevice(disk) {
			change.FileOperation = "create"
		}
		spec.DeviceChange = append(spec.DeviceChange, change)
	}
	task, err := folders.VmFolder.CreateVM(ctx, spec, pool, nil)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return err
	}
	return object.NewVirtualMachine(client.Client, info.Result.(ref)).MarkAsTemplate(ctx)
}

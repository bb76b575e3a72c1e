package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// ownLuns is what the simulator's hosts have, which share one list.
var ownLuns = slices.Clone(esx.HostStorageDeviceInfo.ScsiLun)

// seedLuns gives the hosts LUNs that they share and nothing is on: naa.60000000000000000000000000000001, ...
func seedLuns(luns int) {
	esx.HostStorageDeviceInfo.ScsiLun = slices.Clone(ownLuns)
	for i := range luns {
		name := fmt.Sprintf("naa.6%031x", i+1)
		esx.HostStorageDeviceInfo.ScsiLun = append(esx.HostStorageDeviceInfo.ScsiLun, &types.HostScsiDisk{
			ScsiLun: types.ScsiLun{
				HostDevice: types.HostDevice{DeviceName: devices + name, DeviceType: "disk"},
				Key:        "key-vim.host.ScsiDisk-" + name, Uuid: "02000000" + name[4:],
				CanonicalName: name, DisplayName: name, LunType: "disk", OperationalState: []string{"ok"},
			},
			Capacity:   types.HostDiskDimensionsLba{BlockSize: 512, Block: 1 << 31},
			DevicePath: devices + name, Ssd: ptr(false), LocalDisk: ptr(false),
		})
	}
}

const devices = "/vmfs/devices/disks/"

// freeLuns are those that no datastore is on. The one that the simulator's hosts begin with is where they start from.
func freeLuns(ctx *reqContext) []types.HostScsiDisk {
	var out []types.HostScsiDisk
	for _, lun := range esx.HostStorageDeviceInfo.ScsiLun {
		if disk, ok := lun.(*types.HostScsiDisk); ok && disk.LocalDisk != nil && !*disk.LocalDisk && !used(ctx, disk.CanonicalName) {
			out = append(out, *disk)
		}
	}
	return out
}

func used(ctx *reqContext, lun string) bool {
	for _, o := range ctx.Map.All("Datastore") {
		if info, ok := o.(*simulator.Datastore).Info.(*types.VmfsDatastoreInfo); ok &&
			slices.ContainsFunc(info.Vmfs.Extent, func(e types.HostScsiDiskPartition) bool { return e.DiskName == lun }) {
			return true
		}
	}
	return false
}

func freeLun(ctx *reqContext, path string) *types.HostScsiDisk {
	luns := freeLuns(ctx)
	if i := slices.IndexFunc(luns, func(d types.HostScsiDisk) bool { return d.DevicePath == path }); i >= 0 {
		return &luns[i]
	}
	return nil
}

func (d *datastoreSystem) QueryAvailableDisksForVmfs(ctx *reqContext, _ *types.QueryAvailableDisksForVmfs) soap.HasFault {
	return &methods.QueryAvailableDisksForVmfsBody{Res: &types.QueryAvailableDisksForVmfsResponse{Returnval: freeLuns(ctx)}}
}

// wholeDisk is the option of a datastore that takes a LUN as it is.
func wholeDisk(spec types.BaseVmfsDatastoreSpec) []types.VmfsDatastoreOption {
	return []types.VmfsDatastoreOption{{Info: &types.VmfsDatastoreAllExtentOption{}, Spec: spec}}
}

func partitionOf(lun *types.HostScsiDisk) types.HostScsiDiskPartition {
	return types.HostScsiDiskPartition{DiskName: lun.CanonicalName, Partition: 1}
}

func (d *datastoreSystem) QueryVmfsDatastoreCreateOptions(ctx *reqContext, req *types.QueryVmfsDatastoreCreateOptions) soap.HasFault {
	body := &methods.QueryVmfsDatastoreCreateOptionsBody{}
	lun := freeLun(ctx, req.DevicePath)
	if lun == nil {
		body.Fault_ = simulator.Fault("", &types.NotFound{})
		return body
	}
	body.Res = &types.QueryVmfsDatastoreCreateOptionsResponse{Returnval: wholeDisk(&types.VmfsDatastoreCreateSpec{
		VmfsDatastoreSpec: types.VmfsDatastoreSpec{DiskUuid: lun.Uuid},
		Vmfs:              types.HostVmfsSpec{Extent: partitionOf(lun), MajorVersion: 6},
	})}
	return body
}

// CreateVmfsDatastore makes a datastore that all hosts of the cluster see, as they do a shared LUN's.
func (d *datastoreSystem) CreateVmfsDatastore(ctx *reqContext, req *types.CreateVmfsDatastore) soap.HasFault {
	body := &methods.CreateVmfsDatastoreBody{}
	spec := req.Spec.Vmfs
	if freeLun(ctx, devices+spec.Extent.DiskName) == nil {
		body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "spec.vmfs.extent"})
		return body
	}
	dir := filepath.Join(nasRoot, spec.VolumeName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		body.Fault_ = simulator.Fault(err.Error(), &types.PlatformConfigFault{Text: err.Error()})
		return body
	}
	r := d.CreateLocalDatastore(ctx, &types.CreateLocalDatastore{Name: spec.VolumeName, Path: dir}).(*methods.CreateLocalDatastoreBody)
	if r.Res == nil {
		body.Fault_ = r.Fault_
		return body
	}
	ds := ctx.Map.Get(r.Res.Returnval).(*simulator.Datastore)
	ds.Summary.Type = string(types.HostFileSystemVolumeFileSystemTypeVMFS)
	ds.Info = &types.VmfsDatastoreInfo{
		DatastoreInfo: *ds.Info.GetDatastoreInfo(),
		Vmfs: &types.HostVmfsVolume{
			HostFileSystemVolume: types.HostFileSystemVolume{Type: ds.Summary.Type, Name: spec.VolumeName},
			MajorVersion:         spec.MajorVersion, BlockSizeMb: 1, Version: "6.82", Uuid: uuid.NewString(),
			Extent: []types.HostScsiDiskPartition{spec.Extent},
		},
	}
	for _, h := range hostsOf(ctx, d.Host.Self) {
		if h != d.Host.Self {
			host := ctx.Map.Get(h).(*simulator.HostSystem)
			other := &datastoreSystem{ctx.Map.Get(*host.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem)}
			other.mount(ctx, ds, string(types.HostMountModeReadWrite))
		}
	}
	body.Res = &types.CreateVmfsDatastoreResponse{Returnval: ds.Self}
	return body
}

func (d *datastoreSystem) QueryVmfsDatastoreExtendOptions(ctx *reqContext, req *types.QueryVmfsDatastoreExtendOptions) soap.HasFault {
	body := &methods.QueryVmfsDatastoreExtendOptionsBody{}
	lun := freeLun(ctx, req.DevicePath)
	if lun == nil {
		body.Fault_ = simulator.Fault("", &types.NotFound{})
		return body
	}
	body.Res = &types.QueryVmfsDatastoreExtendOptionsResponse{Returnval: wholeDisk(&types.VmfsDatastoreExtendSpec{
		VmfsDatastoreSpec: types.VmfsDatastoreSpec{DiskUuid: lun.Uuid},
		Extent:            []types.HostScsiDiskPartition{partitionOf(lun)},
	})}
	return body
}

func (d *datastoreSystem) ExtendVmfsDatastore(ctx *reqContext, req *types.ExtendVmfsDatastore) soap.HasFault {
	body := &methods.ExtendVmfsDatastoreBody{}
	ds, ok := ctx.Map.Get(req.Datastore).(*simulator.Datastore)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Datastore})
		return body
	}
	info := ds.Info.(*types.VmfsDatastoreInfo)
	for _, extent := range req.Spec.Extent {
		if used(ctx, extent.DiskName) {
			body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "spec.extent"})
			return body
		}
	}
	info.Vmfs.Extent = append(info.Vmfs.Extent, req.Spec.Extent...)
	body.Res = &types.ExtendVmfsDatastoreResponse{Returnval: ds.Self}
	return body
}

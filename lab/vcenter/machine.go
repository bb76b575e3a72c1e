package main

import (
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type machine struct {
	*simulator.VirtualMachine
}

func (f *folder) CreateVMTask(ctx *reqContext, req *types.CreateVM_Task) soap.HasFault {
	task := runTask(ctx, f.Folder, "createVm", func() (types.AnyType, types.BaseMethodFault) {
		if req.Host == nil {
			var path object.DatastorePath
			if req.Config.Files != nil {
				path.FromString(req.Config.Files.VmPathName)
			}
			req.Host = pickHost(ctx, req.Pool, path.Datastore, req.Config.DeviceChange)
		}
		var res types.AnyType
		var fault types.BaseMethodFault
		ignoringMembers(ctx, req.Host, req.Config.DeviceChange, func() {
			res, fault = waitTask(ctx, f.Folder.CreateVMTask(ctx, req).(*methods.CreateVM_TaskBody).Res.Returnval)
		})
		if fault != nil {
			return nil, fault
		}
		settle(ctx, res.(ref), &req.Config)
		return res, nil
	})
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{Returnval: task}}
}

// CloneVMTask places the clone in the pool that was asked for; the simulator's method leaves it on the source's
// host and forgets the firmware.
func (v *machine) CloneVMTask(ctx *reqContext, req *types.CloneVM_Task) soap.HasFault {
	task := runTask(ctx, v.VirtualMachine, "cloneVm", func() (types.AnyType, types.BaseMethodFault) {
		changes := req.Spec.Location.DeviceChange
		if req.Spec.Config != nil {
			changes = append(changes[:len(changes):len(changes)], req.Spec.Config.DeviceChange...)
		}
		location := &req.Spec.Location
		if location.Host == nil && location.Pool != nil {
			datastore := ""
			if location.Datastore != nil {
				datastore = ctx.Map.Get(*location.Datastore).(*simulator.Datastore).Name
			}
			location.Host = pickHost(ctx, *location.Pool, datastore, changes)
		}
		var res types.AnyType
		var fault types.BaseMethodFault
		ignoringMembers(ctx, location.Host, changes, func() {
			r := v.VirtualMachine.CloneVMTask(ctx, req).(*methods.CloneVM_TaskBody)
			if r.Fault_ != nil {
				fault = &types.InvalidArgument{InvalidProperty: "folder"}
				return
			}
			res, fault = waitTask(ctx, r.Res.Returnval)
		})
		if fault != nil {
			return nil, fault
		}
		clone := ctx.Map.Get(res.(ref)).(*simulator.VirtualMachine)
		clone.Config.Firmware = v.Config.Firmware
		settle(ctx, clone.Self, &types.VirtualMachineConfigSpec{VmProfile: location.Profile, DeviceChange: changes})
		if req.Spec.Config != nil {
			settle(ctx, clone.Self, req.Spec.Config)
		}
		return res, nil
	})
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: task}}
}

func (v *machine) ReconfigVMTask(ctx *reqContext, req *types.ReconfigVM_Task) soap.HasFault {
	task := runTask(ctx, v.VirtualMachine, "reconfigVm", func() (types.AnyType, types.BaseMethodFault) {
		var fault types.BaseMethodFault
		ignoringMembers(ctx, v.Runtime.Host, req.Spec.DeviceChange, func() {
			_, fault = waitTask(ctx, v.VirtualMachine.ReconfigVMTask(ctx, req).(*methods.ReconfigVM_TaskBody).Res.Returnval)
		})
		if fault == nil {
			settle(ctx, v.Self, &req.Spec)
		}
		return nil, fault
	})
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: task}}
}

// settle keeps what the simulator's methods leave out of a machine's new configuration.
func settle(ctx *reqContext, vm ref, spec *types.VirtualMachineConfigSpec) {
	cfg := ctx.Map.Get(vm).(*simulator.VirtualMachine).Config
	if spec.SwapPlacement != "" {
		cfg.SwapPlacement = spec.SwapPlacement
	} else if cfg.SwapPlacement == "" {
		cfg.SwapPlacement = "inherit"
	}
	if spec.VPMCEnabled != nil {
		cfg.VPMCEnabled = spec.VPMCEnabled
	}
	for _, d := range cfg.Hardware.Device {
		if disk, ok := d.(*types.VirtualDisk); ok && disk.StorageIOAllocation != nil && disk.StorageIOAllocation.Shares != nil {
			if shares := disk.StorageIOAllocation.Shares; ioShares[shares.Level] != 0 {
				shares.Shares = ioShares[shares.Level]
			}
		}
	}
	associate(vm, spec)
}

// ioShares are the counts behind the levels of a disk's I/O, which vCenter fills in.
var ioShares = map[types.SharesLevel]int32{types.SharesLevelLow: 500, types.SharesLevelNormal: 1000, types.SharesLevelHigh: 2000}

// UpgradeVMTask succeeds at once where there is nothing to upgrade, powered on or not. The provider asks for it
// on every update, since the simulator's config options do not tell a machine's present version.
func (v *machine) UpgradeVMTask(ctx *reqContext, req *types.UpgradeVM_Task) soap.HasFault {
	task := runTask(ctx, v.VirtualMachine, "upgradeVm", func() (types.AnyType, types.BaseMethodFault) {
		if req.Version == v.Config.Version {
			return nil, nil
		}
		_, fault := waitTask(ctx, v.VirtualMachine.UpgradeVMTask(ctx, req).(*methods.UpgradeVM_TaskBody).Res.Returnval)
		if _, same := fault.(*types.AlreadyUpgradedFault); same {
			fault = nil
		}
		return nil, fault
	})
	return &methods.UpgradeVM_TaskBody{Res: &types.UpgradeVM_TaskResponse{Returnval: task}}
}

package main

import (
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
		res, fault := waitTask(ctx, f.Folder.CreateVMTask(ctx, req).(*methods.CreateVM_TaskBody).Res.Returnval)
		if fault != nil {
			return nil, fault
		}
		fillMachine(ctx.Map.Get(res.(ref)).(*simulator.VirtualMachine), &req.Config)
		return res, nil
	})
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{Returnval: task}}
}

// fillMachine sets what vCenter reports of a machine and the simulator leaves empty.
func fillMachine(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) {
	if spec.SwapPlacement != "" {
		vm.Config.SwapPlacement = spec.SwapPlacement
	} else if vm.Config.SwapPlacement == "" {
		vm.Config.SwapPlacement = "inherit"
	}
}

// UpgradeVMTask succeeds where there is nothing to upgrade: the provider upgrades on every update.
func (v *machine) UpgradeVMTask(ctx *reqContext, req *types.UpgradeVM_Task) soap.HasFault {
	task := runTask(ctx, v.VirtualMachine, "upgradeVm", func() (types.AnyType, types.BaseMethodFault) {
		_, fault := waitTask(ctx, v.VirtualMachine.UpgradeVMTask(ctx, req).(*methods.UpgradeVM_TaskBody).Res.Returnval)
		if _, same := fault.(*types.AlreadyUpgradedFault); same {
			fault = nil
		}
		return nil, fault
	})
	return &methods.UpgradeVM_TaskBody{Res: &types.UpgradeVM_TaskResponse{Returnval: task}}
}

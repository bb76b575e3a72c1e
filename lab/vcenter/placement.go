package main

import (
	"fmt"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// placements remembers how to carry out the recommendations that were given.
var placements = struct {
	sync.Mutex
	byKey map[string]func(*reqContext) (types.AnyType, types.BaseMethodFault)
}{byKey: map[string]func(*reqContext) (types.AnyType, types.BaseMethodFault){}}

func (m *storageManager) RecommendDatastores(ctx *reqContext, req *types.RecommendDatastores) soap.HasFault {
	r := m.StorageResourceManager.RecommendDatastores(ctx, req).(*methods.RecommendDatastoresBody)
	if r.Res == nil {
		return r
	}
	placements.Lock()
	defer placements.Unlock()
	for i := range r.Res.Returnval.Recommendations {
		rec := &r.Res.Returnval.Recommendations[i]
		rec.Key = uuid.NewString()
		dest := rec.Action[0].(*types.StoragePlacementAction).Destination
		placements.byKey[rec.Key] = func(ctx *reqContext) (types.AnyType, types.BaseMethodFault) {
			return place(ctx, &req.StorageSpec, dest)
		}
	}
	return r
}

func place(ctx *reqContext, spec *types.StoragePlacementSpec, dest ref) (types.AnyType, types.BaseMethodFault) {
	if spec.Type != "create" {
		return nil, &types.NotSupported{}
	}
	path := fmt.Sprintf("[%s]", ctx.Map.Get(dest).(*simulator.Datastore).Name)
	spec.ConfigSpec.Files = &types.VirtualMachineFileInfo{VmPathName: path}
	for _, change := range spec.ConfigSpec.DeviceChange {
		if disk, ok := change.GetVirtualDeviceConfigSpec().Device.(*types.VirtualDisk); ok {
			if b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
				b.GetVirtualDeviceFileBackingInfo().FileName = path
				b.GetVirtualDeviceFileBackingInfo().Datastore = &dest
			}
		}
	}
	f := &folder{ctx.Map.Get(*spec.Folder).(*simulator.Folder)}
	create := f.CreateVMTask(ctx, &types.CreateVM_Task{This: f.Self, Config: *spec.ConfigSpec, Pool: *spec.ResourcePool, Host: spec.Host})
	res, fault := waitTask(ctx, create.(*methods.CreateVM_TaskBody).Res.Returnval)
	if fault != nil {
		return nil, fault
	}
	return types.ApplyStorageRecommendationResult{Vm: ptr(res.(ref))}, nil
}

func (m *storageManager) ApplyStorageDrsRecommendationTask(ctx *reqContext, req *types.ApplyStorageDrsRecommendation_Task) soap.HasFault {
	task := runTask(ctx, m.StorageResourceManager, "applyRecommendation", func() (types.AnyType, types.BaseMethodFault) {
		placements.Lock()
		carryOut := placements.byKey[req.Key[0]]
		delete(placements.byKey, req.Key[0])
		placements.Unlock()
		if carryOut == nil {
			return nil, &types.InvalidArgument{InvalidProperty: "key"}
		}
		return carryOut(ctx)
	})
	return &methods.ApplyStorageDrsRecommendation_TaskBody{Res: &types.ApplyStorageDrsRecommendation_TaskResponse{Returnval: task}}
}

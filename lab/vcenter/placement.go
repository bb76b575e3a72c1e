package main

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type placement struct {
	spec types.StoragePlacementSpec
	dest ref
}

// placements are the recommendations given and not yet applied.
var placements = struct {
	sync.Mutex
	byKey map[string]placement
}{byKey: map[string]placement{}}

// RecommendDatastores recommends the datastores of the cluster, the one with most free space first.
func (m *storageManager) RecommendDatastores(ctx *reqContext, req *types.RecommendDatastores) soap.HasFault {
	body := &methods.RecommendDatastoresBody{}
	selection := req.StorageSpec.PodSelectionSpec
	target := selection.StoragePod
	if target == nil && len(selection.InitialVmConfig) != 0 {
		target = &selection.InitialVmConfig[0].StoragePod
	}
	var pod *simulator.StoragePod
	if target != nil {
		pod, _ = ctx.Map.Get(*target).(*simulator.StoragePod)
	}
	if pod == nil {
		body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "podSelectionSpec.storagePod"})
		return body
	}
	free := func(r ref) int64 { return ctx.Map.Get(r).(*simulator.Datastore).Summary.FreeSpace }
	datastores := slices.SortedStableFunc(slices.Values(pod.ChildEntity), func(a, b ref) int { return cmp.Compare(free(b), free(a)) })

	body.Res = &types.RecommendDatastoresResponse{}
	placements.Lock()
	defer placements.Unlock()
	for i, ds := range datastores {
		key := uuid.NewString()
		placements.byKey[key] = placement{req.StorageSpec, ds}
		body.Res.Returnval.Recommendations = append(body.Res.Returnval.Recommendations, types.ClusterRecommendation{
			Key: key, Type: "V1", Time: time.Now(), Rating: int32(max(1, 5-i)), Target: &pod.Self,
			Reason: "storagePlacement", ReasonText: "Satisfy storage initial placement requests",
			Action: []types.BaseClusterAction{&types.StoragePlacementAction{
				ClusterAction: types.ClusterAction{Type: "StoragePlacementV1"}, Destination: ds,
				RelocateSpec: types.VirtualMachineRelocateSpec{Datastore: &ds},
			}},
		})
	}
	return body
}

func (m *storageManager) ApplyStorageDrsRecommendationTask(ctx *reqContext, req *types.ApplyStorageDrsRecommendation_Task) soap.HasFault {
	task := runTask(ctx, m.StorageResourceManager, "applyRecommendation", func() (types.AnyType, types.BaseMethodFault) {
		placements.Lock()
		p, known := placements.byKey[req.Key[0]]
		delete(placements.byKey, req.Key[0])
		placements.Unlock()
		if !known {
			return nil, &types.InvalidArgument{InvalidProperty: "key"}
		}
		return p.apply(ctx)
	})
	return &methods.ApplyStorageDrsRecommendation_TaskBody{Res: &types.ApplyStorageDrsRecommendation_TaskResponse{Returnval: task}}
}

func (p placement) apply(ctx *reqContext) (types.AnyType, types.BaseMethodFault) {
	path := fmt.Sprintf("[%s]", ctx.Map.Get(p.dest).(*simulator.Datastore).Name)
	var vm *machine
	if p.spec.Vm != nil {
		vm = &machine{ctx.Map.Get(*p.spec.Vm).(*simulator.VirtualMachine)}
	}
	var task ref
	switch types.StoragePlacementSpecPlacementType(p.spec.Type) {
	case types.StoragePlacementSpecPlacementTypeCreate:
		p.spec.ConfigSpec.Files = &types.VirtualMachineFileInfo{VmPathName: path}
		p.placeDisks(path)
		f := &folder{ctx.Map.Get(*p.spec.Folder).(*simulator.Folder)}
		task = f.CreateVMTask(ctx, &types.CreateVM_Task{
			This: f.Self, Config: *p.spec.ConfigSpec, Pool: *p.spec.ResourcePool, Host: p.spec.Host,
		}).(*methods.CreateVM_TaskBody).Res.Returnval
	case types.StoragePlacementSpecPlacementTypeClone:
		p.spec.CloneSpec.Location.Datastore = &p.dest
		task = vm.CloneVMTask(ctx, &types.CloneVM_Task{
			This: vm.Self, Folder: *p.spec.Folder, Name: p.spec.CloneName, Spec: *p.spec.CloneSpec,
		}).(*methods.CloneVM_TaskBody).Res.Returnval
	case types.StoragePlacementSpecPlacementTypeReconfigure:
		p.placeDisks(path)
		task = vm.ReconfigVMTask(ctx, &types.ReconfigVM_Task{This: vm.Self, Spec: *p.spec.ConfigSpec}).(*methods.ReconfigVM_TaskBody).Res.Returnval
	case types.StoragePlacementSpecPlacementTypeRelocate:
		p.spec.RelocateSpec.Datastore = &p.dest
		task = vm.RelocateVMTask(ctx, &types.RelocateVM_Task{This: vm.Self, Spec: *p.spec.RelocateSpec}).(*methods.RelocateVM_TaskBody).Res.Returnval
	default:
		return nil, &types.NotSupported{}
	}
	res, fault := waitTask(ctx, task)
	if fault != nil {
		return nil, fault
	}
	out := types.ApplyStorageRecommendationResult{}
	if made, ok := res.(ref); ok {
		out.Vm = &made
	}
	return out, nil
}

// placeDisks puts the disks that are to be made on the chosen datastore.
func (p placement) placeDisks(path string) {
	for _, change := range p.spec.ConfigSpec.DeviceChange {
		spec := change.GetVirtualDeviceConfigSpec()
		if disk, ok := spec.Device.(*types.VirtualDisk); ok && spec.FileOperation == types.VirtualDeviceConfigSpecFileOperationCreate {
			if b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
				b.GetVirtualDeviceFileBackingInfo().FileName = path
				b.GetVirtualDeviceFileBackingInfo().Datastore = &p.dest
			}
		}
	}
}

package main

import (
	"slices"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// storagePod is a datastore cluster.
type storagePod struct {
	*simulator.StoragePod
}

// storageManager configures Storage DRS (here) and places machines (placement.go).
type storageManager struct {
	*simulator.StorageResourceManager
}

func (f *folder) CreateStoragePod(ctx *reqContext, req *types.CreateStoragePod) soap.HasFault {
	r := f.Folder.CreateStoragePod(ctx, req).(*methods.CreateStoragePodBody)
	if r.Res != nil {
		pod := ctx.Map.Get(r.Res.Returnval).(*simulator.StoragePod)
		pod.Summary.Name = req.Name
		pod.PodStorageDrsEntry.StorageDrsConfig.PodConfig = types.StorageDrsPodConfigInfo{
			DefaultVmBehavior: "manual", LoadBalanceInterval: 480, DefaultIntraVmAffinity: ptr(true),
			SpaceLoadBalanceConfig: &types.StorageDrsSpaceLoadBalanceConfig{
				SpaceThresholdMode: "utilization", SpaceUtilizationThreshold: 80, FreeSpaceThresholdGB: 50, MinSpaceUtilizationDifference: 5,
			},
			IoLoadBalanceConfig: &types.StorageDrsIoLoadBalanceConfig{
				ReservablePercentThreshold: 60, ReservableThresholdMode: "automated", IoLatencyThreshold: 15, IoLoadImbalanceThreshold: 5,
			},
			AutomationOverrides: &types.StorageDrsAutomationConfig{},
		}
	}
	return r
}

func (m *storageManager) ConfigureStorageDrsForPodTask(ctx *reqContext, req *types.ConfigureStorageDrsForPod_Task) soap.HasFault {
	task := runTask(ctx, m.StorageResourceManager, "configureStorageDrsForPod", func() (types.AnyType, types.BaseMethodFault) {
		pod, ok := ctx.Map.Get(req.Pod).(*simulator.StoragePod)
		if !ok {
			return nil, &types.ManagedObjectNotFound{Obj: req.Pod}
		}
		drs := &pod.PodStorageDrsEntry.StorageDrsConfig
		if spec := req.Spec.PodConfigSpec; spec != nil {
			merge(&drs.PodConfig, spec)
			setRules(&drs.PodConfig, spec.Rule)
			setOptions(&drs.PodConfig, spec.Option)
		}
		setOverrides(drs, req.Spec.VmConfigSpec)
		return nil, nil
	})
	return &methods.ConfigureStorageDrsForPod_TaskBody{Res: &types.ConfigureStorageDrsForPod_TaskResponse{Returnval: task}}
}

func setRules(cfg *types.StorageDrsPodConfigInfo, specs []types.ClusterRuleSpec) {
	for _, spec := range specs {
		last := int32(0)
		cfg.Rule = slices.DeleteFunc(slices.Clone(cfg.Rule), func(old types.BaseClusterRuleInfo) bool {
			key := old.GetClusterRuleInfo().Key
			last = max(last, key)
			return spec.Operation == "remove" && spec.RemoveKey == any(key) || spec.Operation == "edit" && spec.Info.GetClusterRuleInfo().Key == key
		})
		if spec.Operation == "remove" {
			continue
		}
		rule := spec.Info.GetClusterRuleInfo()
		if rule.Key == 0 {
			rule.Key = last + 1
		}
		rule.Enabled = ptr(rule.Enabled == nil || *rule.Enabled)
		rule.RuleUuid = uuid.NewString()
		cfg.Rule = append(cfg.Rule, spec.Info)
	}
}

func setOptions(cfg *types.StorageDrsPodConfigInfo, specs []types.StorageDrsOptionSpec) {
	for _, spec := range specs {
		key := spec.RemoveKey
		if spec.Option != nil {
			key = spec.Option.GetOptionValue().Key
		}
		cfg.Option = slices.DeleteFunc(slices.Clone(cfg.Option), func(old types.BaseOptionValue) bool { return any(old.GetOptionValue().Key) == key })
		if spec.Operation != "remove" {
			cfg.Option = append(cfg.Option, spec.Option)
		}
	}
}

// setOverrides keeps the settings of single machines.
func setOverrides(drs *types.StorageDrsConfigInfo, specs []types.StorageDrsVmConfigSpec) {
	for _, spec := range specs {
		key := spec.RemoveKey
		if spec.Info != nil {
			key = *spec.Info.Vm
		}
		drs.VmConfig = slices.DeleteFunc(slices.Clone(drs.VmConfig), func(old types.StorageDrsVmConfigInfo) bool { return any(*old.Vm) == key })
		if spec.Operation != "remove" {
			drs.VmConfig = append(drs.VmConfig, *spec.Info)
		}
	}
}

func (p *storagePod) RenameTask(ctx *reqContext, req *types.Rename_Task) soap.HasFault {
	p.Summary.Name = req.NewName
	return simulator.RenameTask(ctx, p.StoragePod, req)
}

func (p *storagePod) DestroyTask(ctx *reqContext, _ *types.Destroy_Task) soap.HasFault {
	task := runTask(ctx, p.StoragePod, "destroy", func() (types.AnyType, types.BaseMethodFault) {
		if len(p.ChildEntity) != 0 {
			return nil, &types.ResourceInUse{Type: "StoragePod", Name: p.Name}
		}
		detach(ctx, p.StoragePod)
		ctx.Map.Remove(ctx, p.Self)
		return nil, nil
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}

func (p *storagePod) MoveIntoFolderTask(ctx *reqContext, req *types.MoveIntoFolder_Task) soap.HasFault {
	task := runTask(ctx, p.StoragePod, "moveIntoFolder", func() (types.AnyType, types.BaseMethodFault) {
		if slices.ContainsFunc(req.List, func(r ref) bool { return r.Type != "Datastore" }) {
			return nil, &types.NotSupported{}
		}
		return nil, move(ctx, p.StoragePod, &p.ChildEntity, req.List)
	})
	return &methods.MoveIntoFolder_TaskBody{Res: &types.MoveIntoFolder_TaskResponse{Returnval: task}}
}

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type cluster struct {
	*simulator.ClusterComputeResource
}

// ReconfigureComputeResourceTask keeps the whole spec; the simulator's method keeps rules and few other fields.
func (c *cluster) ReconfigureComputeResourceTask(ctx *reqContext, req *types.ReconfigureComputeResource_Task) soap.HasFault {
	task := runTask(ctx, c.ClusterComputeResource, "reconfigureComputeResource", func() (types.AnyType, types.BaseMethodFault) {
		r := c.ClusterComputeResource.ReconfigureComputeResourceTask(ctx, req).(*methods.ReconfigureComputeResource_TaskBody)
		res, fault := waitTask(ctx, r.Res.Returnval)
		if spec, ok := req.Spec.(*types.ClusterConfigSpecEx); ok && fault == nil {
			c.configure(spec)
		}
		return res, fault
	})
	return &methods.ReconfigureComputeResource_TaskBody{Res: &types.ReconfigureComputeResource_TaskResponse{Returnval: task}}
}

func (c *cluster) configure(spec *types.ClusterConfigSpecEx) {
	cfg := c.ConfigurationEx.(*types.ClusterConfigInfoEx)
	if spec.DasConfig != nil {
		merge(&cfg.DasConfig, spec.DasConfig)
	}
	if spec.DrsConfig != nil {
		merge(&cfg.DrsConfig, spec.DrsConfig)
	}
	if spec.DpmConfig != nil {
		if cfg.DpmConfigInfo == nil {
			cfg.DpmConfigInfo = &types.ClusterDpmConfigInfo{}
		}
		merge(cfg.DpmConfigInfo, spec.DpmConfig)
	}
	if cfg.Orchestration == nil {
		cfg.Orchestration = &types.ClusterOrchestrationInfo{DefaultVmReadiness: &types.ClusterVmReadiness{ReadyCondition: "none"}}
	}
	if o := spec.Orchestration; o != nil && o.DefaultVmReadiness != nil {
		cfg.Orchestration.DefaultVmReadiness = o.DefaultVmReadiness
	}
	if cfg.ProactiveDrsConfig == nil {
		cfg.ProactiveDrsConfig = &types.ClusterProactiveDrsConfigInfo{Enabled: ptr(false)}
	}
	if spec.ProactiveDrsConfig != nil {
		cfg.ProactiveDrsConfig = spec.ProactiveDrsConfig
	}
	if cfg.InfraUpdateHaConfig == nil {
		cfg.InfraUpdateHaConfig = &types.ClusterInfraUpdateHaConfigInfo{
			Enabled: ptr(false), Behavior: "Manual", ModerateRemediation: "QuarantineMode", SevereRemediation: "QuarantineMode",
		}
	}
	if spec.InfraUpdateHaConfig != nil {
		cfg.InfraUpdateHaConfig = spec.InfraUpdateHaConfig
	}
}

func (c *cluster) DestroyTask(ctx *reqContext, _ *types.Destroy_Task) soap.HasFault {
	task := runTask(ctx, c.ClusterComputeResource, "destroy", func() (types.AnyType, types.BaseMethodFault) {
		if len(c.Host) != 0 {
			return nil, &types.ResourceInUse{Type: "ClusterComputeResource", Name: c.Name}
		}
		detach(ctx, c.ClusterComputeResource)
		ctx.Map.Remove(ctx, *c.ResourcePool)
		ctx.Map.Remove(ctx, c.Self)
		return nil, nil
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type pool struct {
	*simulator.ResourcePool
}

// CreateResourcePool keeps scaleDescendantsShares as asked: the simulator's method takes it from a template,
// which the provider would plan away.
func (p *pool) CreateResourcePool(ctx *reqContext, req *types.CreateResourcePool) soap.HasFault {
	r := p.ResourcePool.CreateResourcePool(ctx, req).(*methods.CreateResourcePoolBody)
	if r.Res != nil {
		ctx.Map.Get(r.Res.Returnval).(*simulator.ResourcePool).Config.ScaleDescendantsShares = req.Spec.ScaleDescendantsShares
	}
	return r
}

// MoveIntoResourcePool moves machines and pools, within a cluster or from another.
func (p *pool) MoveIntoResourcePool(ctx *reqContext, req *types.MoveIntoResourcePool) soap.HasFault {
	body := &methods.MoveIntoResourcePoolBody{}
	for _, r := range req.List {
		switch x := ctx.Map.Get(r).(type) {
		case *simulator.VirtualMachine:
			(&machine{x}).setPool(ctx, p.Self)
		case *simulator.ResourcePool:
			if old, ok := ctx.Map.Get(*x.Parent).(*simulator.ResourcePool); ok {
				dropRef(&old.ResourcePool.ResourcePool, r)
			}
			p.ResourcePool.ResourcePool.ResourcePool = append(p.ResourcePool.ResourcePool.ResourcePool, r)
			ctx.Update(mo.Reference(x), []types.PropertyChange{{Name: "parent", Val: &p.Self}})
		default:
			body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "list"})
			return body
		}
	}
	body.Res = &types.MoveIntoResourcePoolResponse{}
	return body
}

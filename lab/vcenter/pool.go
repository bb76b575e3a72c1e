package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
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

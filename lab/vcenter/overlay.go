package main

import (
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// overlay puts our objects before the simulator's. The simulator asserts the concrete types of what stands in
// its registry, so ours, which embed them, go into the registry of each session, where method calls look first.
type overlay struct {
	mu       sync.Mutex
	sessions map[*simulator.Registry]bool
}

func installOverlay(r *simulator.Registry) {
	o := &overlay{sessions: map[*simulator.Registry]bool{}}
	r.Handler = o.handle
	r.AddHandler(o)
}

func (o *overlay) handle(ctx *reqContext, m *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if ctx.Session == nil || ctx.Session.Registry == nil {
		return nil, nil
	}
	wrapped := wrap(ctx.Map.Get(m.This))
	if wrapped == nil {
		return nil, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	session := ctx.Session.Registry
	o.sessions[session] = true
	if session.Get(m.This) == nil {
		session.Put(wrapped)
	}
	return nil, nil
}

func (o *overlay) Reference() ref                                                 { return ref{Type: "Lab", Value: "overlay"} }
func (o *overlay) PutObject(*reqContext, mo.Reference)                            {}
func (o *overlay) UpdateObject(*reqContext, mo.Reference, []types.PropertyChange) {}

func (o *overlay) RemoveObject(ctx *reqContext, gone ref) {
	if gone.Type == "VirtualMachine" {
		forgetPolicies(gone)
	}
	if wrap(ctx.Map.Get(gone)) == nil {
		return // also keeps clear of Logout, which calls here holding its session's registry
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for session := range o.sessions {
		if session.Get(gone) != nil {
			session.Remove(ctx, gone)
		}
	}
}

func wrap(o mo.Reference) mo.Reference {
	switch x := o.(type) {
	case *simulator.DistributedVirtualSwitchManager:
		return &switchManager{x}
	case *simulator.DistributedVirtualSwitch:
		return &vdSwitch{x}
	case *simulator.DistributedVirtualPortgroup:
		return &portGroup{x}
	case *simulator.Folder:
		return &folder{x}
	case *simulator.ResourcePool:
		return &pool{x}
	case *simulator.VirtualMachine:
		return &machine{x}
	case *simulator.ClusterComputeResource:
		return &cluster{x}
	case *simulator.StoragePod:
		return &storagePod{x}
	case *simulator.StorageResourceManager:
		return &storageManager{x}
	case *simulator.HostDatastoreBrowser:
		return &datastoreBrowser{x}
	case *simulator.HostNetworkSystem:
		return &hostNetwork{x}
	case *simulator.HostVirtualNicManager:
		return &vnicManager{x}
	case *simulator.HostDatastoreSystem:
		return &datastoreSystem{x}
	}
	return nil
}

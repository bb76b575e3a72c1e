package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
)

func ptr[T any](v T) *T { return &v }

func dropRef(list *[]ref, r ref) { simulator.RemoveReference(list, r) }

func datacenterOf(ctx *reqContext, e mo.Entity) *simulator.Datacenter {
	for p := e.Entity().Parent; p != nil; {
		o := ctx.Map.Get(*p).(mo.Entity)
		if dc, ok := o.(*simulator.Datacenter); ok {
			return dc
		}
		p = o.Entity().Parent
	}
	return nil
}

// attach puts a new entity into a folder.
func attach(ctx *reqContext, f *mo.Folder, o mo.Entity) {
	f.ChildEntity = append(f.ChildEntity, o.Reference())
	ctx.Map.PutEntity(f, o)
}

// detach takes an entity out of its folder or datastore cluster.
func detach(ctx *reqContext, o mo.Entity) {
	switch p := ctx.Map.Get(*o.Entity().Parent).(type) {
	case *simulator.Folder:
		ctx.Map.RemoveReference(ctx, p, &p.ChildEntity, o.Reference())
	case *simulator.StoragePod:
		ctx.Map.RemoveReference(ctx, p, &p.ChildEntity, o.Reference())
	}
}

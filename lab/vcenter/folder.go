package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// folder makes switches (switch.go), machines (machine.go) and datastore clusters (storagepod.go).
type folder struct {
	*simulator.Folder
}

// MoveIntoFolderTask takes datastores out of datastore clusters, which the simulator's method can't.
func (f *folder) MoveIntoFolderTask(ctx *reqContext, req *types.MoveIntoFolder_Task) soap.HasFault {
	for _, r := range req.List {
		if o, ok := ctx.Map.Get(r).(mo.Entity); ok && o.Entity().Parent.Type == "StoragePod" {
			task := runTask(ctx, f.Folder, "moveIntoFolder", func() (types.AnyType, types.BaseMethodFault) {
				return nil, move(ctx, f.Folder, &f.ChildEntity, req.List)
			})
			return &methods.MoveIntoFolder_TaskBody{Res: &types.MoveIntoFolder_TaskResponse{Returnval: task}}
		}
	}
	return f.Folder.MoveIntoFolderTask(ctx, req)
}

// move is for folders and datastore clusters; children is the target's list.
func move(ctx *reqContext, to mo.Entity, children *[]ref, refs []ref) types.BaseMethodFault {
	for _, r := range refs {
		o, ok := ctx.Map.Get(r).(mo.Entity)
		if !ok {
			return &types.ManagedObjectNotFound{Obj: r}
		}
		detach(ctx, o)
		*children = append(*children, r)
		parent := to.Reference()
		ctx.Update(o, []types.PropertyChange{{Name: "parent", Val: &parent}})
	}
	return nil
}

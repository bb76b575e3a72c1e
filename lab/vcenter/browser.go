package main

import (
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vmdk"
)

type datastoreBrowser struct {
	*simulator.HostDatastoreBrowser
}

// SearchDatastoreTask tells the size of virtual disks, which the simulator's method leaves out.
func (b *datastoreBrowser) SearchDatastoreTask(ctx *reqContext, req *types.SearchDatastore_Task) soap.HasFault {
	task := runTask(ctx, b.HostDatastoreBrowser, "searchDatastore", func() (types.AnyType, types.BaseMethodFault) {
		res, fault := waitTask(ctx, b.HostDatastoreBrowser.SearchDatastoreTask(ctx, req).(*methods.SearchDatastore_TaskBody).Res.Returnval)
		if found, ok := res.(types.HostDatastoreBrowserSearchResults); ok {
			fillSizes(ctx, &found)
		}
		return res, fault
	})
	return &methods.SearchDatastore_TaskBody{Res: &types.SearchDatastore_TaskResponse{Returnval: task}}
}

func fillSizes(ctx *reqContext, found *types.HostDatastoreBrowserSearchResults) {
	var dir object.DatastorePath
	dir.FromString(found.FolderPath)
	for _, f := range found.File {
		disk, ok := f.(*types.VmDiskFileInfo)
		if !ok {
			continue
		}
		file, err := os.Open(filepath.Join(datastoreNamed(ctx, dir.Datastore).Summary.Url, dir.Path, disk.Path))
		if err != nil {
			continue
		}
		if d, err := vmdk.ParseDescriptor(file); err == nil {
			disk.CapacityKb = d.Capacity() / 1024
		}
		_ = file.Close()
	}
}

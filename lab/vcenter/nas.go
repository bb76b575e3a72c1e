package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type datastoreSystem struct {
	*simulator.HostDatastoreSystem
}

// nasRoot holds a directory for each datastore that is made: the simulator keeps the files of machines for real.
var nasRoot = filepath.Join(os.TempDir(), "vcenter-nas-"+strconv.Itoa(os.Getpid()))

func (d *datastoreSystem) CreateNasDatastore(ctx *reqContext, req *types.CreateNasDatastore) soap.HasFault {
	name, spec := req.Spec.LocalPath, req.Spec
	if len(spec.RemoteHostNames) == 0 {
		spec.RemoteHostNames = []string{spec.RemoteHost}
	}
	if e := ctx.Map.FindByName(name, d.Datastore); e != nil {
		return &methods.CreateNasDatastoreBody{Fault_: simulator.Fault("", &types.DuplicateName{Name: name, Object: e.Reference()})}
	}
	for _, o := range ctx.Map.All("Datastore") { // a further host mounts the same export
		ds := o.(*simulator.Datastore)
		if nas, ok := ds.Info.(*types.NasDatastoreInfo); ok && ds.Name == name && nas.Nas.RemotePath == spec.RemotePath && nas.Nas.RemoteHost == spec.RemoteHost {
			d.mount(ctx, ds, spec.AccessMode)
			return &methods.CreateNasDatastoreBody{Res: &types.CreateNasDatastoreResponse{Returnval: ds.Self}}
		}
	}
	dir := filepath.Join(nasRoot, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &methods.CreateNasDatastoreBody{Fault_: simulator.Fault(err.Error(), &types.PlatformConfigFault{Text: err.Error()})}
	}
	req.Spec.LocalPath = dir // where the simulator's method looks for files
	r := d.HostDatastoreSystem.CreateNasDatastore(ctx, req).(*methods.CreateNasDatastoreBody)
	if r.Res != nil {
		ds := ctx.Map.Get(r.Res.Returnval).(*simulator.Datastore)
		nas := ds.Info.(*types.NasDatastoreInfo).Nas
		nas.Name, nas.RemoteHostNames, nas.SecurityType, nas.ProtocolEndpoint = name, spec.RemoteHostNames, spec.SecurityType, ptr(false)
		ds.Host[0].MountInfo.AccessMode = spec.AccessMode
		ds.Summary.MultipleHostAccess = ptr(false)
	}
	return r
}

func (d *datastoreSystem) mount(ctx *reqContext, ds *simulator.Datastore, mode string) {
	ds.Host = append(ds.Host, types.DatastoreHostMount{
		Key: d.Host.Self, MountInfo: types.HostMountInfo{AccessMode: mode, Mounted: ptr(true), Accessible: ptr(true)},
	})
	d.Datastore = append(d.Datastore, ds.Self)
	d.Host.Datastore = d.Datastore
	ds.Summary.MultipleHostAccess = ptr(len(ds.Host) > 1)
	switch c := ctx.Map.Get(*d.Host.Parent).(type) {
	case *simulator.ClusterComputeResource:
		ctx.Map.AddReference(ctx, c, &c.Datastore, ds.Self)
	case *mo.ComputeResource:
		ctx.Map.AddReference(ctx, c, &c.Datastore, ds.Self)
	}
}

func (d *datastoreSystem) unmount(ds *simulator.Datastore) {
	dropRef(&d.Datastore, ds.Self)
	d.Host.Datastore = d.Datastore
	ds.Host = slices.DeleteFunc(slices.Clone(ds.Host), func(m types.DatastoreHostMount) bool { return m.Key == d.Host.Self })
}

func (d *datastoreSystem) RemoveDatastore(ctx *reqContext, req *types.RemoveDatastore) soap.HasFault {
	body := &methods.RemoveDatastoreBody{}
	ds, ok := ctx.Map.Get(req.Datastore).(*simulator.Datastore)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Datastore})
		return body
	}
	if len(ds.Vm) != 0 {
		body.Fault_ = simulator.Fault("", &types.ResourceInUse{Type: "Datastore", Name: ds.Name})
		return body
	}
	d.unmount(ds)
	if _, vmfs := ds.Info.(*types.VmfsDatastoreInfo); vmfs { // a file system goes for all hosts, a mount for its own
		for _, m := range slices.Clone(ds.Host) {
			host := ctx.Map.Get(m.Key).(*simulator.HostSystem)
			(&datastoreSystem{ctx.Map.Get(*host.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem)}).unmount(ds)
		}
		_ = os.RemoveAll(filepath.Join(nasRoot, ds.Name))
	}
	ds.Summary.MultipleHostAccess = ptr(len(ds.Host) > 1)
	if len(ds.Host) == 0 {
		for _, o := range ctx.Map.All("ClusterComputeResource") {
			dropRef(&o.(*simulator.ClusterComputeResource).Datastore, ds.Self)
		}
		dropRef(&datacenterOf(ctx, ds).Datastore, ds.Self)
		detach(ctx, ds)
		ctx.Map.Remove(ctx, ds.Self)
	}
	body.Res = &types.RemoveDatastoreResponse{}
	return body
}

package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// RelocateVMTask moves a machine's files, host and pool. The simulator's method changes the machine's own
// references and neither the files nor the lists of what it leaves; it still moves between folders.
func (v *machine) RelocateVMTask(ctx *reqContext, req *types.RelocateVM_Task) soap.HasFault {
	task := runTask(ctx, v.VirtualMachine, "relocateVm", func() (types.AnyType, types.BaseMethodFault) {
		spec := &req.Spec
		if spec.Pool != nil && spec.Host == nil && !slices.Contains(hostsOf(ctx, *spec.Pool), *v.Runtime.Host) {
			spec.Host = pickHost(ctx, *spec.Pool, "", nil)
		}
		if spec.Host != nil {
			v.setHost(ctx, *spec.Host)
		}
		if spec.Pool != nil {
			v.setPool(ctx, *spec.Pool)
		}
		if fault := v.moveFiles(ctx, spec); fault != nil {
			return nil, fault
		}
		if spec.Folder != nil || len(spec.DeviceChange) != 0 {
			rest := types.VirtualMachineRelocateSpec{Folder: spec.Folder, DeviceChange: spec.DeviceChange}
			var fault types.BaseMethodFault
			ignoringMembers(ctx, v.Runtime.Host, spec.DeviceChange, func() {
				r := v.VirtualMachine.RelocateVMTask(ctx, &types.RelocateVM_Task{This: v.Self, Spec: rest}).(*methods.RelocateVM_TaskBody)
				_, fault = waitTask(ctx, r.Res.Returnval)
			})
			if fault != nil {
				return nil, fault
			}
		}
		settle(ctx, v.Self, &types.VirtualMachineConfigSpec{VmProfile: spec.Profile, DeviceChange: spec.DeviceChange})
		for _, disk := range spec.Disk {
			associateDisk(v.Self, disk.DiskId, disk.Profile)
		}
		return nil, nil
	})
	return &methods.RelocateVM_TaskBody{Res: &types.RelocateVM_TaskResponse{Returnval: task}}
}

func (v *machine) setHost(ctx *reqContext, to ref) {
	dropRef(&ctx.Map.Get(*v.Runtime.Host).(*simulator.HostSystem).Vm, v.Self)
	host := ctx.Map.Get(to).(*simulator.HostSystem)
	host.Vm = append(host.Vm, v.Self)
	ctx.Update(v.VirtualMachine, []types.PropertyChange{{Name: "runtime.host", Val: &to}, {Name: "summary.runtime.host", Val: &to}})
}

func (v *machine) setPool(ctx *reqContext, to ref) {
	if old, ok := ctx.Map.Get(*v.ResourcePool).(*simulator.ResourcePool); ok {
		dropRef(&old.Vm, v.Self)
	}
	if p, ok := ctx.Map.Get(to).(*simulator.ResourcePool); ok {
		p.Vm = append(p.Vm, v.Self)
	}
	ctx.Update(v.VirtualMachine, []types.PropertyChange{{Name: "resourcePool", Val: &to}})
}

// moveFiles moves the disks that the specification names, then, with its datastore, the home directory and
// every other disk.
func (v *machine) moveFiles(ctx *reqContext, spec *types.VirtualMachineRelocateSpec) types.BaseMethodFault {
	named := map[int32]ref{}
	for _, d := range spec.Disk {
		named[d.DiskId] = d.Datastore
	}
	for _, d := range v.Config.Hardware.Device {
		disk, ok := d.(*types.VirtualDisk)
		if !ok {
			continue
		}
		to, ok := named[disk.Key]
		if !ok && spec.Datastore != nil {
			to, ok = *spec.Datastore, true
		}
		if b, file := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok && file {
			info := b.GetVirtualDeviceFileBackingInfo()
			name, fault := v.moveFile(ctx, info.FileName, to)
			if fault != nil {
				return fault
			}
			info.FileName, info.Datastore = name, &to
		}
	}
	if spec.Datastore != nil {
		files := &v.Config.Files
		vmx := files.VmPathName
		for _, f := range homeFiles(ctx, vmx) {
			if _, fault := v.moveFile(ctx, f, *spec.Datastore); fault != nil {
				return fault
			}
		}
		var from object.DatastorePath
		from.FromString(vmx)
		to := ctx.Map.Get(*spec.Datastore).(*simulator.Datastore).Name
		for _, p := range []*string{&files.VmPathName, &files.LogDirectory, &files.SnapshotDirectory, &files.SuspendDirectory, &v.Summary.Config.VmPathName} {
			*p = strings.Replace(*p, "["+from.Datastore+"]", "["+to+"]", 1)
		}
	}
	for _, r := range v.Datastore {
		dropRef(&ctx.Map.Get(r).(*simulator.Datastore).Vm, v.Self)
	}
	v.Datastore = nil
	v.VirtualMachine.RefreshStorageInfo(ctx, nil)
	for _, d := range v.Config.Hardware.Device {
		if b, ok := d.GetVirtualDevice().Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
			if r := b.GetVirtualDeviceFileBackingInfo().Datastore; r != nil && !slices.Contains(v.Datastore, *r) {
				v.Datastore = append(v.Datastore, *r)
			}
		}
	}
	for _, r := range v.Datastore {
		ds := ctx.Map.Get(r).(*simulator.Datastore)
		ds.Vm = append(ds.Vm, v.Self)
	}
	ctx.Update(v.VirtualMachine, []types.PropertyChange{
		{Name: "datastore", Val: v.Datastore},
		{Name: "config.hardware.device", Val: v.Config.Hardware.Device},
	})
	return nil
}

// moveFile renames one file (a disk with its extent) from its datastore to another and returns its new path.
func (v *machine) moveFile(ctx *reqContext, name string, to ref) (string, types.BaseMethodFault) {
	var p object.DatastorePath
	p.FromString(name)
	target := ctx.Map.Get(to).(*simulator.Datastore)
	if p.Datastore == target.Name {
		return name, nil
	}
	from := filepath.Join(datastoreNamed(ctx, p.Datastore).Summary.Url, p.Path)
	moved := object.DatastorePath{Datastore: target.Name, Path: p.Path}
	for n := 1; exists(filepath.Join(target.Summary.Url, moved.Path)); n++ {
		ext := path.Ext(p.Path)
		moved.Path = strings.TrimSuffix(p.Path, ext) + strings.Repeat("_", n) + ext
	}
	for _, part := range []string{"", "-flat"} {
		src, dst := withPart(from, part), withPart(filepath.Join(target.Summary.Url, moved.Path), part)
		if !exists(src) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(dst), 0o700); err != nil {
			return "", &types.CannotAccessFile{FileFault: types.FileFault{File: dst}}
		}
		if err := os.Rename(src, dst); err != nil {
			return "", &types.CannotAccessFile{FileFault: types.FileFault{File: src}}
		}
	}
	return moved.String(), nil
}

func withPart(name, part string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + part + ext
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func datastoreNamed(ctx *reqContext, name string) *simulator.Datastore {
	for _, o := range ctx.Map.All("Datastore") {
		if ds := o.(*simulator.Datastore); ds.Name == name {
			return ds
		}
	}
	return nil
}

// homeFiles are the files beside a machine's configuration file, disks aside.
func homeFiles(ctx *reqContext, vmx string) []string {
	var p object.DatastorePath
	p.FromString(vmx)
	dir := path.Dir(p.Path)
	entries, _ := os.ReadDir(filepath.Join(datastoreNamed(ctx, p.Datastore).Summary.Url, dir))
	var out []string
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) != ".vmdk" {
			out = append(out, (&object.DatastorePath{Datastore: p.Datastore, Path: path.Join(dir, e.Name())}).String())
		}
	}
	return out
}

package main

import (
	"context"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	// longestWait is how long a wait without a limit of its own lasts; clients then ask again. It frees the
	// waits of clients that went away.
	longestWait = 30 * time.Second
	// recheck is how often a wait looks again although no change was announced: some methods write fields directly.
	recheck = 250 * time.Millisecond
	// keptVersions bounds what clients that went away leave behind.
	keptVersions = 128
)

// collector is a PropertyCollector that several clients of one session can wait on at once, as vCenter's
// can: a version is a snapshot of what the filters saw, so every waiter is told of every change since the
// version it names. The simulator's own collector keeps one queue of updates a collector and hands each to
// whichever waiter comes first; the provider, which waits for all its tasks on the session's collector, then
// waits for ever for a task whose end another of its goroutines was told.
type collector struct {
	simulator.PropertyCollector

	state    sync.Mutex
	filters  []*filter
	versions map[string]view
	last     int
	abort    []context.CancelFunc
}

type filter struct {
	mo.PropertyFilter
	owner *collector
}

// view is what one version saw: filter -> object -> property -> value.
type view map[ref]map[ref]map[string]types.AnyType

// installCollector replaces the singleton that every session's own collector is made after.
func installCollector(r *simulator.Registry) {
	for _, o := range r.AllReference("PropertyCollector") {
		c := &collector{}
		c.Self = o.Reference()
		r.Put(c)
	}
}

func (c *collector) CreatePropertyCollector(ctx *reqContext, _ *types.CreatePropertyCollector) soap.HasFault {
	child := &collector{}
	child.Self.Type = "PropertyCollector"
	return &methods.CreatePropertyCollectorBody{Res: &types.CreatePropertyCollectorResponse{Returnval: ctx.Session.Put(child).Reference()}}
}

func (c *collector) DestroyPropertyCollector(ctx *reqContext, req *types.DestroyPropertyCollector) soap.HasFault {
	c.cancel()
	c.state.Lock()
	filters := c.filters
	c.filters = nil
	c.state.Unlock()
	for _, f := range filters {
		ctx.Session.Remove(ctx, f.Self)
	}
	ctx.Session.Remove(ctx, req.This)
	return &methods.DestroyPropertyCollectorBody{Res: &types.DestroyPropertyCollectorResponse{}}
}

func (c *collector) CreateFilter(ctx *reqContext, req *types.CreateFilter) soap.HasFault {
	f := &filter{owner: c}
	f.Self.Type = "PropertyFilter"
	f.Spec, f.PartialUpdates = req.Spec, req.PartialUpdates
	ctx.Session.Put(f)
	c.state.Lock()
	c.filters = append(c.filters, f)
	c.Filter = append(c.Filter, f.Self)
	c.state.Unlock()
	return &methods.CreateFilterBody{Res: &types.CreateFilterResponse{Returnval: f.Self}}
}

func (f *filter) DestroyPropertyFilter(ctx *reqContext, req *types.DestroyPropertyFilter) soap.HasFault {
	c := f.owner
	c.state.Lock()
	kept := make([]*filter, 0, len(c.filters))
	for _, other := range c.filters {
		if other != f {
			kept = append(kept, other)
		}
	}
	c.filters = kept
	dropRef(&c.Filter, f.Self)
	c.state.Unlock()
	ctx.Session.Remove(ctx, req.This)
	return &methods.DestroyPropertyFilterBody{Res: &types.DestroyPropertyFilterResponse{}}
}

func (c *collector) CancelWaitForUpdates(*types.CancelWaitForUpdates) soap.HasFault {
	c.cancel()
	return &methods.CancelWaitForUpdatesBody{Res: &types.CancelWaitForUpdatesResponse{}}
}

func (c *collector) cancel() {
	c.state.Lock()
	defer c.state.Unlock()
	for _, f := range c.abort {
		f()
	}
	c.abort = nil
}

func (c *collector) WaitForUpdates(ctx *reqContext, req *types.WaitForUpdates) soap.HasFault {
	body := &methods.WaitForUpdatesBody{}
	for {
		r := c.WaitForUpdatesEx(ctx, &types.WaitForUpdatesEx{This: req.This, Version: req.Version}).(*methods.WaitForUpdatesExBody)
		if r.Fault_ != nil {
			body.Fault_ = r.Fault_
			return body
		}
		if set := r.Res.Returnval; set != nil {
			body.Res = &types.WaitForUpdatesResponse{Returnval: *set}
			return body
		}
	}
}

// WaitForUpdatesEx is the one method that runs outside the gate: it would keep out the request it waits for.
func (c *collector) WaitForUpdatesEx(ctx *reqContext, req *types.WaitForUpdatesEx) soap.HasFault {
	body := &methods.WaitForUpdatesExBody{}
	limit, once := longestWait, false
	if o := req.Options; o != nil && o.MaxWaitSeconds != nil {
		limit, once = time.Duration(*o.MaxWaitSeconds)*time.Second, *o.MaxWaitSeconds == 0
	}
	wait, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()

	c.state.Lock()
	seen, known := c.versions[req.Version]
	c.abort = append(c.abort, cancel)
	c.state.Unlock()
	if req.Version != "" && !known {
		body.Fault_ = simulator.Fault("", &types.InvalidCollectorVersion{})
		return body
	}

	for {
		change := theGate.change()
		now := c.look(ctx)
		updates := now.since(seen)
		if req.Version == "" || len(updates) != 0 {
			body.Res = &types.WaitForUpdatesExResponse{Returnval: &types.UpdateSet{Version: c.keep(req.Version, now), FilterSet: updates}}
			return body
		}
		if once {
			body.Res = &types.WaitForUpdatesExResponse{}
			return body
		}
		select {
		case <-change:
		case <-time.After(recheck):
		case <-wait.Done():
			if wait.Err() == context.Canceled {
				body.Fault_ = simulator.Fault("", &types.RequestCanceled{})
			} else {
				body.Res = &types.WaitForUpdatesExResponse{}
			}
			return body
		}
	}
}

// keep stores a view under a new version in place of the one its client has left.
func (c *collector) keep(left string, v view) string {
	c.state.Lock()
	defer c.state.Unlock()
	if c.versions == nil {
		c.versions = map[string]view{}
	}
	delete(c.versions, left)
	c.last++
	delete(c.versions, strconv.Itoa(c.last-keptVersions))
	version := strconv.Itoa(c.last)
	c.versions[version] = v
	return version
}

// look collects what every filter sees now, between requests.
func (c *collector) look(ctx *reqContext) view {
	c.state.Lock()
	filters := c.filters
	c.state.Unlock()
	now := view{}
	theGate.pass(func() {
		for _, f := range filters {
			now[f.Self] = map[ref]map[string]types.AnyType{}
			req := &types.RetrievePropertiesEx{This: c.Self, SpecSet: []types.PropertyFilterSpec{f.Spec}}
			body := c.RetrievePropertiesEx(ctx, req).(*methods.RetrievePropertiesExBody)
			if body.Res == nil || body.Res.Returnval == nil {
				continue // the object is gone: it leaves the view
			}
			for _, o := range body.Res.Returnval.Objects {
				props := map[string]types.AnyType{}
				for _, p := range o.PropSet {
					props[p.Name] = p.Val
				}
				now[f.Self][o.Obj] = props
			}
		}
	})
	return now
}

func (now view) since(seen view) []types.PropertyFilterUpdate {
	var out []types.PropertyFilterUpdate
	for f, objects := range now {
		set := types.PropertyFilterUpdate{Filter: f}
		for o, props := range objects {
			old, known := seen[f][o]
			u := types.ObjectUpdate{Kind: types.ObjectUpdateKindEnter, Obj: o}
			if known {
				u.Kind = types.ObjectUpdateKindModify
			}
			for name, val := range props {
				if was, ok := old[name]; !ok || !reflect.DeepEqual(was, val) {
					u.ChangeSet = append(u.ChangeSet, types.PropertyChange{Name: name, Op: types.PropertyChangeOpAssign, Val: val})
				}
			}
			for name := range old {
				if _, ok := props[name]; !ok {
					u.ChangeSet = append(u.ChangeSet, types.PropertyChange{Name: name, Op: types.PropertyChangeOpAssign})
				}
			}
			if !known || len(u.ChangeSet) != 0 {
				set.ObjectSet = append(set.ObjectSet, u)
			}
		}
		for o := range seen[f] {
			if _, ok := objects[o]; !ok {
				set.ObjectSet = append(set.ObjectSet, types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: o})
			}
		}
		if len(set.ObjectSet) != 0 {
			out = append(out, set)
		}
	}
	return out
}

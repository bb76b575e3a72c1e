package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	_ "github.com/vmware/govmomi/cns/simulator"
	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	_ "github.com/vmware/govmomi/ssoadmin/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/cluster/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

type (
	reqContext = simulator.Context
	ref        = types.ManagedObjectReference
)

// options say what the simulated vCenter holds and where it listens.
type options struct {
	Listen     string
	Clusters   int
	Hosts      int
	Pnics      int
	Datastores int
	Luns       int
	Machines   int
	Template   string
}

func defaults() options {
	return options{Listen: "127.0.0.1:8989", Clusters: 1, Hosts: 3, Pnics: 4, Datastores: 4, Luns: 4, Template: "template"}
}

// ready is what a program that starts the simulator needs to know of it.
type ready struct {
	URL      string `json:"url"`
	Server   string `json:"server"` // host:port, what the provider calls vsphere_server
	User     string `json:"user"`
	Password string `json:"password"`
	Pid      int    `json:"pid"`
}

type vcenter struct {
	model  *simulator.Model
	server *simulator.Server
}

func (o options) check() error {
	for _, least := range []struct {
		name   string
		given  int
		wanted int
	}{{"clusters", o.Clusters, 1}, {"hosts", o.Hosts, 1}, {"pnics", o.Pnics, 1}, {"datastores", o.Datastores, 1}, {"luns", o.Luns, 0}, {"machines", o.Machines, 0}} {
		if least.given < least.wanted {
			return fmt.Errorf("-%s %d: at least %d is needed", least.name, least.given, least.wanted)
		}
	}
	return nil
}

func start(opt options) (*vcenter, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	// The simulator panics where it can't listen.
	probe, err := net.Listen("tcp", opt.Listen)
	if err != nil {
		return nil, err
	}
	_ = probe.Close()

	m := simulator.VPX()
	m.ServiceContent.About.Version, m.ServiceContent.About.ApiVersion = "8.0.3", "8.0.3.0"
	m.Cluster, m.ClusterHost, m.Datastore, m.Machine = opt.Clusters, opt.Hosts, opt.Datastores, opt.Machines
	if err := m.Create(); err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	ctx := m.Service.Context
	seedSwitches(ctx)
	seedHosts(ctx, opt.Pnics)
	seedLuns(opt.Luns)
	installOverlay(m.Map())
	installCollector(m.Map())
	gate := installGate(m.Map())

	m.Service.RegisterEndpoints = true
	m.Service.Listen = &url.URL{Scheme: "https", Host: opt.Listen, User: url.UserPassword("user", "pass")}
	m.Service.TLS = new(tls.Config)
	vc := &vcenter{model: m, server: m.Service.NewServer()}
	vc.server.Config.Handler = wire(ctx, gate, vc.server.Config.Handler)
	installPolicies(ctx)
	if opt.Template != "" {
		if err := seedTemplate(vc.server.URL, opt.Template); err != nil {
			vc.stop()
			return nil, fmt.Errorf("template %s: %w", opt.Template, err)
		}
	}
	return vc, nil
}

func (v *vcenter) ready() ready {
	u := *v.server.URL
	user := u.User.Username()
	password, _ := u.User.Password()
	u.User = nil
	return ready{URL: u.String(), Server: u.Host, User: user, Password: password, Pid: os.Getpid()}
}

// stop removes what the simulator keeps on disk. It does not wait for requests: a client that waits for
// updates would hold it up.
func (v *vcenter) stop() {
	_ = v.server.Listener.Close()
	v.server.CloseClientConnections()
	v.model.Remove()
	_ = os.RemoveAll(nasRoot)
}

package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

var (
	// vCenter resolves references by value and only ever hands out VmwareDistributedVirtualSwitch; the
	// simulator's object is a DistributedVirtualSwitch, and property updates panic when Self.Type disagrees.
	incoming = strings.NewReplacer(
		`"VmwareDistributedVirtualSwitch"`, `"DistributedVirtualSwitch"`,
		`>VmwareDistributedVirtualSwitch<`, `>DistributedVirtualSwitch<`,
		`"ComputeResource">domain-c`, `"ClusterComputeResource">domain-c`)
	outgoing = strings.NewReplacer(` type="DistributedVirtualSwitch"`, ` type="VmwareDistributedVirtualSwitch"`)
)

// wire stands before the simulator's own handlers. REST requests pass the gate by: some call back into the
// SOAP endpoint, and their handler has a lock of its own.
func wire(ctx *reqContext, g *gate, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer dieOfPanic(r)
		switch {
		case r.URL.Path == "/vsanHealth":
			serveVsan(ctx, w, r)
		case strings.Contains(r.URL.Path, "/tagging/category"):
			// vCenter strips the prefix of associable types
			setBody(r, strings.ReplaceAll(readBody(r), `"urn:vim25:`, `"`))
			next.ServeHTTP(w, r)
		case r.Method == http.MethodPost && (strings.HasPrefix(r.URL.Path, "/sdk") || r.URL.Path == "/pbm"):
			body := incoming.Replace(readBody(r))
			setBody(r, body)
			res := &recorder{ResponseWriter: w, code: http.StatusOK}
			if strings.Contains(body, "<WaitForUpdates") {
				next.ServeHTTP(res, r)
			} else {
				g.pass(func() { next.ServeHTTP(res, r) })
			}
			out := outgoing.Replace(res.body.String())
			w.Header().Set("Content-Length", strconv.Itoa(len(out)))
			w.WriteHeader(res.code)
			_, _ = io.WriteString(w, out)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// dieOfPanic ends the process: after a panic the simulator's object locks stay held, and a client would hang.
func dieOfPanic(r *http.Request) {
	if p := recover(); p != nil {
		log.Printf("panic serving %s: %v\n%s", r.URL.Path, p, debug.Stack())
		os.Exit(2)
	}
}

func readBody(r *http.Request) string {
	if r.Body == nil {
		return ""
	}
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

func setBody(r *http.Request, s string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(s)), int64(len(s))
}

type recorder struct {
	http.ResponseWriter
	body bytes.Buffer
	code int
}

func (r *recorder) WriteHeader(code int)        { r.code = code }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// serveVsan answers that vSAN is off: the simulator's vSAN endpoint panics on VsanClusterReconfig.
func serveVsan(ctx *reqContext, w http.ResponseWriter, r *http.Request) {
	res := `<VsanClusterGetConfigResponse xmlns="urn:vsan"><returnval><enabled>false</enabled></returnval></VsanClusterGetConfigResponse>`
	switch body := readBody(r); {
	case strings.Contains(body, "<VsanClusterReconfig "):
		t := runTask(ctx, ctx.Map.Any("ClusterComputeResource"), "vsanReconfig", func() (types.AnyType, types.BaseMethodFault) { return nil, nil })
		res = `<VsanClusterReconfigResponse xmlns="urn:vsan"><returnval type="Task">` + t.Value + `</returnval></VsanClusterReconfigResponse>`
	case strings.Contains(body, "<VSANVcGetWitnessHosts "):
		res = `<VSANVcGetWitnessHostsResponse xmlns="urn:vsan"></VSANVcGetWitnessHostsResponse>`
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>`+
		res+`</soapenv:Body></soapenv:Envelope>`)
}

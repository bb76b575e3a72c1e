package main

import (
	"reflect"
	"strings"
)

// replaced names types that a reconfiguration sets as a whole.
var replaced = map[string]bool{
	"BoolPolicy": true, "IntPolicy": true, "LongPolicy": true, "StringPolicy": true, "VMwareUplinkPortOrderPolicy": true,
	"VMwareIpfixConfig": true, "LinkDiscoveryProtocolConfig": true, "StorageDrsAutomationConfig": true, "HostNicOrderPolicy": true,
}

// merge copies every set field of a ConfigSpec onto the field of the same name of a ConfigInfo: vSphere's rule
// is that what a spec leaves unset stays as it is.
func merge(dst, src any) {
	if src != nil {
		mergeValue(reflect.ValueOf(dst), reflect.ValueOf(src))
	}
}

func mergeValue(dst, src reflect.Value) {
	for src.Kind() == reflect.Pointer || src.Kind() == reflect.Interface {
		if src.IsNil() {
			return
		}
		src = src.Elem()
	}
	for dst.Kind() == reflect.Pointer {
		dst = dst.Elem()
	}
	for i := range src.NumField() {
		f, s := src.Type().Field(i), src.Field(i)
		if f.Anonymous {
			mergeValue(dst, s)
			continue
		}
		d := dst.FieldByName(f.Name)
		if !d.IsValid() || s.IsZero() && !alwaysSent(f) {
			continue
		}
		switch {
		case s.Kind() == reflect.Pointer && s.Elem().Type() == d.Type(): // *bool onto bool
			d.Set(s.Elem())
		case d.Kind() == reflect.Pointer && d.Type().Elem() == s.Type(): // bool onto *bool
			d.Set(reflect.New(s.Type()))
			d.Elem().Set(s)
		case s.Kind() == reflect.Interface && d.Kind() == reflect.Interface && !d.IsNil() && d.Elem().Type() == s.Elem().Type() && merges(s.Elem()):
			mergeValue(d.Elem(), s.Elem())
		case s.Kind() == reflect.Pointer && s.Type() == d.Type() && !d.IsNil() && merges(s):
			mergeValue(d, s)
		case s.Type().AssignableTo(d.Type()):
			d.Set(s)
		}
	}
}

// alwaysSent tells a switch that every spec carries, so that its false is meant.
func alwaysSent(f reflect.StructField) bool {
	return f.Type.Kind() == reflect.Bool && !strings.Contains(f.Tag.Get("xml"), "omitempty")
}

func merges(p reflect.Value) bool {
	return p.Kind() == reflect.Pointer && p.Elem().Kind() == reflect.Struct && !replaced[p.Elem().Type().Name()]
}

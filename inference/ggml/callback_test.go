package ggml

import (
	"reflect"
	"testing"
)

// Windows takes functions with one result of a pointer's size only, and says so
// by a panic when the library is opened. This looks at them on every system.
func TestCallbacksAreSuchThatWindowsTakesThem(t *testing.T) {
	for name, callback := range map[string]any{
		"log": (&lastError{}).receive, "load": (&loads{}).fill, "stop": (&Compute{}).stopped,
	} {
		f := reflect.TypeOf(callback)
		if f.NumOut() != 1 || f.Out(0).Kind() != reflect.Uintptr {
			t.Errorf("%s: %s has not one uintptr as its result", name, f)
		}
		for i := range f.NumIn() {
			if kind := f.In(i).Kind(); f.In(i).Size() > reflect.TypeFor[uintptr]().Size() || kind == reflect.Float32 || kind == reflect.Float64 {
				t.Errorf("%s: argument %d of %s is not passed in a register for integers", name, i, f)
			}
		}
	}
}

// Command vet does what go vet does, for the system that GOOS names, without
// compiling anything: it reads types from sources. For systems that nothing here
// is built for, that takes a tenth of the time.
package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/suite/vet"
	"golang.org/x/tools/go/packages"
)

func main() {
	found, err := check(".", os.Stderr, os.Args[1:]...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vet:", err)
	}
	if err != nil || found {
		os.Exit(1)
	}
}

// check reports what it finds in packages under a folder and in their tests.
func check(dir string, report io.Writer, patterns ...string) (found bool, err error) {
	loaded, err := packages.Load(&packages.Config{
		Mode:  packages.LoadAllSyntax | packages.NeedModule, // of the module, which Go its code may use
		Dir:   dir,
		Tests: true,
	}, patterns...)
	if err != nil {
		return false, err
	}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			fmt.Fprintln(report, e)
			found = true
		}
	})
	if found {
		return true, nil
	}
	graph, err := checker.Analyze(vet.Suite, loaded, nil)
	if err != nil {
		return false, err
	}
	for _, done := range graph.Roots {
		if done.Err != nil {
			return false, fmt.Errorf("%v: %w", done, done.Err)
		}
		found = found || len(done.Diagnostics) > 0
	}
	return found, graph.PrintText(report, -1)
}

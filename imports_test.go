package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers lists the packages of backend from the top down. A package imports
// only packages of a later line; relay/client counts as its own.
var layers = [][]string{
	{"backend/devnet"},
	{"backend/bridge", "backend/relay", "backend/node", "backend/validator"},
	{"backend/creator"},
	{"backend/relay/client"},
	{"backend/relay/internal"},
	{"backend/models"},
	{"backend/chain"},
	{"backend/yield"},
	{"backend/seal", "backend/hardware"},
	{"backend/wallet"},
	{"backend/store"},
	{"backend/contracts", "backend/vitals"},
	{"backend/protocol"},
	{"backend/atomicfile"},
	{"backend/words"},
}

// forbidden holds the rules that the order of layers does not express.
var forbidden = map[string]string{
	"backend/relay": "inference", // a relay sees ciphertext only
	"inference":     "backend",   // the engine knows nothing of chains, wallets or relays
	"backend":       "app",
}

func TestImportsGoOneWay(t *testing.T) {
	for pkg, imports := range projectImports(t) {
		for _, imported := range imports {
			for above, below := range forbidden {
				if within(pkg, above) && within(imported, below) && !within(imported, "inference/task") {
					t.Errorf("%s imports %s", pkg, imported)
				}
			}
			from, to := layerOf(pkg), layerOf(imported)
			if from >= 0 && to >= 0 && layerName(pkg) != layerName(imported) && to <= from {
				t.Errorf("%s imports %s, which stands above or beside it", pkg, imported)
			}
		}
	}
}

func TestEveryBackendPackageHasItsPlace(t *testing.T) {
	for pkg := range projectImports(t) {
		if within(pkg, "backend") && layerOf(pkg) < 0 {
			t.Errorf("%s is not in the table of layers", pkg)
		}
	}
}

// projectImports maps each of our packages to those of ours it imports,
// outside tests: a test may bring a peer.
func projectImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		found[pkg] = append(found[pkg], nil...)
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if ours, ok := strings.CutPrefix(name, "helium/"); ok && !slices.Contains(found[pkg], ours) {
				found[pkg] = append(found[pkg], ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func layerOf(pkg string) int {
	best, at := "", -1
	for i, layer := range layers {
		for _, name := range layer {
			if within(pkg, name) && len(name) > len(best) {
				best, at = name, i
			}
		}
	}
	return at
}

func layerName(pkg string) string {
	if at := layerOf(pkg); at >= 0 {
		for _, name := range layers[at] {
			if within(pkg, name) {
				return name
			}
		}
	}
	return pkg
}

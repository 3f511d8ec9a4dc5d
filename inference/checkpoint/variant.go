package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ofVariant is the name of a file's variant, which stands before the ending.
func ofVariant(name, variant string) string {
	if variant == "" {
		return name
	}
	ending := filepath.Ext(name)
	return strings.TrimSuffix(name, ending) + "." + variant + ending
}

// variants lists those that a folder has of a file, the plain one as "plain". An
// error has no room for more than a few.
func variants(dir, name string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var found []string
	for _, whole := range []string{name, name + indexSuffix} {
		ending := filepath.Ext(whole)
		for _, e := range entries {
			variant, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ending), strings.TrimSuffix(whole, ending))
			variant, dot := strings.CutPrefix(variant, ".")
			switch {
			case e.Name() == whole:
				variant = "plain"
			case !ok || !dot || !strings.HasSuffix(e.Name(), ending) || !plainVariant(variant):
				continue
			}
			if !slices.Contains(found, variant) {
				found = append(found, variant)
			}
		}
	}
	slices.Sort(found)
	return found[:min(len(found), 8)]
}

// plainVariant keeps a variant from naming another file or folder.
func plainVariant(variant string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return variant != "" && len(variant) <= 64 && strings.Trim(variant, letters) == ""
}

// noWeights says what there is where the weights asked for are not.
func noWeights(dir, name, variant string, err error) error {
	others := variants(dir, name)
	switch {
	case len(others) == 0:
		return fmt.Errorf("there is no %s and no index of several; weights of other kinds, such as .bin, may hold programs and are never read: %w", ofVariant(name, variant), err)
	case variant == "":
		return fmt.Errorf("there is no plain %s, only weights of the variants %s: the task has to name the one that it wants: %w", name, strings.Join(others, ", "), err)
	default:
		return fmt.Errorf("there are no weights of the variant %s, only %s: %w", variant, strings.Join(others, ", "), err)
	}
}

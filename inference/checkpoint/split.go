package checkpoint

import (
	"fmt"
	"path/filepath"
)

// maxParts bounds the files that a model is split into.
const maxParts = 1000

// CheckSplit is CheckGGUF for a model that may be split into several files, of
// which path is the first: the header has the tensors of all. parts are the
// names of the files, which lie in one folder.
func CheckSplit(path string) (h *Header, parts []string, err error) {
	if h, err = CheckGGUF(path); err != nil {
		return nil, nil, err
	}
	dir, base := filepath.Split(path)
	count := int(h.number("split.count"))
	if count <= 1 {
		return h, []string{base}, nil
	}
	prefix, err := splitPrefix(base, count)
	if err != nil {
		return nil, nil, err
	}
	for i := 1; i <= count; i++ {
		name := partName(prefix, i, count)
		parts = append(parts, name)
		if i == 1 {
			continue
		}
		part, err := CheckGGUF(filepath.Join(dir, name))
		if err != nil {
			return nil, nil, err
		}
		if no, n := part.number("split.no"), part.number("split.count"); no != uint64(i-1) || n != uint64(count) {
			return nil, nil, fmt.Errorf("check model file %s: %w: it calls itself part %d of %d", name, ErrGGUF, no+1, n)
		}
		h.Tensors = append(h.Tensors, part.Tensors...)
		if len(h.Tensors) > maxTensors {
			return nil, nil, fmt.Errorf("check model file %s: %w: its parts have more than %d tensors", base, ErrGGUF, maxTensors)
		}
	}
	return h, parts, nil
}

// splitPrefix is the part of the first file's name that all parts have.
func splitPrefix(base string, count int) (string, error) {
	suffix := partName("", 1, count)
	if count > maxParts || len(base) <= len(suffix) || base[len(base)-len(suffix):] != suffix {
		return "", fmt.Errorf("check model file %s: %w: it is a part of a model of %d files, and the first part's name ends with %s", base, ErrGGUF, count, suffix)
	}
	return base[:len(base)-len(suffix)], nil
}

func partName(prefix string, i, count int) string {
	return fmt.Sprintf("%s-%05d-of-%05d.gguf", prefix, i, count)
}

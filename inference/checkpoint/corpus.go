package checkpoint

import (
	"embed"
	"fmt"
	"sort"
	"strings"
)

//go:embed corpus/*.md
var corpusFiles embed.FS

// entry is one thing the demo model can say, and the ways of asking for it.
type entry struct {
	question string
	variants []string
	answer   string
}

// readCorpus returns the entries of all files in the order of their names. A
// file is made of "## question" headings, "- variant" lines and one paragraph.
func readCorpus() ([]entry, error) {
	files, err := corpusFiles.ReadDir("corpus")
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name() < files[j].Name() })

	var out []entry
	for _, f := range files {
		raw, err := corpusFiles.ReadFile("corpus/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		out = append(out, parseCorpus(string(raw))...)
	}
	return out, nil
}

func parseCorpus(text string) []entry {
	var out []entry
	for _, section := range strings.Split("\n"+strings.ReplaceAll(text, "\r\n", "\n"), "\n## ")[1:] {
		lines := strings.Split(section, "\n")
		e := entry{question: lines[0]}
		for _, line := range lines[1:] {
			variant, ok := strings.CutPrefix(line, "- ")
			switch {
			case ok:
				e.variants = append(e.variants, variant)
			case line != "" && e.answer == "":
				e.answer = line
			case line != "":
				e.answer += " " + line
			}
		}
		out = append(out, e)
	}
	return out
}

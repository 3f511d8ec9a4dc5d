package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"helium/backend/words"
)

// phrasesFile is the English catalog of all that the agent says, from the
// repository's root. Every other language has one of the same keys.
const phrasesFile = "frontend/src/lib/locales/en-said.json"

// phraseDirs are the folders with the code that the agent is made of.
func phraseDirs() []string {
	return []string{"app/agent", "app/api", "app/shelf", "backend/hardware", "backend/node", "backend/yield", "backend/models", "backend/wallet"}
}

// phrase is a call that says something.
type phrase struct {
	text  string
	where string
}

// phrases writes the catalog of what the sources below root say by protocol.Say, or
// by a function say of their own. It refuses what is no literal, what is given too
// few values or too many, and a code that says two things.
func phrases(root string) ([]byte, error) {
	found := map[string]phrase{}
	for _, dir := range phraseDirs() {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return phrasesIn(path, found)
		})
		if err != nil {
			return nil, fmt.Errorf("read phrases: %w", err)
		}
	}
	found["quote"] = phrase{text: "{text}"}
	catalog := map[string]string{}
	for code, p := range found {
		catalog["said."+code] = p.text
	}
	return encode(catalog)
}

// encode writes a catalog in the order of its keys, and leaves its quotes readable.
func encode(catalog map[string]string) ([]byte, error) {
	var b strings.Builder
	b.WriteString("{\n")
	keys := slices.Sorted(maps.Keys(catalog))
	for i, key := range keys {
		var line strings.Builder
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if err := e.Encode(catalog[key]); err != nil {
			return nil, err
		}
		comma := ","
		if i == len(keys)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  %q: %s%s\n", key, strings.TrimSpace(line.String()), comma)
	}
	b.WriteString("}\n")
	return []byte(b.String()), nil
}

func phrasesIn(path string, found map[string]phrase) error {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || err != nil || !says(call.Fun) {
			return err == nil
		}
		if call.Ellipsis.IsValid() {
			return true // the way from a say of its own to protocol.Say
		}
		where := files.Position(call.Pos()).String()
		if err = take(call, where, found); err != nil {
			err = fmt.Errorf("%s: %w", where, err)
		}
		return true
	})
	return err
}

// says tells say(…) and protocol.Say(…) from other calls.
func says(fun ast.Expr) bool {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name == "say"
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		return ok && pkg.Name == "protocol" && f.Sel.Name == "Say"
	}
	return false
}

func take(call *ast.CallExpr, where string, found map[string]phrase) error {
	if len(call.Args) < 2 {
		return fmt.Errorf("a phrase has a code and a text")
	}
	code, err := literal(call.Args[0])
	if err != nil {
		return err
	}
	text, err := literal(call.Args[1])
	if err != nil {
		return err
	}
	m, err := words.Parse(text)
	if err != nil {
		return err
	}
	if names := m.Names(); len(names) != len(call.Args)-2 {
		return fmt.Errorf("%q names %q, and is given %d values", code, names, len(call.Args)-2)
	}
	if before, ok := found[code]; ok && before.text != text {
		return fmt.Errorf("the code %q says something else at %s", code, before.where)
	}
	found[code] = phrase{text, where}
	return nil
}

func literal(e ast.Expr) (string, error) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", fmt.Errorf("code and text of a phrase are literals, so that the catalogs can be made from them")
	}
	return strconv.Unquote(lit.Value)
}
